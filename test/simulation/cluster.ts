import type { DetectorKind } from "../../runtime/governance/detector.ts";
import type { MethodType } from "../../runtime/call/method-type.ts";
import type { Endpoint } from "../../runtime/discovery/endpoint.ts";
import type { FaultMode } from "../../runtime/governance/fault-mode.ts";
import {
  consistentHash,
  failover,
  hedged,
  leastLoaded,
  outliers,
  p2c,
  roundRobin,
} from "../../runtime/governance/index.ts";
import { type CallContext, type Channel, createChannel } from "../../runtime/index.ts";
import { createRandom, createVirtualEnvironment, type VirtualEnvironment } from "../../runtime/testing/index.ts";
import type { LabHandlers } from "../runtime/fixture/lab.ts";
import { echoMethod, outcomeOf } from "../runtime/governance/repeatable.ts";
import { BreakerMonitor } from "./cluster-breaker.ts";
import { BudgetMonitor, maxHedges } from "./cluster-budget.ts";
import { type ClusterPlan, type ClusterWeather, createClusterPlans, createClusterWeather } from "./cluster-plan.ts";
import { type Member, Site } from "./cluster-site.ts";
import { Streams, type Task } from "./cluster-streams.ts";
import { LinkMonitor } from "./link-monitor.ts";
import type { Report } from "./simulate.ts";
import { hashText, Verdict } from "./verdict.ts";

const attemptTimeoutMs = 300;
const timeoutMs = 8_000;
/** Milliseconds until a hedged call goes elsewhere as well. */
const hedgeMs = 20;
const maxEjected = 0.5;
/** Milliseconds after a fault until its instance must be found again: the longest wait between attempts to connect, and the longest ejection. */
const recoveryMs = 4_000;
/** Milliseconds in which a request that was on its way has arrived. */
const arrivalMs = 1_000;
/** What a fault mode can tell hedged calls by. */
const hedge = { delayMs: hedgeMs, max: maxHedges };
/** By whether they may be repeated and whether their mode hedges. */
const methods = {
  repeat: echoMethod(),
  once: echoMethod({ idempotency: "unknown" }),
  hedgedRepeat: echoMethod({ policy: { hedge } }),
  hedgedOnce: echoMethod({ idempotency: "unknown", policy: { hedge } }),
};

/** Runs `calls` calls of a seed against several instances that come, go, fail and are cut off, all in virtual time. */
export async function simulateCluster(seed: number, calls: number): Promise<Report> {
  const run = new ClusterSimulation(seed, calls);
  await run.execute();
  return run.report();
}

class ClusterSimulation {
  private readonly seed: number;
  private readonly weather: ClusterWeather;
  private readonly plans: readonly ClusterPlan[];
  private readonly environment: VirtualEnvironment;
  private readonly verdict: Verdict;
  private readonly site: Site;
  private readonly channel: Channel;
  private readonly budget: BudgetMonitor;
  private readonly breaker: BreakerMonitor;
  private readonly streams: Streams;
  private readonly links: LinkMonitor[];
  private readonly endpoints: Set<Endpoint>;
  private readonly byName: Map<string, ClusterPlan>;
  /** How often a handler of any instance saw each call. */
  private readonly runs: Map<string, number>;
  /** Instances that each call has been to. */
  private readonly visits: Map<string, Set<Member>>;
  private readonly outcomes: Map<ClusterPlan, string>;
  private readonly ejected: Set<string>;
  private readonly served: number[];
  /** When calls ended. */
  private readonly endedMs: Map<ClusterPlan, number>;
  /** Calls whose handlers have not ended, once for each. */
  private readonly running: string[];
  private hash: number;

