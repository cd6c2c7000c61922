import type { Environment, Timer } from "./environment.ts";

/** Something with a deadline. The wheel owns the `wheel...` fields: start them with `undefined`, `undefined` and -1. */
export interface WheelEntry {
  /** Absolute, on the environment's `now()`. Unchanged while in the wheel. */
  deadlineMs: number;
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  /** -1: not in the wheel. */
  wheelBucket: number;
  /** Called once, out of the wheel, not before the deadline. */
  onDeadline(): void;
}

const bucketCount = 64;
const bucketMs = 64;

/**
 * The wheel of all who have this environment: half a KiB of places and a timer for each connection would be a tenth of what an idle one takes
 * (bench `idle`).
 */
export function wheelOf(environment: Environment): TimerWheel {
  const known = wheels.get(environment);
  if (known !== undefined) return known;
  const wheel = new TimerWheel(environment);
  wheels.set(environment, wheel);
  return wheel;
}

const wheels = /* @__PURE__ */ new WeakMap<Environment, TimerWheel>();

/**
 * Many deadlines on one timer: adding and removing cost a few assignments, where a timer per call costs a tenth to a quarter of the
 * throughput (bench `calls`). Entries fire at their deadline exactly: buckets only say where to look.
 */
export class TimerWheel {
  /** Entries in the wheel. */
  size: number;
  private readonly environment: Environment;
  private buckets: (WheelEntry | undefined)[];
  private timer: Timer | undefined;
  private armedAtMs: number;
  private tick: number;

  constructor(environment: Environment) {
    this.size = 0;
    this.environment = environment;
    this.buckets = [];
    this.timer = undefined;
    this.armedAtMs = Infinity;
    this.tick = 0;
  }

  /** An entry whose deadline has passed fires in a later turn. Infinite deadlines are not added. */
  add(entry: WheelEntry): void {
    if (entry.deadlineMs === Infinity) return;
    if (this.buckets.length === 0) this.start();
    const bucket = Math.max(Math.floor(entry.deadlineMs / bucketMs), this.tick) % bucketCount;
    const first = this.buckets[bucket];
    entry.wheelBucket = bucket;
    entry.wheelNext = first;
    entry.wheelPrevious = undefined;
    if (first !== undefined) first.wheelPrevious = entry;
    this.buckets[bucket] = entry;
    if (this.size++ === 0) this.timer?.ref();
    if (entry.deadlineMs < this.armedAtMs) this.arm(entry.deadlineMs);
  }

  /** Without effect when the entry is not in the wheel. */
  remove(entry: WheelEntry): void {
    if (entry.wheelBucket < 0) return;
    const { wheelNext: next, wheelPrevious: previous } = entry;
    if (previous === undefined) this.buckets[entry.wheelBucket] = next;
    else previous.wheelNext = next;
    if (next !== undefined) next.wheelPrevious = previous;
    entry.wheelBucket = -1;
    entry.wheelNext = undefined;
    entry.wheelPrevious = undefined;
    if (--this.size === 0) this.timer?.unref();
  }

  /** For those who add nothing more: a wheel with nothing in it needs no timer. */
  rest(): void {
    if (this.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
    this.armedAtMs = Infinity;
    this.buckets = [];
  }

  private start(): void {
    this.buckets = new Array<WheelEntry | undefined>(bucketCount).fill(undefined);
    this.tick = Math.floor(this.environment.now() / bucketMs);
  }

  private arm(atMs: number): void {
    this.timer?.cancel();
    this.armedAtMs = atMs;
    this.timer = this.environment.setTimer(atMs - this.environment.now(), () => this.fire());
    if (this.size === 0) this.timer.unref();
  }

  private fire(): void {
    this.timer = undefined;
    this.armedAtMs = Infinity;
    const nowMs = this.environment.now();
    const due = this.takeDue(nowMs);
    const nextMs = this.nextLookMs();
    if (nextMs !== undefined) this.arm(nextMs);
    else this.buckets = [];
    this.tell(due);
  }

  /** A fault of one goes up to whoever listens for faults; the others are told all the same. */
  private tell(due: readonly WheelEntry[]): void {
    let told = 0;
    try {
      while (told < due.length) (due[told++] as WheelEntry).onDeadline();
    } finally {
      if (told < due.length) this.environment.defer(() => this.tell(due.slice(told)));
    }
  }

  private takeDue(nowMs: number): WheelEntry[] {
    const due: WheelEntry[] = [];
    const lastTick = Math.floor(nowMs / bucketMs);
    const firstTick = Math.max(this.tick, lastTick - bucketCount + 1);
    for (let tick = firstTick; tick <= lastTick; tick++) {
      let entry = this.buckets[tick % bucketCount];
      while (entry !== undefined) {
        const next: WheelEntry | undefined = entry.wheelNext;
        if (entry.deadlineMs <= nowMs) due.push(entry);
        entry = next;
      }
    }
    this.tick = lastTick;
    for (const entry of due) this.remove(entry);
    return due.sort((a, b) => a.deadlineMs - b.deadlineMs);
  }

  /** The next deadline of the current bucket, or when the next bucket that is not empty begins. */
  private nextLookMs(): number | undefined {
    if (this.size === 0) return undefined;
    for (let tick = this.tick; tick <= this.tick + bucketCount; tick++) {
      let earliestMs = Infinity;
      for (let entry = this.buckets[tick % bucketCount]; entry !== undefined; entry = entry.wheelNext) {
        earliestMs = Math.min(earliestMs, entry.deadlineMs);
      }
      if (earliestMs === Infinity) continue;
      if (earliestMs < (tick + 1) * bucketMs) return earliestMs;
      if (tick > this.tick) return tick * bucketMs;
    }
    return (this.tick + bucketCount) * bucketMs;
  }
}
