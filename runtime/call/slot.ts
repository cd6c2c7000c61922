declare const valueMark: unique symbol;

/** A typed key for what interceptors keep at a call. Two slots are never the same, whatever their names. */
export interface Slot<T> {
  /** For debugging. */
  readonly name: string;
  readonly [valueMark]?: T;
}

/** Makes a key. @param name for debugging only */
export function createSlot<T>(name: string): Slot<T> {
  return Object.freeze({ name });
}

/** What is kept at one call, in a chain: there is never much, and a Map costs more than all that hooks do (bench `governance`). */
export class Kept {
  readonly slot: Slot<unknown>;
  readonly next: Kept | undefined;
  value: unknown;

  constructor(slot: Slot<unknown>, value: unknown, next: Kept | undefined) {
    this.slot = slot;
    this.value = value;
    this.next = next;
  }
}

/** What is kept under a slot; undefined: nothing. */
export function findKept(first: Kept | undefined, slot: Slot<unknown>): Kept | undefined {
  let kept = first;
  while (kept !== undefined && kept.slot !== slot) kept = kept.next;
  return kept;
}

/** The chain with a value under a slot. */
export function keep(first: Kept | undefined, slot: Slot<unknown>, value: unknown): Kept {
  const kept = findKept(first, slot);
  if (kept === undefined || first === undefined) return new Kept(slot, value, first);
  kept.value = value;
  return first;
}
