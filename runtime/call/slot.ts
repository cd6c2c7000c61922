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
