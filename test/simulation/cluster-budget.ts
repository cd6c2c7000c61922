import { createRetryBudget, type RetryBudget } from "../../runtime/governance/index.ts";
import type { VirtualEnvironment } from "../../runtime/testing/index.ts";
import type { ClusterPlan, ClusterWeather } from "./cluster-plan.ts";
import type { Verdict } from "./verdict.ts";

const perSecond = 0.5;
const budgetWindowMs = 10_000;

/** Extra attempts of a hedged call. */
export const maxHedges = 2;

/** The budget of a channel, and what was spent of it by another count than its own. */
export class BudgetMonitor {
  /** For the fault modes. */
  readonly budget: RetryBudget;
  /** When it said no last. */
  refusedAtMs: number;
  private readonly environment: VirtualEnvironment;
  private readonly verdict: Verdict;
  private readonly weather: ClusterWeather;
  private readonly log: { readonly atMs: number; readonly amount: number }[];
  /** The highest number that an attempt of each call came with. */
  private readonly attempts: Map<ClusterPlan, number>;
  private withdrawn: number;
  private extra: number;
  private hedgedCalls: number;
  private hedges: number;

  constructor(environment: VirtualEnvironment, weather: ClusterWeather, verdict: Verdict) {
    this.environment = environment;
    this.verdict = verdict;
    this.weather = weather;
    this.log = [];
    this.attempts = new Map();
    this.refusedAtMs = -Infinity;
    this.withdrawn = 0;
    this.extra = 0;
    this.hedgedCalls = 0;
    this.hedges = 0;
    this.budget = this.watched();
  }

  onCall({ isHedged }: ClusterPlan): void {
    if (isHedged) this.hedgedCalls++;
  }

  /** C-12: whatever came with a number above 0 was paid for; what hedges did is within their share besides. */
  onArrival(plan: ClusterPlan, attempt: number): void {
    const { verdict } = this;
    const before = this.attempts.get(plan) ?? 0;
    if (attempt <= before) return;
    this.attempts.set(plan, attempt);
    this.extra += attempt - before;
    const { extra, withdrawn } = this;
    verdict.expect(extra <= withdrawn, "C-12", () => `${extra} extra attempts, of which ${withdrawn} are paid for`);
    if (!plan.isHedged) return;
    this.hedges += attempt - before;
    // One is there to begin with.
    const most = 1 + this.hedgedCalls * (this.weather.hedgeShare ?? 0);
    const { hedges, hedgedCalls } = this;
    verdict.expect(hedges <= most + 1e-6, "C-12", () => `${hedges} hedges for ${hedgedCalls} calls`);
    verdict.expect(attempt <= maxHedges, "C-12", () => `${plan.name} was hedged ${attempt} times`);
  }

  /** C-4: no window sees more taken than there was. The budget's window moves by tenths, so what was taken is counted over nine of them. */
  check(): void {
    const reserve = (perSecond * budgetWindowMs) / 1_000;
    for (const [index, { atMs, amount }] of this.log.entries()) {
      if (amount > 0) continue;
      const before = this.log.slice(0, index + 1);
      const taken = before.filter((entry) => entry.amount < 0 && entry.atMs > atMs - budgetWindowMs * 0.9).length;
      const recent = before.filter((entry) => entry.amount > 0 && entry.atMs > atMs - budgetWindowMs);
      const given = recent.reduce((sum, entry) => sum + entry.amount, reserve);
      if (taken <= given + 1e-6) continue;
      return this.verdict.breach("C-4", `${taken} extra attempts in 9 s, of ${given.toFixed(1)}`);
    }
  }

  private watched(): RetryBudget {
    const { environment, weather, log } = this;
    const budget = createRetryBudget(environment, { ratio: weather.budgetRatio, perSecond });
    return {
      deposit: () => {
        log.push({ atMs: environment.now(), amount: weather.budgetRatio });
        budget.deposit();
      },
      withdraw: () => {
        const isGiven = budget.withdraw();
        if (isGiven) {
          this.withdrawn++;
          log.push({ atMs: environment.now(), amount: -1 });
        } else this.refusedAtMs = environment.now();
        return isGiven;
      },
      get balance() {
        return budget.balance;
      },
    };
  }
}
