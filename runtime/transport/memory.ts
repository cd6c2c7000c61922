import { RpcError } from "../errors/rpc-error.ts";
import type { Address } from "./address.ts";
import { createMemoryPair } from "./memory-pair.ts";
import { connectCancelled, connectFailed } from "./socket-connect.ts";
import type { Transport, TransportKind } from "./transport.ts";

type Accept = (transport: Transport) => void;

/**
 * Bytes within one process: `memory:name`. Names belong to the returned kind; the one that clients and servers use
 * by default is {@link memoryTransport}.
 */
export function createMemoryTransport(): TransportKind {
  const listeners = new Map<string, Accept>();
  return Object.freeze<TransportKind>({
    scheme: "memory",
    isPrivate: () => true,
    async connect(address, options) {
      if (options.signal?.aborted === true) throw connectCancelled(address.text, options.signal);
      const accept = listeners.get(memoryName(address));
      if (accept === undefined) throw connectFailed(address.text, "nobody listens there in this process");
      const [client, server] = createMemoryPair(address.text);
      accept(server);
      return client;
    },
    async listen(address, accept) {
      const name = memoryName(address);
      if (listeners.has(name)) {
        throw new RpcError({
          reason: "connect_failed",
          message: `Cannot listen on ${address.text}: the name is in use. Close the other listener or choose another name.`,
        });
      }
      listeners.set(name, accept);
      return {
        address: address.text,
        async close() {
          if (listeners.get(name) === accept) listeners.delete(name);
        },
      };
    },
  });
}

/** The process-wide namespace of `memory:` addresses. Like ports, names are taken and given back. */
export const memoryTransport: TransportKind = /* @__PURE__ */ createMemoryTransport();

function memoryName(address: Address): string {
  if (address.scheme !== "memory") throw new TypeError(`The memory transport cannot serve "${address.text}".`);
  return address.name;
}
