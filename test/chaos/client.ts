import { type Channel, createChannel, createClient, type Limits, RpcError } from "../../runtime/index.ts";
import { playRole } from "../processes/role.ts";
import { Lab, type LabClient } from "../runtime/fixture/lab.ts";

export interface ClientPlan {
  readonly target: string;
  /** Each of its calls has such an id. */
  readonly name: string;
  readonly waitForReady: boolean;
  /** The server is not on loopback. */
  readonly insecure: boolean;
  readonly limits?: Partial<Limits>;
}

/** What became of the calls since the last report. */
export interface ClientReport {
  readonly ok: number;
  /** Ids of the calls that were answered: the server must have run them. */
  readonly answered: readonly string[];
  readonly failed: Readonly<Record<string, number>>;
  /** What the first failure of each reason said. */
  readonly texts: Readonly<Record<string, string>>;
  /** Replies that belong to other calls, streams out of order. */
  readonly wrong: readonly string[];
  /** Calls that are not over. */
  readonly open: number;
  /** Milliseconds after its deadline that the latest call was settled. */
  readonly latestMs: number;
}

/** The end of a call that nobody answers. */
export interface HangReport {
  readonly reason: string;
  readonly atMs: number;
}

/** Milliseconds for a call, and for one that waits until its server is back. */
const [shortMs, longMs] = [1_500, 20_000];
const inFlight = 8;
const pauseMs = 5;

/** A process that calls without pause and notes what comes of it. */
export function playClient(): void {
  let channel: Channel | undefined;
  let lab: LabClient | undefined;
  let plan: ClientPlan | undefined;
  let isRunning = false;
  let sequence = 0;
  let open = 0;
  let loops: Promise<void>[] = [];
  let report = emptyReport();

  const timeout = (): number => (plan?.waitForReady === true ? longMs : shortMs);

  async function once(target: LabClient): Promise<boolean> {
    const id = `${plan?.name}-${++sequence}`;
    const due = performance.now() + timeout();
    const isStream = sequence % 5 === 0;
    open++;
    try {
      if (isStream) await stream(target, id);
      else await unary(target, id);
      report.ok++;
      return true;
    } catch (error) {
      const reason = RpcError.is(error) ? error.reason : "wrong";
      if (!RpcError.is(error)) report.wrong.push(String(error));
      report.failed[reason] = (report.failed[reason] ?? 0) + 1;
      report.texts[reason] ??= String(error);
      return false;
    } finally {
      open--;
      report.latestMs = Math.max(report.latestMs, performance.now() - due);
    }
  }

  async function unary(target: LabClient, id: string): Promise<void> {
    const reply = await target.echo({ text: id }, { timeoutMs: timeout() });
    if (reply.text !== id) throw new Error(`${id} got the reply of ${reply.text}`);
    report.answered.push(id);
  }

  async function stream(target: LabClient, id: string): Promise<void> {
    let next = 0;
    for await (const { text, count } of target.list({ text: id, count: 10 }, { timeoutMs: timeout() }))
      if (text !== id || count !== next++) throw new Error(`${id} got item ${count} of ${text}, not ${next}`);
    if (next !== 10) throw new Error(`${id} ended after ${next} items`);
  }

  async function loop(target: LabClient): Promise<void> {
    while (isRunning) {
      await once(target);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  playRole({
    start(given: ClientPlan): void {
      plan = given;
      const { name: _name, ...options } = given;
      channel = createChannel({ connect: "eager", ...options });
      lab = createClient(Lab, { channel });
    },
    resume(): void {
      isRunning = true;
      const target = lab;
      if (target !== undefined) loops = Array.from({ length: inFlight }, () => loop(target));
    },
    async pause(): Promise<void> {
      isRunning = false;
      await Promise.all(loops);
    },
    look(): ClientReport {
      const found = { ...report, open };
      report = emptyReport();
      return found;
    },
    /** Makes a call that nobody answers, and says how and when it ended. */
    async hang(): Promise<HangReport> {
      const error = await lab?.echo({ text: "hang" }, { timeoutMs: Infinity }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      return { reason: RpcError.is(error) ? error.reason : String(error), atMs: Date.now() };
    },
    /** Calls until one is answered. @returns when it was */
    async untilSuccess(): Promise<number> {
      while (lab !== undefined && !(await once(lab))) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      return Date.now();
    },
    /** Resolves after so many more outcomes. */
    async outcomes(count: number): Promise<void> {
      const until = sequence + count;
      while (sequence < until) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    },
    close: () => channel?.close({ graceMs: 0 }),
  });
}

interface OpenReport {
  ok: number;
  answered: string[];
  failed: Record<string, number>;
  texts: Record<string, string>;
  wrong: string[];
  latestMs: number;
}

function emptyReport(): OpenReport {
  return { ok: 0, answered: [], failed: {}, texts: {}, wrong: [], latestMs: -Infinity };
}
