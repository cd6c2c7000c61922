import type { ServerConnection } from "../connection/connection.ts";
import { createServerConnection } from "../connection/server-connection.ts";
import type { Transport } from "../transport/transport.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { CheckedServerOptions } from "./server-options.ts";

/** The connections of a server. */
export interface ConnectionSet {
  /** Takes a new peer, within the limits. */
  accept(transport: Transport): void;
  /** Ends all politely; later ones are refused. */
  drain(graceMs: number): Promise<void>;
}

export function createConnectionSet(options: CheckedServerOptions, dispatcher: Dispatcher): ConnectionSet {
  const { maxConnections, maxHandshakes } = options.serverLimits;
  const all = new Set<ServerConnection>();
  // In order of arrival: the first is the oldest.
  const handshaking = new Set<ServerConnection>();
  let draining = false;

  function remove(connection: ServerConnection): void {
    all.delete(connection);
    handshaking.delete(connection);
  }

  /** Gives up the oldest peer that has not introduced itself. */
  function makeRoom(): boolean {
    if (all.size < maxConnections && handshaking.size < maxHandshakes) return true;
    const [oldest] = handshaking;
    if (oldest === undefined) return false;
    remove(oldest);
    oldest.abort();
    return true;
  }

  function accept(transport: Transport): void {
    if (draining || !makeRoom()) return transport.abort();
    const connection: ServerConnection = createServerConnection({
      transport,
      environment: options.environment,
      limits: options.limits,
      peerName: options.peerName,
      events: {
        onOpen: () => void handshaking.delete(connection),
        onClose: () => remove(connection),
        onRequest: (call, body) => dispatcher.dispatch(call, body, connection.peer),
      },
    });
    all.add(connection);
    handshaking.add(connection);
  }

  return {
    accept,
    async drain(graceMs) {
      draining = true;
      await Promise.all([...all].map((connection) => connection.drain(graceMs)));
    },
  };
}
