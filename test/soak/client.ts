import { getEventListeners, setMaxListeners } from "node:events";
import { connect, type Socket } from "node:net";
import { type Channel, createChannel, createClient } from "../../runtime/index.ts";
import { playRole } from "../processes/role.ts";
import { Lab, type LabClient } from "../runtime/fixture/lab.ts";
import { createCountingEnvironment, type Holdings, look } from "./probe.ts";
import type { ServerAddresses } from "./server.ts";
import { pieces, ratesPerSecond, type Tally } from "./workload.ts";

/** What the client tells of itself and of what it did since it was last asked. */
export interface ClientReport extends Holdings {
  /** Listeners on a signal that lives as long as the run. */
  readonly listeners: number;
  readonly cpuMs: number;
  /** Since the start, by kind. */
  readonly tallies: Readonly<Record<string, Tally>>;
  readonly failures: readonly string[];
  /** Since the last report. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** The same of bytes that go there and back with nothing of ours in between. */
  readonly bareP99Us: number;
  readonly connectionsMade: number;
}

/** How the client loads the server. */
export interface ClientPlan extends ServerAddresses {
  readonly clients: number;
  /** Times the rates of the workload. */
  readonly load: number;
}

const tickMs = 20;
const barePerSecond = 50;
const worstCallMs = 20_000;

/** The process of the client: makes calls of all kinds until it is told to pause. */
export function playClient(): void {
  let load: Load | undefined;
  playRole({
    start: async (plan: ClientPlan) => void (load = await startLoad(plan)),
    resume: () => load?.resume(),
    pause: () => load?.pause(),
    churn: () => load?.churn(),
    look: () => load?.look(),
    close: () => load?.close(),
  });
}

interface Load {
  resume(): void;
  /** Starts nothing more. Resolves when all that runs has ended. */
  pause(): Promise<void>;
  /** Ends a connection politely and another with calls on it, and makes new ones. */
  churn(): Promise<void>;
  look(): Promise<ClientReport>;
  close(): Promise<void>;
}

interface Lane {
  channel: Channel;
  lab: LabClient;
}

async function startLoad(plan: ClientPlan): Promise<Load> {
  const environment = createCountingEnvironment();
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const bare = await openBare(plan.echoPort);
  const tallies: Record<string, Tally> = {};
  const owed: Record<string, number> = {};
  const failures: string[] = [];
  const running = new Set<Promise<void>>();
  let times: number[] = [];
  let bareTimes: number[] = [];
  let connectionsMade = 0;
  let sequence = 0;
  let next = 0;
  let timer: NodeJS.Timeout | undefined;

  function open(): Lane {
    const channel = createChannel({
      target: plan.rpc,
      environment,
      // Aged connections are replaced at once, so that every look finds the same number.
      connect: "eager",
      connectTimeoutMs: 10_000,
      onStateChange: (state) => void (connectionsMade += state === "ready" ? 1 : 0),
    });
    return { channel, lab: createClient(Lab, { channel, timeoutMs: worstCallMs }) };
  }

  const lanes = Array.from({ length: plan.clients }, open);

  function fail(text: string): void {
    if (failures.length < 100) failures.push(text);
  }

  function start(kind: string): void {
    const lane = lanes[next++ % lanes.length];
    const piece = pieces[kind];
    if (lane === undefined || piece === undefined) return;
    const tally = (tallies[kind] ??= { done: 0, failed: 0 });
    const begin = performance.now();
    const work = piece(lane.lab, { signal: controller.signal, sequence: sequence++ }).then(
      () => {
        tally.done++;
        if (kind === "unary") times.push((performance.now() - begin) * 1_000);
      },
      (error: unknown) => {
        tally.failed++;
        fail(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
    running.add(work);
    void work.then(() => running.delete(work));
  }

  function tick(): void {
    for (const [kind, rate] of Object.entries(ratesPerSecond)) {
      owed[kind] = (owed[kind] ?? Math.random()) + (rate * plan.load * tickMs) / 1_000;
      for (; owed[kind] >= 1; owed[kind]--) start(kind);
    }
    if (Math.random() < (barePerSecond * tickMs) / 1_000) bare.ping((us) => bareTimes.push(us));
  }

  async function settled(): Promise<void> {
    while (running.size > 0) await Promise.all(running);
  }

  return {
    resume() {
      timer ??= setInterval(tick, tickMs);
    },
    async pause() {
      clearInterval(timer);
      timer = undefined;
      await settled();
      for (const { lab } of lanes) await lab.ping();
    },
    async churn() {
      const [old] = lanes.splice(0, 1, open());
      lanes.push(...lanes.splice(0, 1));
      await Promise.all([old?.channel.close({ graceMs: worstCallMs }), cutOff(open(), fail)]);
    },
    async look() {
      const { user, system } = process.cpuUsage();
      const report = {
        ...(await look(environment)),
        listeners: getEventListeners(controller.signal, "abort").length,
        cpuMs: (user + system) / 1_000,
        tallies,
        failures,
        p50Us: quantile(times, 0.5),
        p99Us: quantile(times, 0.99),
        bareP99Us: quantile(bareTimes, 0.99),
        connectionsMade,
      };
      times = [];
      bareTimes = [];
      return report;
    },
    async close() {
      bare.close();
      await Promise.all(lanes.map(({ channel }) => channel.close()));
    },
  };
}

/** Ends a connection that has calls on it: all of them must fail, and soon. */
async function cutOff({ channel, lab }: Lane, fail: (text: string) => void): Promise<void> {
  await lab.echo({ text: "first" });
  const hanging = Array.from({ length: 10 }, () => lab.echo({ text: "hang" }));
  const outcomes = Promise.allSettled(hanging);
  await lab.echo({ text: "last" });
  await channel.close({ graceMs: 0 });
  for (const { status } of await outcomes)
    if (status === "fulfilled") fail("a call was answered that nobody could answer");
}

/** Bytes to the server and back, one at a time. */
interface Bare {
  ping(onTime: (us: number) => void): void;
  close(): void;
}

async function openBare(port: number): Promise<Bare> {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve) => socket.once("connect", resolve));
  let begin = 0;
  let waiting: ((us: number) => void) | undefined;
  socket.on("data", () => {
    waiting?.((performance.now() - begin) * 1_000);
    waiting = undefined;
  });
  socket.on("error", () => undefined);
  return {
    ping(onTime) {
      if (waiting !== undefined) return;
      begin = performance.now();
      waiting = onTime;
      socket.write(Buffer.alloc(52, 1));
    },
    close: () => void socket.destroy(),
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
