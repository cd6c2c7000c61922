import type { Environment } from "../../environment/environment.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** Whether calls are let through. One for each thing that is broken as a whole: a service, a method. */
export interface Breaker {
  readonly state: "closed" | "open" | "half-open";
  /** Another number whenever what was known before counts no more: only outcomes of calls are recorded that were let through in the same era. Undefined: all are. */
  readonly era?: number | undefined;
  /** Asked before each call. @returns false: it fails at once */
  allow(): boolean;
  /** Told of the outcome of each call that was let through in this era. */
  record(isFault: boolean): void;
}

/** A way to break, with its settings. */
export interface BreakerKind {
  readonly name: string;
  create(environment: Environment): Breaker;
}

/** Settings of {@link sre}. */
export interface SreOptions {
  /** How many times the calls that succeed may be tried, above 1. A higher one refuses later. Default: 1 / 0.6. */
  readonly k?: number | undefined;
  /** Calls in the window below which nothing is refused. Default: 100. */
  readonly minCalls?: number | undefined;
  /** Milliseconds that are looked back. Default: 3,000. */
  readonly windowMs?: number | undefined;
}

/**
 * Refuses by chance, the more the fewer calls succeed: `max(0, (calls - k * successes) / (calls + 1))`. Some always get through, so it closes by itself.
 *
 * Source: "Handling Overload" in Site Reliability Engineering; defaults of the breaker in go-kratos/aegis.
 * @throws RangeError for settings that cannot work
 */
export function sre({ k = 1 / 0.6, minCalls = 100, windowMs = 3_000 }: SreOptions = {}): BreakerKind {
  if (!(k > 1)) throw new RangeError(`k of a circuit breaker is ${k}; expected above 1.`);
  checkCount(minCalls, "minCalls");
  checkTime(windowMs, "windowMs");
  return {
    name: "sre",
    create: (environment) => new SreBreaker(environment, { k, minCalls, windowMs }),
  };
}

class SreBreaker implements Breaker {
  private readonly environment: Environment;
  private readonly k: number;
  private readonly minCalls: number;
  private readonly window: SlidingWindow;
  private isRefusing: boolean;

  constructor(environment: Environment, { k, minCalls, windowMs }: { readonly [Name in keyof SreOptions]-?: number }) {
    this.environment = environment;
    this.k = k;
    this.minCalls = minCalls;
    this.window = new SlidingWindow(windowMs, environment.now());
    this.isRefusing = false;
  }

  get state(): "closed" | "half-open" {
    return this.isRefusing ? "half-open" : "closed";
  }

  allow(): boolean {
    const { environment, window } = this;
    window.turn(environment.now());
    const share = window.faults === 0 ? 0 : this.share();
    this.isRefusing = share > 0;
    if (!this.isRefusing || environment.random() >= share) return true;
    // What was refused was wanted: it counts as a call that did not succeed.
    window.add(true, environment.now());
    return false;
  }

  record(isFault: boolean): void {
    this.window.add(isFault, this.environment.now());
  }

  /** Of the calls, to be refused. */
  private share(): number {
    const { calls, faults } = this.window;
    return calls < this.minCalls ? 0 : Math.max(0, (calls - this.k * (calls - faults)) / (calls + 1));
  }
}

/** Settings of {@link threshold}. */
export interface ThresholdOptions {
  /** Faults in a row that open it; `Infinity`: never by that. Default: 5. */
  readonly consecutive?: number | undefined;
  /** Share of faults among the calls of the window that opens it, above 0 up to 1. Default: 0.5. */
  readonly share?: number | undefined;
  /** Calls in the window below which the share means nothing. Default: 100. */
  readonly minCalls?: number | undefined;
  /** Milliseconds that are looked back. Default: 10,000. */
  readonly windowMs?: number | undefined;
  /** Milliseconds that it stays open. Default: 5,000. */
  readonly openMs?: number | undefined;
  /** Calls that are let through when it is half open; when all of them succeed it closes. Default: 3. */
  readonly probes?: number | undefined;
}

