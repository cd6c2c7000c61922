/**
 * One end of a pipe of messages: a `MessagePort`, a `Worker` or what a worker calls `parentPort` or `self`. Node's `Worker` has `on` and
 * `off`, browsers have `addEventListener`, Node's ports have both.
 */
export interface MessageEndpoint {
  postMessage(value: unknown, transfer?: unknown): void;
  addEventListener?(type: string, listener: (event: never) => void): void;
  removeEventListener?(type: string, listener: (event: never) => void): void;
  on?(type: string, listener: (value: never) => void): unknown;
  off?(type: string, listener: (value: never) => void): unknown;
  start?(): void;
  close?(): void;
  /** Of Node's `Worker`: -1 once it has ended. */
  readonly threadId?: number;
}

/** True for a worker of Node that has ended: it takes messages as before, and nobody hears of the ports in them. */
export function hasEnded({ threadId }: MessageEndpoint): boolean {
  return threadId === -1;
}

/** Calls `listener` for each message, in order, until the returned function is called. */
export function onMessage(endpoint: MessageEndpoint, listener: (message: unknown) => void): () => void {
  if (endpoint.on !== undefined) {
    endpoint.on("message", listener);
    return () => void endpoint.off?.("message", listener);
  }
  const onEvent = ({ data }: { readonly data: unknown }): void => listener(data);
  endpoint.addEventListener?.("message", onEvent);
  endpoint.start?.();
  return () => endpoint.removeEventListener?.("message", onEvent);
}

/** Calls `listener` once when the other side is gone, until the returned function is called; not every browser tells. */
export function onGone(endpoint: MessageEndpoint, listener: () => void): () => void {
  if (endpoint.on === undefined) {
    endpoint.addEventListener?.("close", listener);
    return () => endpoint.removeEventListener?.("close", listener);
  }
  endpoint.on("close", listener);
  return () => void endpoint.off?.("close", listener);
}
