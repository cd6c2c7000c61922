import { getEventListeners } from "node:events";
import {
  type CallContext,
  Code,
  createChannel,
  createClient,
  createServer,
  RpcError,
  type Server,
  type TransportKind,
} from "../../runtime/index.ts";
import { createRandom, createVirtualEnvironment, createVirtualNetwork } from "../../runtime/testing/index.ts";
import { Lab, type LabClient, type LabHandlers, Missing, type Note, type NoteInit } from "../runtime/fixture/lab.ts";
import { bytesOf, createPlans, createWeather, optionsOf, type Plan, type Weather } from "./plan.ts";
import { hashText, Verdict } from "./verdict.ts";
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
/** Keepalive, its timeout, and the way there. */
const noticeMs = 32_000;

/** Runs `calls` calls of a seed against a server that lives, dies and comes back, all in virtual time. */
export async function simulate(seed: number, calls: number): Promise<Report> {
  const run = new Simulation(seed, calls);
  await run.execute();
  return run.report();
}

type Environment = ReturnType<typeof createVirtualEnvironment>;

class Simulation {
  readonly seed: number;
  readonly weather: Weather;
  readonly plans: readonly Plan[];
  readonly verdict: Verdict;
  readonly environment: Environment;
  readonly #random: () => number;
  readonly #byName: Map<string, Plan>;
  readonly #runs: Map<string, number>;
  readonly #running: Set<Plan>;
  readonly #aborted: Map<Plan, number>;
  readonly #outcomes: Map<Plan, string>;
  readonly #monitors: { readonly wire: WireMonitor; isLost: boolean }[];
  readonly #shared: AbortController;
  readonly #network: ReturnType<typeof createVirtualNetwork>;
  readonly #attempts: { readonly atMs: number; failed: boolean }[];
  #server: Server | undefined;
  #closings: Promise<void>[];
  #hash: number;
  #lab: LabClient;
  #channel: ReturnType<typeof createChannel>;

