/**
 * Virtual time, a network with faults, and a proxy with faults for real sockets: for tests of programs that use clients and servers. Needs no test
 * runner.
 */
export {
  createFaultProxy,
  type FaultProxy,
  type FaultProxyOptions,
  type ProxyDirection,
  type ProxyFaults,
} from "./fault-proxy.ts";
export { balancerSuite, type BalancerSuiteOptions } from "./suites/balancer-suite.ts";
export type { SuiteCase } from "./suites/suite.ts";
export { createRandom, createVirtualEnvironment, type VirtualEnvironment } from "./virtual-environment.ts";
export { createVirtualNetwork, type Reachability, type VirtualLink, type VirtualNetwork } from "./virtual-links.ts";
export { createVirtualPair, type VirtualNetworkOptions, type VirtualTransport } from "./virtual-network.ts";
