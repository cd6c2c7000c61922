/** What {@link measureCalls} saw. */
export interface Speed {
  readonly callsPerSecond: number;
  readonly p50Ms: string;
  readonly p99Ms: string;
  readonly failures: number;
}

/** Makes `count` calls, never more than `inFlight` at a time. */
export async function measureCalls(count: number, inFlight: number, call: () => Promise<unknown>): Promise<Speed> {
  const latencies: number[] = [];
  let started = 0;
  let failures = 0;

  async function worker(): Promise<void> {
    while (started < count) {
      started += 1;
      const begin = performance.now();
      await call().catch(() => failures++);
      latencies.push(performance.now() - begin);
    }
  }

  const begin = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    callsPerSecond: Math.round(count / seconds),
    p50Ms: (latencies[Math.floor(count * 0.5)] ?? 0).toFixed(2),
    p99Ms: (latencies[Math.floor(count * 0.99)] ?? 0).toFixed(2),
    failures,
  };
}
