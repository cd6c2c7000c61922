import { RpcError } from "../errors/rpc-error.ts";
import type { ReadyWaiter } from "./pool.ts";

/** Those who wait for the same thing. */
export interface WaiterSet {
  readonly size: number;
  /** @throws RpcError `too_many_calls` */
  add(waiter: ReadyWaiter): void;
  delete(waiter: ReadyWaiter): void;
  /** Nobody waits any more. */
  release(tell: (waiter: ReadyWaiter) => void): void;
}

export function createWaiterSet(maxSize: number): WaiterSet {
  const waiters = new Set<ReadyWaiter>();
  return {
    get size() {
      return waiters.size;
    },
    add(waiter) {
      if (waiters.size >= maxSize) throw tooManyWaiting(waiters.size);
      waiters.add(waiter);
    },
    delete: (waiter) => void waiters.delete(waiter),
    release(tell) {
      const released = [...waiters];
      waiters.clear();
      for (const waiter of released) tell(waiter);
    },
  };
}

function tooManyWaiting(count: number): RpcError {
  return new RpcError({ reason: "too_many_calls", message: `${count} calls already wait for a connection.` });
}
