import type { Timer } from "../environment/environment.ts";

/** One timer of a virtual environment. */
export class HeapTimer implements Timer {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
  /** Set, and neither fired nor cancelled. */
  isPending: boolean;
  private readonly heap: TimerHeap;

  constructor(heap: TimerHeap, atMs: number, order: number, action: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.action = action;
    this.isPending = true;
    this.heap = heap;
  }

  cancel(): void {
    if (!this.isPending) return;
    this.isPending = false;
    this.heap.onCancel();
  }

  ref(): void {
    // Virtual time keeps no process alive.
  }

  unref(): void {
    // As above.
  }
}

/** Timers by time, those of one time in the order they were set: a binary heap. Cancelled ones are swept out when they are many. */
export class TimerHeap {
  /** Timers that are pending. */
  size: number;
  private timers: HeapTimer[];
  private nextOrder: number;

  constructor() {
    this.size = 0;
    this.timers = [];
    this.nextOrder = 0;
  }

  /** Time of the first timer; Infinity when there is none. */
  get nextMs(): number {
    for (let first = this.timers[0]; first !== undefined; first = this.timers[0]) {
      if (first.isPending) return first.atMs;
      this.removeFirst();
    }
    return Infinity;
  }

  add(atMs: number, action: () => void): HeapTimer {
    const timer = new HeapTimer(this, atMs, this.nextOrder++, action);
    this.size++;
    this.timers.push(timer);
    this.rise(this.timers.length - 1);
    return timer;
  }

  /** Takes out the timer that {@link nextMs} told of. */
  take(): HeapTimer | undefined {
    const first = this.timers[0];
    if (first === undefined) return undefined;
    this.removeFirst();
    this.size--;
    first.isPending = false;
    return first;
  }

  /** A timer was cancelled; it stays where it is until its turn. */
  onCancel(): void {
    this.size--;
    if (this.timers.length < sweepAbove || this.size * 2 > this.timers.length) return;
    // Sorted is a heap too.
    this.timers = this.timers.filter(({ isPending }) => isPending).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  private removeFirst(): void {
    const last = this.timers.pop();
    if (last === undefined || this.timers.length === 0) return;
    this.timers[0] = last;
    this.sink();
  }

  private rise(from: number): void {
    const timers = this.timers;
    const timer = timers[from] as HeapTimer;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = timers[above] as HeapTimer;
      if (isBefore(parent, timer)) break;
      timers[at] = parent;
      at = above;
    }
    timers[at] = timer;
  }

  private sink(): void {
    const timers = this.timers;
    const timer = timers[0] as HeapTimer;
    let at = 0;
    for (let below = 1; below < timers.length; below = 2 * at + 1) {
      const right = timers[below + 1];
      if (right !== undefined && isBefore(right, timers[below] as HeapTimer)) below++;
      const child = timers[below] as HeapTimer;
      if (isBefore(timer, child)) break;
      timers[at] = child;
      at = below;
    }
    timers[at] = timer;
  }
}

const sweepAbove = 64;

function isBefore(one: HeapTimer, other: HeapTimer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
