/** First in, first out, in constant time; memory shrinks with the content. */
export class Queue<T> {
  /** {@link none} until something comes: most queues of a connection never hold anything (bench `idle`). */
  private items: (T | undefined)[];
  private head: number;

  constructor() {
    this.items = none as T[];
    this.head = 0;
  }

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    if (this.items === none) this.items = [item];
    else this.items.push(item);
  }

  /** The first item, taken out; undefined when empty. */
  shift(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    // Stryker disable next-line all: how much memory is kept cannot be seen from outside
    if (this.head > 32 && this.head * 2 > this.items.length) this.compact();
    return item;
  }

  /** The first item, left in place; undefined when empty. */
  peek(): T | undefined {
    return this.items[this.head];
  }

  /** Everything, taken out in order. */
  takeAll(): T[] {
    const items = this.items.slice(this.head) as T[];
    this.items = none as T[];
    this.head = 0;
    return items;
  }

  private compact(): void {
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}

const none: readonly unknown[] = Object.freeze([]);
