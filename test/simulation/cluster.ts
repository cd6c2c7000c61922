import {
  consistentHash,
  createRetryBudget,
  failover,
  leastLoaded,
  outliers,
  p2c,
  type RetryBudget,
  roundRobin,
} from "../../runtime/governance/index.ts";
import { type Channel, createChannel } from "../../runtime/index.ts";
import { createRandom, createVirtualEnvironment, type VirtualEnvironment } from "../../runtime/testing/index.ts";
import { echoMethod, outcomeOf } from "../runtime/governance/repeatable.ts";
import { type ClusterPlan, type ClusterWeather, createClusterPlans, createClusterWeather } from "./cluster-plan.ts";
import { type Member, Site } from "./cluster-site.ts";
import type { Report } from "./simulate.ts";
import { hashText, Verdict } from "./verdict.ts";

const attemptTimeoutMs = 300;
const timeoutMs = 8_000;
const perSecond = 0.5;
const budgetWindowMs = 10_000;
const maxEjected = 0.5;
/** Milliseconds after a fault until its instance must be found again: the longest wait between attempts to connect, and the longest ejection. */
const recoveryMs = 4_000;
/** Milliseconds in which a request that was on its way has arrived. */
const arrivalMs = 1_000;
const idempotent = echoMethod();
const once = echoMethod({ idempotency: "unknown" });

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
  private readonly byName: Map<string, ClusterPlan>;
  /** How often a handler of any instance saw each call. */
  private readonly runs: Map<string, number>;
  /** Instances that each call has been to. */
  private readonly visits: Map<string, Set<Member>>;
  private readonly outcomes: Map<ClusterPlan, string>;
  private readonly ejected: Set<string>;
  private readonly served: number[];
  private readonly budgetLog: { readonly atMs: number; readonly amount: number }[];
  private refusedAtMs: number;
  private hash: number;

  constructor(seed: number, calls: number) {
    const random = createRandom(seed * 104_729 + 1);
    this.seed = seed;
    this.weather = createClusterWeather(seed, calls, random);
    this.plans = createClusterPlans(calls, random);
    this.environment = createVirtualEnvironment(seed);
    this.verdict = new Verdict();
    this.byName = new Map(this.plans.map((plan) => [plan.name, plan]));
    this.runs = new Map();
    this.visits = new Map();
    this.outcomes = new Map();
    this.ejected = new Set();
    this.served = Array.from({ length: this.weather.instances }, () => 0);
    this.budgetLog = [];
    this.refusedAtMs = -Infinity;
    this.hash = 0x811c9dc5;
    const { environment } = this;
    this.site = new Site(environment, this.weather, (member, name, attempt) => this.onArrival(member, name, attempt));
    this.channel = createChannel({
      target: "site:///lab.v1.Lab",
      resolvers: [this.site.resolver],
      environment,
      transports: [this.site.transport],
      timeoutMs,
      connectTimeoutMs: 200,
      discovery: { ttlMs: 1_000 },
      balancer: balancers[this.weather.balancer](),
      faultMode: failover({
        retries: 10,
        on: [4, 14],
        backoff: { baseMs: 5, maxMs: 50 },
        attemptTimeoutMs,
        budget: this.watchedBudget(),
      }),
      detectors: [
        outliers({ baseMs: 500, maxMs: 2_000, windowMs: 3_000, maxEjected, onChange: this.onEjection.bind(this) }),
      ],
    });
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
    this.checkBudget();
    await this.comeBack();
    await this.end();
    this.note(`end ${Math.round(environment.now() - startMs)}`);
  }

  report(): Report {
    const outcomes: Record<string, number> = {};
    for (const outcome of this.outcomes.values()) {
      const name = /^\d+$/.test(outcome) ? "ok" : outcome;
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
    const method = plan.isIdempotent ? idempotent : once;
    const outcome = String(await outcomeOf(this.channel, method, { text: plan.name }));
    const endMs = environment.now();
    verdict.expect(!this.outcomes.has(plan), "C-1", () => `${plan.name} has two outcomes`);
    verdict.expect(endMs - startMs <= timeoutMs, "C-1", () => `${plan.name} took ${endMs - startMs} ms`);
    this.outcomes.set(plan, outcome);
    this.note(`${plan.index} ${outcome} ${Math.round(endMs * 1_000)}`);
    if (/^\d+$/.test(outcome)) {
      verdict.expect(this.runs.has(plan.name), "C-1", () => `${plan.name} was answered and never run`);
      return;
    }
    verdict.expect(!this.weather.isCalm, "C-7", () => `${plan.name} failed with ${outcome}`);
    if (plan.isIdempotent && this.refusedAtMs < startMs) this.expectNobody(plan, startMs, outcome);
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

  private async onArrival(member: Member, name: string, attempt: number): Promise<void> {
    const { environment, verdict } = this;
    const plan = this.byName.get(name);
    const runs = (this.runs.get(name) ?? 0) + 1;
    this.runs.set(name, runs);
    this.served[member.index] = (this.served[member.index] ?? 0) + 1;
    this.note(`${name} at ${member.index} ${attempt}`);
    verdict.expect(
      environment.now() <= member.drainedAtMs + arrivalMs,
      "C-6",
      () => `s${member.index} got ${name} ${environment.now() - member.drainedAtMs} ms after it was listed as draining`,
    );
    if (plan === undefined) return;
    this.checkVisit(member, name, attempt);
    verdict.expect(plan.isIdempotent || runs === 1, "C-2", () => `${name} ran ${runs} times and may run once`);
    if (plan.handlerDelayMs > 0) await this.site.sleep(plan.handlerDelayMs);
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

  /** The budget of the channel, whose movements are checked by other means than its own. */
  private watchedBudget(): RetryBudget {
    const { environment, weather } = this;
    const budget = createRetryBudget(environment, { ratio: weather.budgetRatio, perSecond });
    return {
      deposit: () => {
        this.budgetLog.push({ atMs: environment.now(), amount: weather.budgetRatio });
        budget.deposit();
      },
      withdraw: () => {
        const isGiven = budget.withdraw();
        if (isGiven) this.budgetLog.push({ atMs: environment.now(), amount: -1 });
        else this.refusedAtMs = environment.now();
        return isGiven;
      },
      get balance() {
        return budget.balance;
      },
    };
  }

  /** C-4: no window sees more taken than there was. The budget's window moves by tenths, so what was taken is counted over nine of them. */
  private checkBudget(): void {
    const reserve = (perSecond * budgetWindowMs) / 1_000;
    for (const [index, { atMs, amount }] of this.budgetLog.entries()) {
      if (amount > 0) continue;
      const before = this.budgetLog.slice(0, index + 1);
      const taken = before.filter((entry) => entry.amount < 0 && entry.atMs > atMs - budgetWindowMs * 0.9).length;
      const recent = before.filter((entry) => entry.amount > 0 && entry.atMs > atMs - budgetWindowMs);
      const given = recent.reduce((sum, entry) => sum + entry.amount, reserve);
      if (taken <= given + 1e-6) continue;
      return this.verdict.breach("C-4", `${taken} extra attempts in 9 s, of ${given.toFixed(1)}`);
    }
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
      verdict.expect(/^\d+$/.test(outcome), "C-8", () => `a call after all faults failed with ${outcome}`);
      await environment.advanceAsync(5);
    }
    for (const { index } of site.members) {
      const share = ((this.served[index] ?? 0) * weather.instances) / count;
      verdict.expect(share > 0.25 && share < 3, "C-8", () => `s${index} gets ${share.toFixed(2)} of its part`);
    }
  }

  private async probe(text: string): Promise<string> {
    return String(await outcomeOf(this.channel, idempotent, { text }));
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

const balancers = {
  // What was slow is forgotten in the time that the run waits.
  p2c: () => p2c({ decayMs: 1_000 }),
  "round-robin": roundRobin,
  "least-loaded": leastLoaded,
  "consistent-hash": () => consistentHash({ key: ({ message }) => (message as { readonly text: string }).text }),
} as const;