  constructor(seed: number, calls: number) {
    this.seed = seed;
    this.#random = createRandom(seed * 7_919 + 1);
    this.weather = createWeather(seed, this.#random);
    this.plans = createPlans(calls, this.weather, this.#random);
    this.verdict = new Verdict();
    this.environment = createVirtualEnvironment(seed);
    this.#byName = new Map(this.plans.map((plan) => [plan.name, plan]));
    this.#runs = new Map();
    this.#running = new Set();
    this.#aborted = new Map();
    this.#outcomes = new Map();
    this.#monitors = [];
    this.#shared = new AbortController();
    this.#attempts = [];
    this.#server = undefined;
    this.#closings = [];
    this.#hash = 0x811c9dc5;
    const { environment, weather } = this;
    const { maxDelayMs, maxPieceBytes, bytesPerMs } = weather;
    this.#network = createVirtualNetwork({
      environment,
      delayMs: () => Math.floor(environment.random() * (maxDelayMs + 1)),
      cut: (length) => 1 + Math.floor(environment.random() * Math.min(length, maxPieceBytes)),
      ...(bytesPerMs === Infinity ? {} : { bytesPerMs: () => bytesPerMs }),
    });
    this.#network.onLink = (link) =>
      void this.#monitors.push({ wire: monitor(link, weather.maxCalls, this.verdict, environment.now), isLost: false });
    this.#channel = createChannel({
      target: address,
      environment,
      transports: [this.#watched(this.#network.transport)],
      connections: weather.connections,
      timeoutMs: patienceMs,
      streamTimeoutMs: patienceMs,
      peerName: "simulation",
    });
    this.#lab = createClient(Lab, { channel: this.#channel });
  }

  async execute(): Promise<void> {
    const { environment, plans } = this;
    await this.#startServer();
    const work = plans.map((plan) => this.#perform(plan));
    const lastMs = Math.max(...plans.map(({ startMs }) => startMs));
    this.#scheduleFaults(lastMs);
    this.#watchMemory();
    await environment.advanceAsync(lastMs + 2_000);
    this.#network.heal();
    this.#network.reachability = "up";
    await this.#settle(work);
    await this.#end();
  }

  report(): Report {
    const { seed, plans, verdict, environment } = this;
    const outcomes: Record<string, number> = {};
    for (const outcome of this.#outcomes.values()) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    const frames = this.#monitors.reduce((sum, { wire }) => sum + wire.frames, 0);
    return {
      seed,
      calls: plans.length,
      hash: this.#hash.toString(16).padStart(8, "0"),
      frames,
      virtualMs: Math.round(environment.now()),
      outcomes,
      breaches: verdict.breaches,
    };
  }

  /** I-11: with the faults over, all settle; only a black hole takes until keepalive. */
  async #settle(work: readonly Promise<void>[]): Promise<void> {
    const { environment, verdict, plans } = this;
    await environment.run(Promise.all(work), patienceMs + 10_000).catch(() => undefined);
    for (const plan of plans) verdict.expect(this.#outcomes.has(plan), "I-1", () => `${plan.name} has no outcome`);
    await environment.advanceAsync(this.weather.isCalm ? 2_000 : noticeMs + 2_000);
    for (const plan of this.#running) verdict.breach("I-6", `the handler of ${plan.name} still waits to be told`);
  }

  /** I-5, I-10: what is left when everybody has gone. */
  async #end(): Promise<void> {
    const { environment, verdict } = this;
    const startedMs = environment.now();
    for (const { wire, isLost } of this.#monitors) {
      if (isLost || !this.weather.isCalm) continue;
      for (const id of wire.unanswered()) verdict.breach("I-10", `${id} was accepted and never answered`);
    }
    verdict.expect(
      getEventListeners(this.#shared.signal, "abort").length === 0,
      "I-5",
      () => "listeners are left on a signal that calls shared",
    );
    const closed = Promise.all([
      this.#channel.close({ graceMs: 60_000 }),
      this.#server?.close({ graceMs: 60_000 }),
      ...this.#closings,
    ]);
    await environment.run(closed, 70_000).catch(() => verdict.breach("I-5", "closing never ends"));
    const tookMs = environment.now() - startedMs;
    verdict.expect(
      tookMs < 2_000,
      "I-5",
      () => `closing idle connections took ${tookMs} ms: something counts as in progress`,
    );
    await environment.advanceAsync(100);
    verdict.expect(environment.pendingTimers === 0, "I-5", () => `${environment.pendingTimers} timers are left`);
    verdict.expect(this.#network.links.length === 0, "I-5", () => `${this.#network.links.length} connections are left`);
  }

  async #startServer(): Promise<void> {
    const { environment, weather } = this;
    const server = createServer({
      environment,
      transports: [this.#network.transport],
      limits: { maxCalls: weather.maxCalls, idleMs: 0 },
      onError: () => undefined,
      peerName: "simulation",
    }).add(Lab, this.#handlers());
    this.#server = server;
    await server.listen(address);
  }

  #scheduleFaults(lastMs: number): void {
    const { weather, environment } = this;
    const random = this.#random;
    const at = (count: number, action: () => void): void => {
      for (let index = 0; index < count; index++) environment.setTimer(random() * lastMs, action);
    };
    const restart = (): void => {
      const old = this.#server;
      if (old === undefined) return;
      this.#server = undefined;
      this.#closings.push(old.close({ graceMs: 120_000 }));
      // The old one has left the port and says goodbye to its peers next: they find the new one there.
      void this.#startServer();
    };
    at(weather.restarts, restart);
    at(weather.resets, () => {
      this.#lose();
      this.#network.reset();
    });
    at(weather.cuts, () => {
      this.#lose();
      this.#network.cut(random() < 0.3 ? "both" : random() < 0.5 ? "to_server" : "to_client");
      environment.setTimer(random() * 3_000, () => this.#network.heal());
    });
    at(weather.outages, () => {
      this.#lose();
      this.#network.reachability = random() < 0.5 ? "refusing" : "silent";
      this.#network.reset();
      environment.setTimer(random() * 4_000, () => void (this.#network.reachability = "up"));
    });
    if (weather.hasBlackHole) {
      environment.setTimer(lastMs + 2_001, () => {
        for (const link of this.#network.links) link.cut();
      });
    }
  }

  #lose(): void {
    for (const entry of this.#monitors) entry.isLost = true;
  }

  /** I-8 */
  #watchMemory(): void {
    const { environment } = this;
    const look = (): void => {
      for (const { client, server } of this.#network.links) {
        for (const end of [client, server]) {
          this.verdict.expect(
            end.bytesQueued <= 2_000_000,
            "I-8",
            () => `${end.bytesQueued} bytes wait at ${end.localAddress}`,
          );
        }
      }
      if (this.#outcomes.size < this.plans.length) environment.setTimer(25, look);
    };
    look();
  }

  /** I-12: after an attempt that failed, the next one keeps its distance. */
  #watched(kind: TransportKind): TransportKind {
    let failures = 0;
    return {
      ...kind,
      connect: async (target, options) => {
        const entry = { atMs: this.environment.now(), failed: false };
        const previous = this.#attempts.at(-1);
        this.#attempts.push(entry);
        if (previous?.failed === true && this.weather.connections === 1) {
          const leastMs = failures === 1 ? 80 : 800;
          const gapMs = entry.atMs - previous.atMs;
          this.verdict.expect(
            gapMs >= leastMs - 0.001,
            "I-12",
            () => `attempt ${failures + 1} came ${gapMs} ms after a failure`,
          );
        }
        try {
          const transport = await kind.connect(target, options);
          failures = 0;
          return transport;
        } catch (error) {
          failures++;
          entry.failed = true;
          throw error;
        }
      },
    };
  }

  #handlers(): LabHandlers {
    const { verdict } = this;
    return {
      echo: (note, context) =>
        this.#handle(note, context, async (plan) => ({ text: plan.name, data: bytesOf(plan, 0) })),
      quick: (note) => note,
      ping: () => undefined,
      track: (note, context) => this.#handle(note, context, async () => undefined),
      list: (note, context) => this.#items(note, context, undefined),
      sum: async (notes, context) => {
        let count = 0;
        const name = context.metadata.get("call") ?? "";
        return this.#handle({ text: name, count: 0, data: bytesOf(this.#planOf(name), 0) }, context, async (plan) => {
          for await (const item of notes) this.#checkItem(plan, item, count++, "sum");
          verdict.expect(
            count === plan.items,
            "I-3",
            () => `${plan.name} ended well after ${count} of ${plan.items} items`,
          );
          return { text: plan.name, count, data: bytesOf(plan, 0) };
        });
      },
      chat: (notes, context) => {
        const name = context.metadata.get("call") ?? "";
        return this.#items({ text: name, count: 0, data: bytesOf(this.#planOf(name), 0) }, context, notes);
      },
    };
  }

  #planOf(name: string): Plan {
    const plan = this.#byName.get(name);
    if (plan === undefined) throw new Error(`no such call: ${name}`);
    return plan;
  }

  #begin(note: Note, context: CallContext): Plan {
    const { verdict } = this;
    const plan = this.#planOf(note.text);
    verdict.expect(
      context.metadata.get("call") === plan.name,
      "I-2",
      () => `${plan.name} came with the metadata of ${context.metadata.get("call")}`,
    );
    verdict.expect(
      isSame(note.data, bytesOf(plan, 0)),
      "I-2",
      () => `the request of ${plan.name} came with other bytes`,
    );
    const { timeoutMs } = plan;
    verdict.expect(
      timeoutMs === undefined || context.remainingMs <= timeoutMs + 1,
      "I-4",
      () => `the handler of ${plan.name} believes it has ${context.remainingMs} of ${timeoutMs} ms`,
    );
    const runs = (this.#runs.get(plan.name) ?? 0) + 1;
    this.#runs.set(plan.name, runs);
    verdict.expect(runs === 1, "I-7", () => `${plan.name} ran ${runs} times`);
    context.setResponseMetadata("answer", plan.name);
    context.signal.addEventListener("abort", () => this.#aborted.set(plan, this.environment.now()), { once: true });
    return plan;
  }

  async #handle<T>(note: Note, context: CallContext, answer: (plan: Plan) => Promise<T>): Promise<T> {
    const plan = this.#begin(note, context);
    this.#running.add(plan);
    try {
      if (plan.handlerDelayMs > 0) await this.#sleep(plan.handlerDelayMs);
      await this.#misbehave(plan, context);
      return await answer(plan);
    } finally {
      this.#running.delete(plan);
    }
  }

  async *#items(note: Note, context: CallContext, notes: AsyncIterable<Note> | undefined): AsyncGenerator<NoteInit> {
    const plan = this.#begin(note, context);
    this.#running.add(plan);
    try {
      if (plan.handlerDelayMs > 0) await this.#sleep(plan.handlerDelayMs);
      await this.#misbehave(plan, context);
      let count = 0;
      if (notes === undefined)
        while (count < plan.items) yield { text: plan.name, count, data: bytesOf(plan, count++) };
      else
        for await (const item of notes) {
          this.#checkItem(plan, item, count, "chat");
          yield { text: plan.name, count, data: bytesOf(plan, count++) };
        }
    } finally {
      this.#running.delete(plan);
    }
  }

  async #misbehave(plan: Plan, context: CallContext): Promise<void> {
    if (plan.handler === "declared") throw new Missing({ what: plan.name });
    if (plan.handler === "fails")
      throw new RpcError({ code: Code.aborted, message: plan.name, details: [{ call: plan.name }] });
    if (plan.handler === "throws") throw new Error("a secret");
    if (plan.handler !== "never") return;
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      context.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    throw new Error("told to stop");
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.environment.setTimer(ms, resolve));
  }

  async #perform(plan: Plan): Promise<void> {
    await this.#sleep(plan.startMs);
    const startedMs = this.environment.now();
    const own = plan.cancelAfterMs === undefined ? undefined : new AbortController();
    let cancelledMs = Infinity;
    if (own !== undefined)
      this.environment.setTimer(plan.cancelAfterMs ?? 0, () => {
        if (this.#outcomes.has(plan)) return;
        cancelledMs = this.environment.now();
        own.abort();
      });
    let outcome: string;
    try {
      outcome = await this.#call(plan, own?.signal ?? (plan.index % 5 === 0 ? this.#shared.signal : undefined));
      this.#checkSuccess(plan, outcome);
    } catch (error) {
      outcome = this.#checkFailure(plan, error, { startedMs, cancelledMs });
    }
    this.verdict.expect(!this.#outcomes.has(plan), "I-1", () => `${plan.name} has two outcomes`);
    this.#outcomes.set(plan, outcome);
    const atMs = this.environment.now();
    // I-4
    const lateMs = atMs - startedMs - (plan.timeoutMs ?? Infinity);
    const isReading = plan.readerDelayMs > 0 && (plan.kind === "list" || plan.kind === "chat");
    this.verdict.expect(
      isReading || lateMs <= 1,
      "I-4",
      () => `${plan.name} ended ${lateMs} ms after its deadline with ${outcome}`,
    );
    this.#hash = hashText(this.#hash, `${plan.index} ${outcome} ${Math.round(atMs * 1000)};`);
  }

  async #call(plan: Plan, signal: AbortSignal | undefined): Promise<string> {
    const options = {
      ...optionsOf(plan),
      ...(signal === undefined ? {} : { signal }),
      onResponseMetadata: (answer: { get(key: string): string | undefined }) =>
        this.verdict.expect(
          answer.get("answer") === plan.name,
          "I-2",
          () => `${plan.name} got the metadata of ${answer.get("answer")}`,
        ),
    };
    const request = { text: plan.name, data: bytesOf(plan, 0) };
    if (plan.kind === "oneway")
      return this.#lab.track(request, { metadata: { call: plan.name } }).then(() => "handed over");
    if (plan.kind === "unary") return this.#checkReply(plan, await this.#lab.echo(request, options));
    if (plan.kind === "sum") return this.#checkReply(plan, await this.#lab.sum(this.#source(plan), options));
    return this.#read(
      plan,
      plan.kind === "list" ? this.#lab.list(request, options) : this.#lab.chat(this.#source(plan), options),
    );
  }

  *#source(plan: Plan): Generator<NoteInit> {
    for (let count = 0; count < plan.items; count++) yield { text: plan.name, count, data: bytesOf(plan, count) };
  }

  #checkReply(plan: Plan, reply: Note): string {
    this.verdict.expect(reply.text === plan.name, "I-2", () => `${plan.name} got the reply of ${reply.text}`);
    this.verdict.expect(
      isSame(reply.data, bytesOf(plan, 0)),
      "I-2",
      () => `the reply of ${plan.name} came with other bytes`,
    );
    return "answered";
  }

  async #read(plan: Plan, items: AsyncIterable<Note>): Promise<string> {
    let count = 0;
    for await (const item of items) {
      this.#checkItem(plan, item, count++, "read");
      if (count === plan.leaveAfter) return "left";
      if (plan.readerDelayMs > 0) await this.#sleep(plan.readerDelayMs);
    }
    this.verdict.expect(
      count === plan.items,
      "I-3",
      () => `${plan.name} ended well after ${count} of ${plan.items} items`,
    );
    return "answered";
  }

  #checkItem(plan: Plan, item: Note, expected: number, where: string): void {
    this.verdict.expect(item.text === plan.name, "I-2", () => `${plan.name} got an item of ${item.text} (${where})`);
    this.verdict.expect(
      item.count === expected,
      "I-3",
      () => `${plan.name} got item ${item.count} for ${expected} (${where})`,
    );
    this.verdict.expect(
      isSame(item.data, bytesOf(plan, item.count)),
      "I-3",
      () => `item ${expected} of ${plan.name} has other bytes`,
    );
  }

  #checkSuccess(plan: Plan, outcome: string): void {
    const isFine = plan.handler === "answers" || plan.kind === "oneway";
    this.verdict.expect(isFine, "I-1", () => `${plan.name} was ${outcome}, but its handler ${plan.handler}`);
    const runs = this.#runs.get(plan.name) ?? 0;
    this.verdict.expect(
      runs === 1 || plan.kind === "oneway",
      "I-7",
      () => `${plan.name} was ${outcome} and ran ${runs} times`,
    );
  }

  #checkFailure(
    plan: Plan,
    error: unknown,
    { startedMs, cancelledMs }: { startedMs: number; cancelledMs: number },
  ): string {
    const { verdict } = this;
    if (!RpcError.is(error)) {
      verdict.breach("I-1", `${plan.name} failed with ${String(error)}`);
      return "strange";
    }
    const nowMs = this.environment.now();
    const { reason } = error;
    const isExplained = (): boolean => {
      if (reason === "deadline_passed")
        return plan.timeoutMs !== undefined && nowMs - startedMs >= plan.timeoutMs - 0.01;
      if (reason === "cancelled_by_caller") return cancelledMs <= nowMs;
      if (reason === "declared")
        return Missing.is(error) && plan.handler === "declared" && error.data.what === plan.name;
      if (reason === "application")
        return (
          plan.handler === "fails" &&
          error.message === plan.name &&
          JSON.stringify(error.details) === JSON.stringify([{ call: plan.name }])
        );
      if (reason === "handler_threw")
        return plan.handler === "throws" && error.message === "internal error" && error.errorId !== undefined;
      // A cancelled call counts at the server until its handler has settled.
      if (reason === "too_many_calls") return this.weather.maxCalls < 200;
      // Items that were sent in vain are kept up to a limit; beyond it the call cannot go elsewhere.
      if (reason === "draining" && (plan.kind === "sum" || plan.kind === "chat")) return true;
      return (
        (reason === "connection_lost" ||
          reason === "connect_failed" ||
          reason === "draining" ||
          reason === "handshake_failed") &&
        !this.weather.isCalm
      );
    };
    verdict.expect(
      isExplained(),
      reason === "deadline_passed" ? "I-4" : "I-1",
      () => `${plan.name} (${plan.kind}, ${plan.handler}) failed with ${reason}: ${error.message}`,
    );
    return reason;
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
