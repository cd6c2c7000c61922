import type { ServerInterceptor } from "../../runtime/index.ts";
import type { VirtualEnvironment } from "../../runtime/testing/index.ts";
import type { Plan, Weather } from "./plan.ts";
import { hashText, type Verdict } from "./verdict.ts";

/** What both sides of a run write down. */
export class Journal {
  readonly environment: VirtualEnvironment;
  readonly weather: Weather;
  readonly verdict: Verdict;
  readonly plans: readonly Plan[];
  /** How each call ended at its client. */
  readonly outcomes: Map<Plan, string>;
  /** How often each handler was called. */
  readonly runs: Map<Plan, number>;
  /** One-way calls that a limit turned away, by {@link oneways}: of the connection or the server, or of the memory when they were decoded. */
  limitedOneways: number;
  readonly oneways: ServerInterceptor;
  /** Handlers that have not ended. */
  readonly running: Set<Plan>;
  /** Of everything that the calls saw, with times. */
  hash: number;
  private readonly byName: Map<string, Plan>;

  constructor(environment: VirtualEnvironment, weather: Weather, plans: readonly Plan[], verdict: Verdict) {
    this.environment = environment;
    this.weather = weather;
    this.plans = plans;
    this.verdict = verdict;
    this.outcomes = new Map();
    this.runs = new Map();
    this.limitedOneways = 0;
    this.oneways = {
      name: "one-way calls",
      dropped: (_, { reason }) => this.countLimited(reason),
      settled: ({ method }, failure) => method.oneway && this.countLimited(failure?.reason),
    };
    this.running = new Set();
    this.hash = 0x811c9dc5;
    this.byName = new Map(plans.map((plan) => [plan.name, plan]));
  }

  planOf(name: string): Plan {
    const plan = this.byName.get(name);
    if (plan === undefined) throw new Error(`no such call: ${name}`);
    return plan;
  }

  private countLimited(reason: string | undefined): void {
    if (reason === "too_many_calls") this.limitedOneways++;
  }

  /** I-1: the one outcome of a call. */
  end(plan: Plan, outcome: string): void {
    this.verdict.expect(!this.outcomes.has(plan), "I-1", () => `${plan.name} has two outcomes`);
    this.outcomes.set(plan, outcome);
    this.hash = hashText(this.hash, `${plan.index} ${outcome} ${Math.round(this.environment.now() * 1000)};`);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.environment.setTimer(ms, resolve));
  }
}
