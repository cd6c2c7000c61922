/** Buckets per doubling: values are known to about 9 %. */
const perOctave = 8;
const leastMs = 0.01;
const bucketCount = 8 * 27;
const refreshMs = 3_000;
const leastSamples = 20;

/** A quantile of durations that follows them: read anew every 3 s, when what was counted before weighs half. */
export class LatencyQuantile {
  private readonly quantile: number;
  private readonly counts: Float64Array;
  private total: number;
  private estimate: number | undefined;
  private nextMs: number;

  constructor(quantile: number) {
    this.quantile = quantile;
    this.counts = new Float64Array(bucketCount);
    this.total = 0;
    this.estimate = undefined;
    this.nextMs = -Infinity;
  }

  add(durationMs: number, nowMs: number): void {
    const octave = Math.log2(Math.max(durationMs, leastMs) / leastMs);
    const bucket = Math.min(bucketCount - 1, Math.floor(octave * perOctave));
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.total++;
    if (this.estimate === undefined && this.total >= leastSamples) this.refresh(nowMs);
  }

  /** Milliseconds; undefined before 20 durations are known. */
  value(nowMs: number): number | undefined {
    if (nowMs >= this.nextMs && this.total >= leastSamples) this.refresh(nowMs);
    return this.estimate;
  }

  private refresh(nowMs: number): void {
    this.nextMs = nowMs + refreshMs;
    let above = this.total * (1 - this.quantile);
    let bucket = bucketCount - 1;
    while (bucket > 0 && above >= (this.counts[bucket] as number)) above -= this.counts[bucket--] as number;
    this.estimate = leastMs * 2 ** ((bucket + 1) / perOctave);
    for (let index = 0; index < bucketCount; index++) this.counts[index] = (this.counts[index] as number) / 2;
    this.total /= 2;
  }
}
