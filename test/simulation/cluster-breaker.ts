import {
  type BreakerKind,
  type CircuitBreaker,
  circuitBreaker,
  sre,
  threshold,
} from "../../runtime/governance/index.ts";
import { type ClientInterceptor, createSlot, type Plugin, type RpcError } from "../../runtime/index.ts";
import type { VirtualEnvironment } from "../../runtime/testing/index.ts";
import type { ClusterWeather } from "./cluster-plan.ts";
import type { Verdict } from "./verdict.ts";

const policy = { consecutive: 5, share: 0.5, minCalls: 20, windowMs: 2_000, openMs: 30, probes: 3 };
/** Codes of errors that a server is to blame for. */
const faultCodes: readonly number[] = [4, 8, 13, 14, 15];

/** C-11: the breaker of a channel, and a book of its own about what it lets through and what becomes of that. */
export class BreakerMonitor {
  /** For the channel: the breaker, and inside of it what keeps the book. */
  readonly plugins: readonly Plugin<ClientInterceptor>[];
  private readonly environment: VirtualEnvironment;
  private readonly verdict: Verdict;
  private readonly hasThreshold: boolean;
  private readonly breaker: CircuitBreaker | undefined;
  private state: "closed" | "open" | "half-open";
  private openedMs: number;
  private inRow: number;
  private passed: number;
  private hasFailed: boolean;
  /** Probes that were let through since then; more may follow when it has waited for these as long as it was open. */
  private probes: number;
  private probedMs: number;
  /** When calls failed for which the server is to blame, or were refused. */
  private faults: number[];

  constructor(kind: ClusterWeather["breaker"], environment: VirtualEnvironment, verdict: Verdict) {
    this.environment = environment;
    this.verdict = verdict;
    this.hasThreshold = kind === "threshold";
    this.state = "closed";
    this.openedMs = -Infinity;
    this.inRow = 0;
    this.passed = 0;
    this.hasFailed = false;
    this.probes = 0;
    this.probedMs = -Infinity;
    this.faults = [];
    if (kind === "none") {
      this.breaker = undefined;
      this.plugins = [];
      return;
    }
    this.breaker = circuitBreaker({ kind: kinds[kind](), onState: (_, state) => this.onState(state) });
    this.plugins = [this.breaker, { name: "book", setup: (kernel) => kernel.addInterceptor(this.book()) }];
  }

  /** A call was refused. */
  onRefused(): void {
    const now = this.environment.now();
    const cause = this.faults.some((atMs) => atMs >= now - policy.windowMs);
    const isOpen = !this.hasThreshold || this.state !== "closed";
    this.verdict.expect(cause || this.hasThreshold, "C-11", () => "a call was refused though none has failed");
    this.verdict.expect(isOpen, "C-11", () => "a call was refused while the breaker was closed");
    this.faults.push(now);
  }

  /** With everything well for long. */
  checkRest(): void {
    const states = Object.entries(this.breaker?.states ?? {});
    for (const [what, state] of states)
      this.verdict.expect(state === "closed", "C-11", () => `${what} is ${state} though all is well`);
  }

  private book(): ClientInterceptor {
    return {
      name: "book",
      admit: (call) => {
        if (this.hasThreshold && this.onAdmitted()) call.set(probe, true);
        return undefined;
      },
      settled: (call, failure) => this.onSettled(call.get(probe) === true, failure),
    };
  }

  /** @returns true for a probe */
  private onAdmitted(): boolean {
    const now = this.environment.now();
    const { verdict } = this;
    verdict.expect(this.state !== "open", "C-11", () => "a call got through while the breaker was open");
    verdict.expect(
      this.state !== "closed" || this.inRow < policy.consecutive,
      "C-11",
      () => `a call got through after ${this.inRow} faults in a row`,
    );
    if (this.state === "closed") return false;
    if (now - this.probedMs >= policy.openMs && this.probes >= policy.probes) {
      this.probes = 0;
      this.probedMs = now;
    }
    const count = ++this.probes;
    verdict.expect(count <= policy.probes, "C-11", () => `${count} probes in ${now - this.probedMs} ms`);
    return true;
  }

  private onSettled(isProbe: boolean, failure: RpcError | undefined): void {
    const isFault = failure !== undefined && faultCodes.includes(failure.code) && failure.reason !== "declared";
    if (isFault) this.faults.push(this.environment.now());
    if (this.state === "closed") this.inRow = isFault ? this.inRow + 1 : 0;
    if (this.state !== "half-open" || !isProbe) return;
    if (isFault) this.hasFailed = true;
    else this.passed++;
  }

  private onState(state: "closed" | "open" | "half-open"): void {
    const before = this.state;
    this.state = state;
    if (!this.hasThreshold) return;
    const now = this.environment.now();
    const { verdict } = this;
    if (state === "closed") {
      const { passed } = this;
      verdict.expect(passed >= policy.probes, "C-11", () => `the breaker closed after ${passed} probes went well`);
      this.inRow = 0;
    } else if (state === "half-open") {
      const waitedMs = now - this.openedMs;
      verdict.expect(waitedMs >= policy.openMs, "C-11", () => `the breaker was open for ${waitedMs} ms`);
      this.passed = 0;
      this.hasFailed = false;
      this.probes = 0;
      this.probedMs = now;
    } else {
      verdict.expect(this.hasCause(before), "C-11", () => `the breaker went from ${before} to open without cause`);
      this.openedMs = now;
    }
  }

  private hasCause(before: "closed" | "open" | "half-open"): boolean {
    if (before === "half-open") return this.hasFailed;
    const sinceMs = this.environment.now() - policy.windowMs;
    const recent = this.faults.filter((atMs) => atMs >= sinceMs).length;
    return this.inRow >= policy.consecutive || recent >= policy.share * policy.minCalls;
  }
}

const probe = createSlot<boolean>("probe");

const kinds: Readonly<Record<Exclude<ClusterWeather["breaker"], "none">, () => BreakerKind>> = {
  threshold: () => threshold(policy),
  sre: () => sre({ minCalls: policy.minCalls, windowMs: policy.windowMs }),
};
