import type { MemoryOwner } from "../codec/body.ts";
import type { ItemQueue } from "./item-queue.ts";
import { LazyItem } from "./lazy-item.ts";

/** What a message may take before anybody counts it. */
export const uncountedBytes = 1024;
/** How many times its cost an item may take while it waits to be read. */
const heavyFactor = 8;

/** Weighs messages, one at a time. */
class Scale implements MemoryOwner {
  private bytes: number;

  constructor() {
    this.bytes = 0;
  }

  hold(bytes: number): void {
    this.bytes = bytes;
  }

  /** True when the last message takes many times what its sender paid for it. */
  isHeavy(cost: number): boolean {
    return this.bytes > heavyFactor * cost + uncountedBytes;
  }
}

/** One is enough: a message is decoded from its beginning to its end before another one is. */
export const scale: Scale = new Scale();

/** An item and what it was made of. */
export interface WeighedItem<T> {
  readonly item: T;
  /** As it came; copied here. */
  readonly body: Uint8Array;
  readonly cost: number;
}

/**
 * Adds an item that takes many times its bytes. It waits as it came, unless its reader waits for it: what nobody has asked for yet shall not be much more
 * than its credit says.
 * @param decode makes it again from the same bytes
 */
export function pushHeavy<T>(
  queue: ItemQueue<T>,
  { item, body, cost }: WeighedItem<T>,
  decode: (body: Uint8Array) => T,
): void {
  const kept = new Uint8Array(body);
  let fresh: { readonly item: T } | undefined = { item };
  queue.push(new LazyItem(() => (fresh === undefined ? decode(kept) : fresh.item)), cost);
  fresh = undefined;
}
