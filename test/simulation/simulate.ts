import { createChannel, createClient, createServer, type Server } from "../../runtime/index.ts";
import {
  createRandom,
  createVirtualEnvironment,
  createVirtualNetwork,
  type VirtualLink,
  type VirtualNetwork,
} from "../../runtime/testing/index.ts";
import { Lab, type LabClient } from "../runtime/fixture/lab.ts";
import { Caller } from "./caller.ts";
import { DialMonitor } from "./dial-monitor.ts";
import { createHandlers } from "./handlers.ts";
import { afterEveryStep } from "./every-step.ts";
import { Journal } from "./journal.ts";
import { LinkMonitor } from "./link-monitor.ts";
import { sitOut } from "./long-outage.ts";
import { MemoryMonitor } from "./memory-monitor.ts";
import { createPlans, createWeather } from "./plan.ts";
import { Verdict } from "./verdict.ts";
import { monitor, type WireMonitor } from "./wire-monitor.ts";

/** What a run of one seed came to. */
export interface Report {
  readonly seed: number;
  readonly calls: number;
  /** Of everything that the calls saw, with times: the same for the same seed on every machine and Node. */
  readonly hash: string;
  readonly frames: number;
  readonly virtualMs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly breaches: readonly string[];
}

const address = "memory:lab";
/** Longer than any plan needs when nothing is lost; calls without a deadline of their own fail the run when they need it. */
const patienceMs = 300_000;
/** A server that hears nothing gives its client a second to close, and as long to take its last words; and the way there and back. */
const goodbyeMs = 2_100;
/** Keepalive, its timeout, and the way there. */
const noticeMs = 32_000;
/** The longest that a call which is wanted waits for the next attempt to connect, the attempt itself, and the way there and back. */
const readyMs = 4_000;

/** Runs `calls` calls of a seed against a server that lives, dies and comes back, all in virtual time. */
export async function simulate(seed: number, calls: number): Promise<Report> {
  const run = new Simulation(seed, calls);
  await run.execute();
  return run.report();
}

interface WatchedLink {
  readonly wire: WireMonitor;
  readonly machines: LinkMonitor;
  isLost: boolean;
}

class Simulation {
  private readonly seed: number;
  private readonly random: () => number;
  private readonly journal: Journal;
  private readonly memory: MemoryMonitor;
  private readonly links: WatchedLink[];
  private readonly network: VirtualNetwork;
  private readonly dials: DialMonitor;
  private readonly channel: ReturnType<typeof createChannel>;
  private readonly lab: LabClient;
  private readonly caller: Caller;
  private server: Server | undefined;
  private closings: Promise<void>[];

  constructor(seed: number, calls: number) {
    this.seed = seed;
    this.random = createRandom(seed * 7_919 + 1);
    const weather = createWeather(seed, this.random);
    const environment = afterEveryStep(createVirtualEnvironment(seed), () => this.look());
    const plans = createPlans(calls, weather, this.random);
    this.journal = new Journal(environment, weather, plans, new Verdict());
    this.memory = new MemoryMonitor(this.journal.verdict, weather.budgets);
    this.links = [];
    this.server = undefined;
    this.closings = [];
    const { maxDelayMs, maxPieceBytes, bytesPerMs } = weather;
    this.network = createVirtualNetwork({
      environment,
      delayMs: () => Math.floor(environment.random() * (maxDelayMs + 1)),
      cut: (length) => 1 + Math.floor(environment.random() * Math.min(length, maxPieceBytes)),
      ...(bytesPerMs === Infinity ? {} : { bytesPerMs: () => bytesPerMs }),
    });
    this.network.onLink = (link) => this.watch(link);
    const { verdict } = this.journal;
    this.dials = new DialMonitor({ now: environment.now, verdict, connections: weather.connections });
    this.channel = createChannel({
      target: address,
      environment,
      transports: [this.dials.watch(this.network.transport)],
      connections: weather.connections,
      timeoutMs: patienceMs,
      streamTimeoutMs: patienceMs,
      peerName: "simulation",
    });
    this.lab = createClient(Lab, { channel: this.channel });
    this.caller = new Caller(this.journal, this.lab, this.dials);
  }

  async execute(): Promise<void> {
    const { environment, plans, verdict } = this.journal;
    await this.startServer();
    const work = plans.map((plan) => this.caller.perform(plan));
    const lastMs = Math.max(...plans.map(({ startMs }) => startMs));
    this.scheduleFaults(lastMs);
    this.tick();
    await environment.advanceAsync(lastMs + 2_000);
    this.network.heal();
    this.network.reachability = "up";
    await this.settle(work);
    await this.comeBack();
    await this.end();
    await sitOut(this.seed, { environment, verdict, network: this.network });
  }

  report(): Report {
    const { plans, verdict, environment, hash } = this.journal;
    const outcomes: Record<string, number> = {};
    for (const outcome of this.journal.outcomes.values()) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return {
      seed: this.seed,
      calls: plans.length,
      hash: hash.toString(16).padStart(8, "0"),
      frames: this.links.reduce((sum, { wire }) => sum + wire.frames, 0),
      virtualMs: Math.round(environment.now()),
      outcomes,
      breaches: verdict.breaches,
    };
  }

  /** I-1, I-6, I-11: with the faults over, all settle; only a black hole takes until keepalive. */
  private async settle(work: readonly Promise<void>[]): Promise<void> {
    const { environment, verdict, plans, outcomes, running, weather } = this.journal;
    await environment.run(Promise.all(work), patienceMs + 10_000).catch(() => undefined);
    for (const plan of plans) verdict.expect(outcomes.has(plan), "I-1", () => `${plan.name} has no outcome`);
    await environment.advanceAsync(weather.isCalm ? 2_000 : noticeMs + 2_000);
    for (const plan of running) verdict.breach("I-6", `the handler of ${plan.name} still waits to be told`);
    if (weather.isCalm) this.countOneways();
  }

