import { RpcError } from "../errors/rpc-error.ts";
import type { Address } from "../transport/address.ts";
import type { ConnectOptions, Transport, TransportKind } from "../transport/transport.ts";
import { createVirtualPair, type VirtualNetworkOptions, type VirtualTransport } from "./virtual-network.ts";

/** What attempts to connect come upon: a listener, nobody, or no answer at all. */
export type Reachability = "up" | "refusing" | "silent";

/** One connection of a {@link VirtualNetwork}. */
export interface VirtualLink {
  /** `memory:name` of the listener. */
  readonly address: string;
  readonly client: VirtualTransport;
  readonly server: VirtualTransport;
  /** False once both ends know that it is over. */
  readonly isOpen: boolean;
  /** Ends it abruptly for both ends: what is on the way is lost. */
  reset(): void;
  /** Lets nothing through in a direction until {@link VirtualLink.heal}; neither end is told. Default: both directions. */
  cut(direction?: "to_server" | "to_client" | "both"): void;
  /** What was held back by {@link VirtualLink.cut} goes on its way. */
  heal(): void;
}

/** Connections between clients and servers of one process, in virtual time, with faults on demand. */
export interface VirtualNetwork {
  /** For the option `transports` of channels and servers: serves `memory:name` addresses. */
  readonly transport: TransportKind;
  /** Connections that are open, oldest first. */
  readonly links: readonly VirtualLink[];
  /** Default: `up`. */
  reachability: Reachability;
  /** Told of each new connection before a byte travels. */
  onLink: ((link: VirtualLink) => void) | undefined;
  /** {@link VirtualLink.reset} for all, or for those of one address. */
  reset(address?: string): void;
  /** {@link VirtualLink.cut} for all. Connections that are made later are not cut. */
  cut(direction?: "to_server" | "to_client" | "both"): void;
  /** {@link VirtualLink.heal} for all. */
  heal(): void;
}

/**
 * Makes a network for tests of programs that use clients and servers.
 *
 * ```ts
 * const environment = createVirtualEnvironment(seed);
 * const network = createVirtualNetwork({ environment, delayMs: () => environment.random() * 20 });
 * const server = createServer({ environment, transports: [network.transport] }).add(Users, handlers);
 * const client = createClient(Users, { target: "memory:users", environment, transports: [network.transport] });
 * ```
 */
export function createVirtualNetwork(options: VirtualNetworkOptions): VirtualNetwork {
  const { environment } = options;
  const listeners = new Map<string, (transport: Transport) => void>();
  let links: VirtualLink[] = [];
  let count = 0;

  function open(): VirtualLink[] {
    return (links = links.filter((link) => link.isOpen));
  }

  function link(address: string, accept: (transport: Transport) => void): Transport {
    const [client, server] = createVirtualPair(options, [`client-${++count}`, address]);
    const made = createLink(address, client, server);
    open().push(made);
    network.onLink?.(made);
    accept(server);
    return client;
  }

  function connect(address: Address, { timeoutMs, signal }: ConnectOptions): Promise<Transport> {
    return new Promise((resolve, reject) => {
      const { reachability } = network;
      const timer = environment.setTimer(reachability === "silent" ? timeoutMs : (options.delayMs?.() ?? 0), () => {
        signal?.removeEventListener("abort", onAbort);
        const accept = listeners.get(address.text);
        if (reachability === "silent") return reject(connectFailed(address, `no answer in ${timeoutMs} ms`));
        if (reachability === "refusing" || accept === undefined) return reject(connectFailed(address, "refused"));
        resolve(link(address.text, accept));
      });
      const onAbort = (): void => {
        timer.cancel();
        reject(new RpcError({ reason: "cancelled_by_caller", message: `Connecting to ${address.text} was given up.` }));
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  const network: VirtualNetwork = {
    transport: {
      scheme: "memory",
      isPrivate: () => true,
      connect,
      async listen(address, accept) {
        if (listeners.has(address.text)) throw connectFailed(address, "the name is in use");
        listeners.set(address.text, accept);
        return {
          address: address.text,
          async close() {
            if (listeners.get(address.text) === accept) listeners.delete(address.text);
          },
        };
      },
    },
    get links() {
      return open();
    },
    reachability: "up",
    onLink: undefined,
    reset: (address) => {
      for (const made of open()) if (address === undefined || made.address === address) made.reset();
    },
    cut: (direction) => open().forEach((made) => made.cut(direction)),
    heal: () => open().forEach((made) => made.heal()),
  };
  return network;
}

function createLink(address: string, client: VirtualTransport, server: VirtualTransport): VirtualLink {
  return {
    address,
    client,
    server,
    get isOpen() {
      return !client.isClosed || !server.isClosed;
    },
    reset() {
      client.abort(new Error("reset"));
      server.abort(new Error("reset"));
    },
    cut(direction = "both") {
      if (direction !== "to_client") client.isMute = true;
      if (direction !== "to_server") server.isMute = true;
    },
    heal() {
      client.isMute = false;
      server.isMute = false;
    },
  };
}

function connectFailed(address: Address, cause: string): RpcError {
  return new RpcError({ reason: "connect_failed", message: `Cannot connect to ${address.text}: ${cause}.` });
}
