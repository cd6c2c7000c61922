/** Virtual time and a network with faults: for tests of programs that use clients and servers. Needs no test runner. */
export { createRandom, createVirtualEnvironment, type VirtualEnvironment } from "./virtual-environment.ts";
export { createVirtualNetwork, type Reachability, type VirtualLink, type VirtualNetwork } from "./virtual-links.ts";
export { createVirtualPair, type VirtualNetworkOptions, type VirtualTransport } from "./virtual-network.ts";
