/** An item of a stream that is decoded when its reader comes to it, not when it arrives. */
export class LazyItem<T> {
  /** Called once. What it rejects with, or throws, is what the reader gets. */
  readonly read: () => T | Promise<T>;

  constructor(read: () => T | Promise<T>) {
    this.read = read;
  }
}
