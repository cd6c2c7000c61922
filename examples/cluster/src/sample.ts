/** Milliseconds that one sample stands for. */
export const sampleMs = 100;

/** What a caller saw in a tenth of a second. */
export interface Sample {
  readonly kind: "sample";
  /** Milliseconds since 1970 at which it begins. */
  readonly atMs: number;
  answered: number;
  /** Calls that an instance had no room for, and neither had the next one. */
  refused: number;
  /** What calls that failed otherwise failed with. */
  readonly failures: string[];
  /** Milliseconds that each answered call took, retries included. */
  readonly latencies: number[];
  readonly byInstance: Record<string, number>;
}

export function createSample(atMs: number): Sample {
  return { kind: "sample", atMs, answered: 0, refused: 0, failures: [], latencies: [], byInstance: {} };
}

/** Several samples in one view. */
export interface Summary {
  readonly seconds: number;
  readonly answered: number;
  readonly refused: number;
  readonly failures: readonly string[];
  readonly goodput: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Part of the answered calls that an instance answered, 0 to 1. */
  share(instance: string): number;
}

/** What was seen between two moments. */
export function summarise(samples: readonly Sample[], fromMs: number, untilMs: number): Summary {
  const within = samples.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const seconds = Math.max(untilMs - fromMs, 1) / 1_000;
  const answered = sum(within, (sample) => sample.answered);
  const latencies = within.flatMap((sample) => sample.latencies).sort((a, b) => a - b);
  const quantile = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? 0;
  return {
    seconds,
    answered,
    refused: sum(within, (sample) => sample.refused),
    failures: within.flatMap((sample) => sample.failures),
    goodput: answered / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    share: (instance) => sum(within, ({ byInstance }) => byInstance[instance] ?? 0) / Math.max(answered, 1),
  };
}

function sum(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return samples.reduce((total, sample) => total + of(sample), 0);
}
