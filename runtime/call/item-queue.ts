import { showAs } from "../environment/shown.ts";
import { LazyItem } from "./lazy-item.ts";

interface Entry<T> {
  readonly value: T | LazyItem<T>;
  readonly cost: number;
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>>) => void;
  readonly reject: (error: unknown) => void;
}

/** What a queue tells its owner. */
export interface ItemQueueEvents {
  /** An item was taken or thrown away: its credit may go back to the sender. */
  consumed(cost: number): void;
  /** The reader left before the end, by `break` or `return()`. Once. */
  abandoned(): void;
}

/**
 * Items between a connection, which pushes, and one reader, who iterates. Its length is bounded by the credits of the stream:
 * credit goes back only as the reader takes items.
 *
 * States: open -> ended (all items read, then done or the error) -> finished; open or ended -> finished (reader left).
 */
export class ItemQueue<T> implements AsyncIterableIterator<T, undefined> {
  static {
    showAs(this, "Items", ({ state, entries, head }) => ({ state, waiting: entries.length - head }));
  }

  private readonly events: ItemQueueEvents;
  private entries: Entry<T>[];
  private head: number;
  private waiters: Waiter<T>[];
  private state: "open" | "ended" | "finished";
  private failure: { readonly error: unknown } | undefined;
  private iterated: boolean;

  constructor(events: ItemQueueEvents) {
    this.events = events;
    this.entries = [];
    this.head = 0;
    this.waiters = [];
    this.state = "open";
    this.failure = undefined;
    this.iterated = false;
  }

  /** Adds an item of `cost` bytes of credit. */
  push(value: T | LazyItem<T>, cost: number): void {
    if (this.state !== "open") return this.events.consumed(cost);
    const waiter = this.waiters.shift();
    if (waiter === undefined) {
      this.entries.push({ value, cost });
      return;
    }
    this.events.consumed(cost);
    waiter.resolve(deliver(value));
  }

  /** No more items; what is queued can still be read. */
  end(): void {
    this.settle(undefined);
  }

  /** The reader gets the error after what is queued. */
  fail(error: unknown): void {
    this.settle({ error });
  }

  private settle(failure: { readonly error: unknown } | undefined): void {
    if (this.state !== "open") return;
    this.state = "ended";
    this.failure = failure;
    if (this.waiters.length === 0) return;
    const waiters = this.waiters;
    this.waiters = [];
    this.state = "finished";
    for (const [index, waiter] of waiters.entries()) {
      if (index === 0 && failure !== undefined) waiter.reject(failure.error);
      else waiter.resolve({ value: undefined, done: true });
    }
  }

  [Symbol.asyncIterator](): this {
    if (this.iterated)
      throw new TypeError("A stream can be iterated once only; keep its items in an array to use them again.");
    this.iterated = true;
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const entry = this.take();
    if (entry !== undefined) {
      this.events.consumed(entry.cost);
      return Promise.resolve(deliver(entry.value));
    }
    if (this.state === "open") return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
    const failure = this.state === "ended" ? this.failure : undefined;
    this.state = "finished";
    return failure === undefined ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(failure.error);
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.leave();
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    this.leave();
    return Promise.reject(error);
  }

  private take(): Entry<T> | undefined {
    if (this.head === this.entries.length) return undefined;
    const entry = this.entries[this.head];
    this.head++;
    if (this.head === this.entries.length || this.head >= 1024) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return entry;
  }

  private leave(): void {
    if (this.state === "finished") return;
    const wasOpen = this.state === "open";
    this.state = "finished";
    for (let entry = this.take(); entry !== undefined; entry = this.take()) this.events.consumed(entry.cost);
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter.resolve({ value: undefined, done: true });
    if (wasOpen) this.events.abandoned();
  }
}

function deliver<T>(value: T | LazyItem<T>): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> {
  return value instanceof LazyItem ? readLazy(value) : { value, done: false };
}

async function readLazy<T>(item: LazyItem<T>): Promise<IteratorResult<T, undefined>> {
  return { value: await item.read(), done: false };
}