  constructor(seed: number, calls: number) {
    const random = createRandom(seed * 104_729 + 1);
    this.seed = seed;
    this.weather = createClusterWeather(seed, calls, random);
    this.plans = createClusterPlans(calls, this.weather, random);
    this.environment = createVirtualEnvironment(seed);
    this.verdict = new Verdict();
    this.byName = new Map(this.plans.map((plan) => [plan.name, plan]));
    this.runs = new Map();
    this.visits = new Map();
    this.outcomes = new Map();
    this.ejected = new Set();
    this.served = Array.from({ length: this.weather.instances }, () => 0);
    this.endedMs = new Map();
    this.running = [];
    this.links = [];
    this.endpoints = new Set();
    this.hash = 0x811c9dc5;
    const { environment, verdict } = this;
    this.budget = new BudgetMonitor(environment, this.weather, verdict);
    this.breaker = new BreakerMonitor(this.weather.breaker, environment, verdict);
    this.site = new Site(environment, this.weather, (member) => this.handlers(member));
    this.site.network.onLink = (link) => void this.links.push(new LinkMonitor(link, verdict));
    this.channel = createChannel({
      target: "site:///lab.v1.Lab",
      resolvers: [this.site.resolver],
      environment,
      transports: [this.site.transport],
      timeoutMs,
      streamTimeoutMs: timeoutMs,
      connectTimeoutMs: 200,
      discovery: { ttlMs: 1_000 },
      balancer: balancers[this.weather.balancer](),
      plugins: this.breaker.plugins,
      faultMode: this.faultMode(),
      detectors: [
        outliers({ baseMs: 500, maxMs: 2_000, windowMs: 3_000, maxEjected, onChange: this.onEjection.bind(this) }),
        this.census,
      ],
    });
    const planOf = (name: string): ClusterPlan => this.byName.get(name) as ClusterPlan;
    this.streams = new Streams(
      {
        site: this.site,
        verdict,
        planOf,
        enter: this.enter.bind(this),
        leave: this.leave.bind(this),
        checkCancelled: this.checkCancelled.bind(this),
      },
      this.channel,
    );
  }

  async execute(): Promise<void> {
    const { environment, site, plans, weather } = this;
    await Promise.all(site.members.map((member) => site.start(member)));
    const startMs = environment.now();
    const work = plans.map((plan) => this.perform(plan));
    const troubles = weather.faults.map((fault) => site.sleep(fault.atMs).then(() => site.befall(fault)));
    await environment.run(Promise.all([...work, ...troubles]), 600_000).catch((error: unknown) => {
      this.verdict.breach("C-1", `not all calls end: ${String(error)}`);
    });
    for (const plan of plans) this.verdict.expect(this.outcomes.has(plan), "C-1", () => `${plan.name} has no outcome`);
    this.budget.check();
    await this.comeBack();
    await environment.advanceAsync(1_000);
    this.checkRest();
    await this.end();
    this.note(`end ${Math.round(environment.now() - startMs)}`);
  }

