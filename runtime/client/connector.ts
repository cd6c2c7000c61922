import { createClientConnection } from "../connection/client-connection.ts";
import type { ClientConnection, Serialization } from "../connection/connection.ts";
import type { Environment } from "../environment/environment.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { createDeferredTransport } from "../transport/deferred.ts";
import type { Transport } from "../transport/transport.ts";
import type { CheckedChannelOptions } from "./channel-options.ts";

/** Connects when a call needs it, and again after a loss. */
export interface Connector {
  /** A connection that takes calls: the present one, or a new one that is being opened. @throws RpcError `client_closed` */
  connection(): ClientConnection;
  /** Drains every connection. Resolves when all are closed. Idempotent. */
  close(graceMs: number): Promise<void>;
}

/** Waiting times between failed attempts to connect. */
const backoff = Object.freeze({ firstMs: 100, factor: 1.6, maxMs: 5_000, jitter: 0.2 });

const serializations: Readonly<Record<"binary" | "json", readonly Serialization[]>> = Object.freeze({
  binary: [1, 2],
  json: [2, 1],
});

/** A connector for one address. Nothing is opened before the first call. */
export function createConnector(options: CheckedChannelOptions): Connector {
  const { address, environment } = options;
  const open = new Set<ClientConnection>();
  const giveUp = new AbortController();
  let current: ClientConnection | undefined;
  let failures = 0;
  let notBeforeMs = -Infinity;
  let closing: Promise<void> | undefined;

  function connect(): ClientConnection {
    const waitMs = Math.max(0, notBeforeMs - environment.now());
    const connecting = dial(waitMs);
    const connection = createClientConnection({
      transport: createDeferredTransport(connecting, address.text),
      environment,
      limits: { ...options.limits, handshakeMs: handshakeMs(options, waitMs) },
      serializations: serializations[options.codec],
      peerName: options.peerName,
      events: {
        onOpen: () => void (failures = 0),
        onDraining: () => forget(connection),
        onClose: () => {
          forget(connection);
          open.delete(connection);
        },
      },
    });
    connecting.catch((error: unknown) => connection.abort(RpcError.from(error)));
    open.add(connection);
    countAttempt();
    return connection;
  }

  /** Every attempt counts as a failure until its handshake is complete. */
  function countAttempt(): void {
    const delayMs = Math.min(backoff.maxMs, backoff.firstMs * backoff.factor ** failures);
    notBeforeMs = environment.now() + delayMs * (1 + backoff.jitter * (2 * environment.random() - 1));
    failures++;
  }

  async function dial(waitMs: number): Promise<Transport> {
    if (waitMs > 0 && failures > 0) await pause(environment, waitMs, giveUp.signal);
    return options.transport.connect(address, { timeoutMs: options.connectTimeoutMs, signal: giveUp.signal });
  }

  function forget(connection: ClientConnection): void {
    if (current === connection) current = undefined;
  }

  return {
    connection() {
      if (current !== undefined && (current.state === "open" || current.state === "opening")) return current;
      if (closing !== undefined) throw clientClosed(address.text);
      current = connect();
      return current;
    },
    close(graceMs) {
      closing ??= Promise.all([...open].map((connection) => connection.drain(graceMs))).then(() => giveUp.abort());
      return closing;
    },
  };
}

/** Waits, or not to the end when the signal fires. */
function pause(environment: Environment, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = environment.setTimer(delayMs, finish);
    signal.addEventListener("abort", finish);
  });
}

function handshakeMs(options: CheckedChannelOptions, waitMs: number): number {
  return Math.min(600_000, Math.ceil(options.limits.handshakeMs + options.connectTimeoutMs + waitMs));
}

/** The error of calls on a closed client. */
export function clientClosed(target: string): RpcError {
  return new RpcError({
    reason: "client_closed",
    message: `The client of ${target} is closed; create another one for further calls.`,
  });
}