  /** I-10: where nothing is lost, one-way calls that were handed over have run, whatever goodbye they crossed, but for those that a limit turned away. */
  private countOneways(): void {
    const { verdict, plans, outcomes, runs, limitedOneways } = this.journal;
    const lost = plans.filter((plan) => outcomes.get(plan) === "handed over" && !runs.has(plan));
    const names = lost.map(({ name }) => name).join(" ");
    verdict.expect(
      lost.length === limitedOneways,
      "I-10",
      () => `${lost.length} one-way calls did not run, ${limitedOneways} for a limit: ${names}`,
    );
  }

  /** I-11: the client finds its server again. */
  private async comeBack(): Promise<void> {
    const { environment, verdict, weather } = this.journal;
    // A dead connection with no call on it is not noticed before there is one.
    for (let dead = weather.hasBlackHole ? weather.connections : 0; dead > 0; dead--)
      await environment.run(this.lab.ping({ timeoutMs: noticeMs })).catch(() => undefined);
    const startedMs = environment.now();
    await environment.run(this.lab.ping({ waitForReady: true, timeoutMs: readyMs })).catch((error: unknown) => {
      const tookMs = environment.now() - startedMs;
      verdict.breach("I-11", `a server that is up was not reached in ${tookMs} ms: ${String(error)}`);
    });
    await environment.advanceAsync(1_000);
  }

  /** I-5, I-9, I-10: what is left when every call is over, and when everybody has gone. */
  private async end(): Promise<void> {
    const { environment, verdict, weather } = this.journal;
    for (const { machines } of this.links) machines.lookAtRest();
    for (const { wire, isLost } of this.links) {
      if (isLost || !weather.isCalm) continue;
      for (const id of wire.unanswered()) verdict.breach("I-10", `${id} was accepted and never answered`);
      for (const id of wire.unfinished()) verdict.breach("I-10", `the one-way call ${id} was begun and never finished`);
    }
    const { listenersLeft } = this.caller;
    verdict.expect(listenersLeft === 0, "I-5", () => `${listenersLeft} listeners are left on signals of calls`);
    await this.close();
    verdict.expect(environment.pendingTimers === 0, "I-5", () => `${environment.pendingTimers} timers are left`);
    const open = this.network.links.length;
    verdict.expect(open === 0, "I-5", () => `${open} connections are left`);
  }

  private async close(): Promise<void> {
    const { environment, verdict } = this.journal;
    const startedMs = environment.now();
    this.dials.stop();
    const closed = Promise.all([
      this.channel.close({ graceMs: 60_000 }),
      this.server?.close({ graceMs: 60_000 }),
      ...this.closings,
    ]);
    await environment.run(closed, 70_000).catch(() => verdict.breach("I-5", "closing never ends"));
    const tookMs = environment.now() - startedMs;
    verdict.expect(
      tookMs < goodbyeMs,
      "I-5",
      () => `closing idle connections took ${tookMs} ms: something counts as in progress`,
    );
    await environment.advanceAsync(100);
  }

  private watch(link: VirtualLink): void {
    const { weather, verdict } = this.journal;
    const machines = new LinkMonitor(link, verdict, (machine) => this.memory.add(machine));
    this.links.push({ wire: monitor(link, weather.maxCalls, verdict), machines, isLost: false });
  }

  private async startServer(): Promise<void> {
    const { environment, weather } = this.journal;
    const server = createServer({
      environment,
      transports: [this.network.transport],
      limits: { maxCalls: weather.maxCalls, idleMs: 0, ...weather.budgets },
      onError: () => undefined,
      interceptors: [this.journal.oneways],
      peerName: "simulation",
    }).add(Lab, createHandlers(this.journal));
    this.server = server;
    await server.listen(address);
  }

  private scheduleFaults(lastMs: number): void {
    const { weather, environment } = this.journal;
    const random = this.random;
    const at = (count: number, action: () => void): void => {
      for (let index = 0; index < count; index++) environment.setTimer(random() * lastMs, action);
    };
    at(weather.restarts, () => this.restart());
    at(weather.resets, () => {
      this.lose();
      this.network.reset();
    });
    at(weather.cuts, () => {
      this.lose();
      this.network.cut(random() < 0.3 ? "both" : random() < 0.5 ? "to_server" : "to_client");
      environment.setTimer(random() * 3_000, () => this.network.heal());
    });
    at(weather.outages, () => {
      this.lose();
      this.network.reachability = random() < 0.5 ? "refusing" : "silent";
      this.network.reset();
      environment.setTimer(random() * 4_000, () => void (this.network.reachability = "up"));
    });
    if (weather.hasBlackHole) {
      environment.setTimer(lastMs + 2_001, () => {
        for (const link of this.network.links) link.cut();
      });
    }
  }

  private restart(): void {
    const old = this.server;
    if (old === undefined) return;
    this.server = undefined;
    this.closings.push(old.close({ graceMs: 120_000 }));
    // The old one has left the port and says goodbye to its peers next: they find the new one there.
    void this.startServer();
  }

  private lose(): void {
    for (const entry of this.links) entry.isLost = true;
  }

  /** What a step sets off may only run with the next one, and takes that one's time: a step is never far away. */
  private tick(): void {
    const { environment, outcomes, plans } = this.journal;
    if (outcomes.size < plans.length) environment.setTimer(tickMs, () => this.tick());
  }

  /** I-8, I-9, I-12: after each step. */
  private look(): void {
    this.memory.look();
    this.dials.look();
    for (const { machines } of this.links) machines.look();
  }
}

const tickMs = 5;
