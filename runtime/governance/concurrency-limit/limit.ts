/** One call that has ended, as a limit sees it. */
export interface LimitSample {
  /** Milliseconds from admission to the end. */
  readonly durationMs: number;
  /** Calls in progress when it was let in, itself included. */
  readonly inFlight: number;
  /** It ended because its deadline passed or its caller gave up: too slow, and nobody knows how slow it would have been. */
  readonly wasDropped: boolean;
}

/** How many calls may be in progress at once. */
export interface Limit {
  readonly name: string;
  /** A whole number, 1 or more. */
  readonly value: number;
  /** Called for each call that ended. @param isOverloaded the process has more to do than it can */
  observe(sample: LimitSample, isOverloaded: boolean): void;
}

/** Always the same. @throws RangeError for a limit below 1 */
export function fixedLimit(value: number): Limit {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`A limit of calls is ${String(value)}; expected a whole number above 0.`);
  }
  return { name: "fixed", value, observe: () => undefined };
}

/** Settings of {@link gradientLimit}. Defaults are those of Netflix's Gradient2, but for the maximum. */
export interface GradientOptions {
  /** To begin with. Default: 20. */
  readonly initial?: number | undefined;
  /** Default: 20. */
  readonly min?: number | undefined;
  /** Default: 1,000. */
  readonly max?: number | undefined;
  /** Weight of a new estimate, above 0 up to 1. Default: 0.2. */
  readonly smoothing?: number | undefined;
  /** Calls that may wait inside the server without being taken for overload. Default: 4. */
  readonly queue?: number | undefined;
  /** Calls over which the long-term duration is averaged. Default: 600. */
  readonly longWindow?: number | undefined;
  /** How many times longer than in the long term calls may take before the limit shrinks, 1 or more. Default: 1.5. */
  readonly tolerance?: number | undefined;
}

/**
 * Follows the duration of calls: when they take longer than they used to, fewer are let in. Shrinks only while the process is overloaded, because
 * a slow database makes calls slow as well, and refusing calls then helps nobody.
 *
 * Source: Gradient2 of Netflix concurrency-limits; the gate is the idea of BBR-style limiters, with the event loop in place of the processor.
 * @throws RangeError for settings that cannot work
 */
export function gradientLimit(options: GradientOptions = {}): Limit {
  const {
    initial = 20,
    min = 20,
    max = 1_000,
    smoothing = 0.2,
    queue = 4,
    longWindow = 600,
    tolerance = 1.5,
  } = options;
  if (!(min >= 1 && min <= max && initial >= min && initial <= max)) {
    throw new RangeError(
      `Limits of calls are min ${min}, initial ${initial}, max ${max}; expected 1 <= min <= initial <= max.`,
    );
  }
  if (!(smoothing > 0 && smoothing <= 1)) throw new RangeError(`smoothing is ${smoothing}; expected above 0 up to 1.`);
  if (!(tolerance >= 1)) throw new RangeError(`tolerance is ${tolerance}; expected 1 or more.`);
  return new Gradient({ initial, min, max, smoothing, queue, longWindow, tolerance });
}

class Gradient implements Limit {
  readonly name: string;
  value: number;
  private readonly options: { readonly [Name in keyof GradientOptions]-?: number };
  private estimate: number;
  private longMs: number;
  private count: number;

  constructor(options: { readonly [Name in keyof GradientOptions]-?: number }) {
    this.name = "gradient";
    this.value = Math.floor(options.initial);
    this.options = options;
    this.estimate = options.initial;
    this.longMs = 0;
    this.count = 0;
  }

  observe(sample: LimitSample, isOverloaded: boolean): void {
    const shortMs = Math.max(sample.durationMs, 0.001);
    if (!sample.wasDropped) this.learn(shortMs);
    // A server that is not busy learns nothing about how busy it may be.
    if (sample.inFlight >= this.estimate / 2 || sample.wasDropped)
      this.follow(shortMs, sample.wasDropped, isOverloaded);
  }

  private follow(shortMs: number, wasDropped: boolean, isOverloaded: boolean): void {
    const { min, max, smoothing, queue, tolerance } = this.options;
    const gradient = wasDropped ? 0.5 : Math.max(0.5, Math.min(1, (tolerance * this.longMs) / shortMs));
    const wanted = this.estimate * gradient + queue;
    const next = this.estimate * (1 - smoothing) + wanted * smoothing;
    this.estimate = Math.max(min, Math.min(max, isOverloaded ? next : Math.max(next, this.estimate)));
    this.value = Math.floor(this.estimate);
  }

  private learn(durationMs: number): void {
    this.count = Math.min(this.count + 1, this.options.longWindow);
    const longMs = this.longMs + (durationMs - this.longMs) * (2 / (this.count + 1));
    // After a slow time the average comes down faster than it went up.
    this.longMs = longMs > durationMs * 2 ? longMs * 0.95 : longMs;
  }
}
