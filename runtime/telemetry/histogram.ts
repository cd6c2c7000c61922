/** Upper bounds in seconds, as OpenTelemetry's conventions for RPC have them, with finer ones below for calls within a machine. */
export const durationBounds: readonly number[] = Object.freeze([
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]);

/** Counts values by size. Recording costs a few comparisons and no memory. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One more than bounds: the last counts what is above all of them. */
  readonly counts: Float64Array;
  sum: number;
  count: number;

  constructor(bounds: readonly number[] = durationBounds) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
    this.sum = 0;
    this.count = 0;
  }

  record(value: number): void {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] as number) + 1;
    this.sum += value;
    this.count++;
  }

  /** The bound below which so many of the values lie, 0 to 1; `Infinity` above the last bound, 0 without values. */
  quantile(share: number): number {
    let left = this.count * share;
    if (this.count === 0) return 0;
    for (let index = 0; index < this.bounds.length; index++) {
      left -= this.counts[index] as number;
      if (left <= 0) return this.bounds[index] as number;
    }
    return Infinity;
  }
}