/**
 * Opens after faults in a row or above a share of faults, refuses everything for a while, then lets a few calls through to see.
 *
 * - closed: to open when a limit is reached;
 * - open: to half-open with the first call after `openMs`;
 * - half-open: to closed when the probes succeed, to open when one fails.
 *
 * With each of these steps a new era begins: calls that were under way say nothing about what the probes are to find out.
 *
 * Source of the defaults: resilience4j (half-open state, 50 % of 100 calls), Finagle and Envoy (5 in a row).
 * @throws RangeError for settings that cannot work
 */
export function threshold(options: ThresholdOptions = {}): BreakerKind {
  const { consecutive = 5, share = 0.5, minCalls = 100, windowMs = 10_000, openMs = 5_000, probes = 3 } = options;
  if (consecutive !== Infinity) checkCount(consecutive, "consecutive");
  if (!(share > 0 && share <= 1))
    throw new RangeError(`share of a circuit breaker is ${share}; expected above 0 up to 1.`);
  checkCount(minCalls, "minCalls");
  checkCount(probes, "probes");
  checkTime(windowMs, "windowMs");
  checkTime(openMs, "openMs");
  return {
    name: "threshold",
    create: (environment) =>
      new ThresholdBreaker(environment, { consecutive, share, minCalls, windowMs, openMs, probes }),
  };
}

type CheckedThreshold = { readonly [Name in keyof ThresholdOptions]-?: number };

class ThresholdBreaker implements Breaker {
  state: "closed" | "open" | "half-open";
  era: number;
  private readonly environment: Environment;
  private readonly options: CheckedThreshold;
  private window: SlidingWindow;
  private inRow: number;
  private openedMs: number;
  /** Probes that were let through, and those that came back well. */
  private sent: number;
  private passed: number;

  constructor(environment: Environment, options: CheckedThreshold) {
    this.state = "closed";
    this.era = 0;
    this.environment = environment;
    this.options = options;
    this.window = new SlidingWindow(options.windowMs, environment.now());
    this.inRow = 0;
    this.openedMs = 0;
    this.sent = 0;
    this.passed = 0;
  }

  allow(): boolean {
    if (this.state === "closed") return true;
    const now = this.environment.now();
    // Probes whose callers never came back must not keep it half open for ever.
    if (now - this.openedMs >= this.options.openMs && (this.state === "open" || this.sent >= this.options.probes)) {
      this.enter("half-open");
      this.openedMs = now;
      this.sent = 0;
      this.passed = 0;
    }
    if (this.state === "open" || this.sent >= this.options.probes) return false;
    this.sent++;
    return true;
  }

  record(isFault: boolean): void {
    const { consecutive, share, minCalls, probes } = this.options;
    if (this.state === "open") return;
    if (this.state === "half-open") {
      if (isFault) this.open();
      else if (++this.passed >= probes) this.close();
      return;
    }
    this.window.add(isFault, this.environment.now());
    this.inRow = isFault ? this.inRow + 1 : 0;
    const { calls, faults } = this.window;
    if (this.inRow >= consecutive || (calls >= minCalls && faults / calls >= share)) this.open();
  }

  /** Probes that come late are probes of the same era. */
  private enter(state: Breaker["state"]): void {
    if (this.state !== state) this.era++;
    this.state = state;
  }

  private open(): void {
    this.enter("open");
    this.openedMs = this.environment.now();
  }

  private close(): void {
    this.enter("closed");
    this.inRow = 0;
    this.window = new SlidingWindow(this.options.windowMs, this.environment.now());
  }
}

function checkCount(value: number, name: string): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(`${name} of a circuit breaker is ${value}; expected a whole number above 0.`);
}

function checkTime(value: number, name: string): void {
  if (value > 0 && value < Infinity) return;
  throw new RangeError(`${name} of a circuit breaker is ${value}; expected milliseconds above 0.`);
}
