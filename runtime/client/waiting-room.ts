import { RpcError } from "../errors/rpc-error.ts";
import type { ReadyWaiter } from "./pool.ts";

/** Those who wait for the same thing. */
export class WaiterSet {
  private readonly maxSize: number;
  /** Made with the first of them: most connections are never waited for (bench `idle`). */
  private waiters: Set<ReadyWaiter> | undefined;

  constructor(maxSize: number) {
    this.maxSize = maxSize;
    this.waiters = undefined;
  }

  get size(): number {
    return this.waiters?.size ?? 0;
  }

  /** @throws RpcError `too_many_calls` */
  add(waiter: ReadyWaiter): void {
    if (this.size >= this.maxSize) throw tooManyWaiting(this.size);
    (this.waiters ??= new Set()).add(waiter);
  }

  delete(waiter: ReadyWaiter): void {
    this.waiters?.delete(waiter);
  }

  /** Nobody waits any more. */
  release(tell: (waiter: ReadyWaiter) => void): void {
    const released = this.waiters;
    this.waiters = undefined;
    for (const waiter of released ?? []) tell(waiter);
  }
}

function tooManyWaiting(count: number): RpcError {
  return new RpcError({ reason: "too_many_calls", message: `${count} calls already wait for a connection.` });
}