  report(): Report {
    const outcomes: Record<string, number> = {};
    for (const outcome of this.outcomes.values()) {
      const name = isFine(outcome) ? "ok" : outcome;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
    return {
      seed: this.seed,
      calls: this.plans.length,
      hash: this.hash.toString(16).padStart(8, "0"),
      frames: 0,
      virtualMs: Math.round(this.environment.now()),
      outcomes,
      breaches: this.verdict.breaches,
    };
  }

  private async perform(plan: ClusterPlan): Promise<void> {
    const { environment, site, verdict } = this;
    await site.sleep(plan.startMs);
    const startMs = environment.now();
    this.budget.onCall(plan);
    const outcome = plan.kind === "unary" ? await this.call(plan) : await this.streams.perform(plan);
    const endMs = environment.now();
    verdict.expect(!this.outcomes.has(plan), "C-1", () => `${plan.name} has two outcomes`);
    const mostMs = timeoutMs + plan.readerDelayMs * plan.items;
    verdict.expect(endMs - startMs <= mostMs, "C-1", () => `${plan.name} took ${endMs - startMs} ms`);
    this.outcomes.set(plan, outcome);
    this.endedMs.set(plan, endMs);
    this.note(`${plan.index} ${outcome} ${Math.round(endMs * 1_000)}`);
    if (outcome === "circuit_open") this.breaker.onRefused();
    if (isFine(outcome)) {
      verdict.expect(this.runs.has(plan.name), "C-1", () => `${plan.name} was answered and never run`);
      return;
    }
    verdict.expect(!this.weather.isCalm, "C-7", () => `${plan.name} failed with ${outcome}`);
    const isTriedOn = plan.kind === "unary" && plan.isIdempotent && !plan.isHedged && outcome !== "circuit_open";
    if (isTriedOn && this.budget.refusedAtMs < startMs) this.expectNobody(plan, startMs, outcome);
  }

  private async call({ name, isIdempotent, isHedged }: ClusterPlan): Promise<string> {
    const { repeat, once, hedgedRepeat, hedgedOnce } = methods;
    const method = isHedged ? (isIdempotent ? hedgedRepeat : hedgedOnce) : isIdempotent ? repeat : once;
    return String(await outcomeOf(this.channel, method, { text: name }));
  }

  /** C-3: a call that may be repeated, and that the budget allowed to be, finds whoever is well. */
  private expectNobody(plan: ClusterPlan, startMs: number, outcome: string): void {
    const well = this.site.members.find((member) => this.isWell(member, startMs));
    this.verdict.expect(
      well === undefined,
      "C-3",
      () => `${plan.name} failed with ${outcome} although s${well?.index} was there all the time`,
    );
  }

  private handlers(member: Member): Partial<LabHandlers> {
    const { site } = this;
    return {
      ...this.streams.handlers(member),
      echo: async (note, call) => {
        const plan = this.byName.get(note.text);
        const beganMs = this.environment.now();
        try {
          await this.enter(member, note.text, call);
          await site.tarry(member);
          if (plan !== undefined) this.checkCancelled({ plan, call, member, beganMs });
          site.stumble(member);
          return { ...note, count: member.index };
        } finally {
          this.leave(note.text);
        }
      },
    };
  }

  private async enter(member: Member, name: string, { attempt }: CallContext): Promise<void> {
    const { environment, verdict } = this;
    const plan = this.byName.get(name);
    const runs = (this.runs.get(name) ?? 0) + 1;
    this.runs.set(name, runs);
    this.running.push(name);
    this.served[member.index] = (this.served[member.index] ?? 0) + 1;
    this.note(`${name} at ${member.index} ${attempt}`);
    verdict.expect(
      environment.now() <= member.drainedAtMs + arrivalMs,
      "C-6",
      () => `s${member.index} got ${name} ${environment.now() - member.drainedAtMs} ms after it was listed as draining`,
    );
    if (plan === undefined) return;
    this.checkVisit(member, name, attempt);
    this.budget.onArrival(plan, attempt);
    const isRepeated = plan.isIdempotent && plan.kind === "unary";
    verdict.expect(isRepeated || runs === 1, "C-2", () => `${name} ran ${runs} times`);
    if (plan.handlerDelayMs > 0) await this.site.sleep(plan.handlerDelayMs);
  }

  private leave(name: string): void {
    this.running.splice(this.running.indexOf(name), 1);
  }

  /** C-13: word of the end has had the time to come. */
  private checkCancelled({ plan, call, member, beganMs }: Task): void {
    const endedMs = this.endedMs.get(plan) ?? Infinity;
    const lateMs = this.environment.now() - Math.max(endedMs, beganMs) - this.weather.maxDelayMs;
    if (lateMs <= 1 || member.isCut || member.cutMs >= beganMs) return;
    this.verdict.expect(call.signal.aborted, "C-13", () => `${plan.name} runs on, ${lateMs} ms after it was over`);
  }

  /** C-10: whoever was tried comes last. */
  private checkVisit(member: Member, name: string, attempt: number): void {
    const visited = this.visits.get(name) ?? new Set<Member>();
    this.visits.set(name, visited);
    const fresh = this.site.members.find((other) => !visited.has(other) && this.isWell(other, this.environment.now()));
    if (attempt > 0 && visited.has(member))
      this.verdict.expect(
        fresh === undefined,
        "C-10",
        () => `${name} is at s${member.index} again, not at s${fresh?.index}`,
      );
    visited.add(member);
  }

  /** True for an instance that the client must have found well by then. */
  private isWell({ wellSinceMs, status }: Member, atMs: number): boolean {
    return status === "up" && wellSinceMs + recoveryMs <= atMs;
  }

  private onEjection({ id }: { readonly id: string }, isEjected: boolean): void {
    if (isEjected) this.ejected.add(id);
    else this.ejected.delete(id);
    this.note(`${id} ${isEjected ? "out" : "back"}`);
    const listed = this.channel.instances().instances.filter(({ status }) => status === "up");
    const out = listed.filter((instance) => this.ejected.has(instance.id)).length;
    const most = Math.max(1, Math.floor(listed.length * maxEjected));
    this.verdict.expect(out <= most, "C-5", () => `${out} of ${listed.length} instances are ejected`);
  }

  /** Calls that are hedged and calls that are tried again pay from one budget. */
  private faultMode(): FaultMode {
    const { budget } = this.budget;
    const { hedgeShare } = this.weather;
    const retrying = failover({
      retries: 10,
      on: [4, 14],
      backoff: { baseMs: 5, maxMs: 50 },
      attemptTimeoutMs,
      budget,
    });
    if (hedgeShare === undefined) return retrying;
    const hedging = hedged({ maxExtraLoad: hedgeShare, budget });
    const modeOf = (method: MethodType): FaultMode => (method.policy.hedge === undefined ? retrying : hedging);
    return {
      name: "both",
      watch: (method, channel) => modeOf(method).watch?.(method, channel),
      run: (call, scope) => modeOf(call.method).run(call, scope),
    };
  }

  /** Detects nothing: it gets to know all endpoints. */
  private get census(): DetectorKind {
    return {
      name: "census",
      create: () => ({
        update: (endpoints) => endpoints.forEach((endpoint) => this.endpoints.add(endpoint)),
        observe: () => undefined,
      }),
    };
  }

  /** C-8: with the faults over, all instances are called again, evenly, and every call goes through. */
  private async comeBack(): Promise<void> {
    const { environment, site, weather, verdict } = this;
    for (let tick = 0; tick < 80; tick++) {
      await environment.run(this.probe(`after-${tick}`));
      await environment.advanceAsync(300);
    }
    this.served.fill(0);
    const count = 60 * weather.instances;
    for (let index = 0; index < count; index++) {
      const outcome = await environment.run(this.probe(`calm-${index}`));
      verdict.expect(isFine(outcome), "C-8", () => `a call after all faults failed with ${outcome}`);
      await environment.advanceAsync(5);
    }
    for (const { index } of site.members) {
      const share = ((this.served[index] ?? 0) * weather.instances) / count;
      verdict.expect(share > 0.25 && share < 3, "C-8", () => `s${index} gets ${share.toFixed(2)} of its part`);
    }
  }

  private async probe(text: string): Promise<string> {
    return String(await outcomeOf(this.channel, methods.repeat, { text }));
  }

  /** C-15, and of the connections I-5 and I-9: nothing counts as in progress, nothing is held, credit is agreed on. */
  private checkRest(): void {
    const { verdict } = this;
    this.breaker.checkRest();
    for (const link of this.links) link.lookAtRest();
    for (const { id, callsInProgress } of this.endpoints)
      verdict.expect(callsInProgress === 0, "C-15", () => `${callsInProgress} calls count at ${id}`);
    verdict.expect(this.running.length === 0, "C-15", () => `the handlers of ${this.running.join()} run on`);
  }

  /** C-9 */
  private async end(): Promise<void> {
    const { environment, site, verdict } = this;
    const servers = site.members.map(({ server }) => server?.close({ graceMs: 0 }));
    const closed = Promise.all([this.channel.close({ graceMs: 1_000 }), ...servers, ...site.closings]);
    await environment.run(closed, 60_000).catch(() => verdict.breach("C-9", "closing never ends"));
    await environment.advanceAsync(1_000);
    verdict.expect(environment.pendingTimers === 0, "C-9", () => `${environment.pendingTimers} timers are left`);
    const open = site.network.links.length;
    verdict.expect(open === 0, "C-9", () => `${open} connections are left`);
  }

  private note(text: string): void {
    this.hash = hashText(this.hash, `${text};`);
  }
}

function isFine(outcome: string): boolean {
  return outcome === "whole" || outcome === "left" || /^\d+$/.test(outcome);
}

const balancers = {
  // What was slow is forgotten in the time that the run waits.
  p2c: () => p2c({ decayMs: 1_000 }),
  "round-robin": roundRobin,
  "least-loaded": leastLoaded,
  "consistent-hash": () =>
    consistentHash({ key: ({ message }) => (message as { readonly text: string } | undefined)?.text ?? "" }),
} as const;
