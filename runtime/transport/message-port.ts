import { RpcError } from "../errors/rpc-error.ts";
import type { Address } from "./address.ts";
import { startConnectTimer } from "./connect-timer.ts";
import { hasEnded, type MessageEndpoint, onGone, onMessage } from "./message-endpoint.ts";
import { createPortTransport } from "./message-port-transport.ts";
import type { ConnectOptions, Transport, TransportKind } from "./transport.ts";

/** What a client sends over the endpoint, with a port of its own for the connection. */
interface Invitation {
  readonly rpcgen: "connect";
  readonly name: string;
  readonly port: MessageEndpoint;
}

type Accept = (transport: Transport) => void;

/**
 * Connections between two threads: `worker:name`. Each side makes the transport from its end of the one pipe that they have: a client in the main
 * thread from the `Worker`, a server in the worker from `parentPort` (in a browser: `self`), or both from the ends of a `MessageChannel`.
 *
 * ```ts
 * const users = createClient(Users, { target: "worker:users", transports: [createMessagePortTransport(worker)] });
 * ```
 *
 * Other messages may use the same pipe. Either side may listen, under any number of names. A thread that ends, or has ended, is noticed at once in Node and where
 * ports have the event `close`; elsewhere after the time to connect, and by pings.
 */
export function createMessagePortTransport(endpoint: MessageEndpoint): TransportKind {
  if (typeof endpoint?.postMessage !== "function") {
    throw new TypeError(
      "createMessagePortTransport takes a Worker, a MessagePort or what a worker calls parentPort or self.",
    );
  }
  const listeners = new Map<string, Accept>();
  let leave: (() => void) | undefined;

  function close(name: string, accept: Accept): void {
    if (listeners.get(name) !== accept) return;
    listeners.delete(name);
    if (listeners.size > 0) return;
    leave?.();
    leave = undefined;
  }

  return Object.freeze<TransportKind>({
    scheme: "worker",
    isPrivate: () => true,
    connect: (address, options) => connect(endpoint, workerName(address), options),
    async listen(address, accept) {
      const name = workerName(address);
      if (listeners.has(name)) {
        const message = `Cannot listen on ${address.text}: the name is in use. Close the other listener or choose another name.`;
        throw new RpcError({ reason: "connect_failed", message });
      }
      listeners.set(name, accept);
      leave ??= onMessage(endpoint, (message) => welcome(message, listeners));
      return { address: address.text, close: async () => close(name, accept) };
    },
  });
}

const gone = "the thread on the other side is gone";

function workerName(address: Address): string {
  if (address.scheme !== "worker") throw new TypeError(`The worker transport cannot serve "${address.text}".`);
  return address.name;
}

function welcome(message: unknown, listeners: ReadonlyMap<string, Accept>): void {
  if (!isInvitation(message)) return;
  const { name, port } = message;
  const accept = listeners.get(name);
  port.postMessage(accept === undefined ? "refused" : "accepted");
  if (accept === undefined) return port.close?.();
  accept(createPortTransport(port, { localAddress: `worker:${name}`, peerAddress: `worker:${name}#client` }));
}

function isInvitation(message: unknown): message is Invitation {
  if (typeof message !== "object" || message === null) return false;
  const { rpcgen, name, port } = message as Partial<Invitation>;
  return rpcgen === "connect" && typeof name === "string" && typeof port?.postMessage === "function";
}

async function connect(
  endpoint: MessageEndpoint,
  name: string,
  { signal, timeoutMs }: ConnectOptions,
): Promise<Transport> {
  const target = `worker:${name}`;
  if (signal?.aborted === true) throw cancelled(target, signal);
  if (hasEnded(endpoint)) throw failed(target, gone);
  const { port1, port2 } = new MessageChannel();
  const port = port1 as unknown as MessageEndpoint;
  endpoint.postMessage({ rpcgen: "connect", name, port: port2 }, [port2]);
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      timer.cancel();
      leave();
      stopWaiting();
      signal?.removeEventListener("abort", onAbort);
    };
    const fail = (error: RpcError): void => {
      settle();
      port.close?.();
      reject(error);
    };
    const onAbort = (): void => fail(cancelled(target, signal));
    const timer = startConnectTimer(timeoutMs, () => fail(failed(target, `no answer within ${timeoutMs} ms`)));
    const leave = onMessage(port, (answer) => {
      if (answer !== "accepted") return fail(failed(target, "nobody listens there under this name"));
      settle();
      resolve(createPortTransport(port, { localAddress: `${target}#client`, peerAddress: target }));
    });
    const stopWaiting = onGone(port, () => fail(failed(target, gone)));
    signal?.addEventListener("abort", onAbort);
  });
}

function failed(target: string, fault: string): RpcError {
  return new RpcError({ reason: "connect_failed", message: `Cannot connect to ${target}: ${fault}.` });
}

function cancelled(target: string, signal: AbortSignal | undefined): RpcError {
  const message = `Connecting to ${target} was cancelled.`;
  return new RpcError({ reason: "cancelled_by_caller", message, cause: signal?.reason });
}
