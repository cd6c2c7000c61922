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

/** Calls `listener` once when the other side is gone; not every browser tells. */
export function onGone(endpoint: MessageEndpoint, listener: () => void): void {
  if (endpoint.on === undefined) endpoint.addEventListener?.("close", listener);
  else endpoint.on("close", listener);
}
