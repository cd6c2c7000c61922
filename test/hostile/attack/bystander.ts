import { createClient } from "../../../runtime/index.ts";
import { playRole } from "../../processes/role.ts";
import { Lab, type LabClient } from "../../runtime/fixture/lab.ts";

/** What happened to somebody who only wants to work. */
export interface BystanderReport {
  readonly calls: number;
  readonly failures: readonly string[];
  readonly p50Ms: number;
  readonly worstMs: number;
}

const periodMs = 10;

/** A good client in a process of its own: a call every ten milliseconds, whatever else happens to the server. */
export function playBystander(): void {
  const times: number[] = [];
  const failures: string[] = [];
  const running = new Set<Promise<void>>();
  let lab: LabClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sequence = 0;

  async function call(target: LabClient): Promise<void> {
    const begin = performance.now();
    const count = ++sequence;
    try {
      const reply = await target.echo({ text: "good", count });
      if (reply.count !== count) failures.push(`call ${count} got the reply of ${reply.count}`);
      times.push(performance.now() - begin);
    } catch (error) {
      failures.push(String(error));
    }
  }

  function tick(): void {
    if (lab === undefined) return;
    const work = call(lab);
    running.add(work);
    void work.then(() => running.delete(work));
  }

  playRole({
    /** Resolves when it is warm. */
    async start(port: number): Promise<void> {
      lab = createClient(Lab, { target: `tcp://127.0.0.1:${port}`, connectTimeoutMs: 5_000 });
      for (let calls = 0; calls < 300; calls++) await call(lab);
      times.length = 0;
      timer = setInterval(tick, periodMs);
    },
    /** One more call, now: the server works. */
    async check(): Promise<void> {
      if (lab !== undefined) await call(lab);
    },
    async stop(): Promise<BystanderReport> {
      clearInterval(timer);
      await Promise.all(running);
      await lab?.close();
      const sorted = times.toSorted((left, right) => left - right);
      return {
        calls: times.length,
        failures,
        p50Ms: sorted[Math.floor(sorted.length / 2)] ?? 0,
        worstMs: sorted.at(-1) ?? 0,
      };
    },
  });
}
