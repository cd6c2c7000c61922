import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Timer } from "../../environment/environment.ts";
import { quietly } from "../../errors/quietly.ts";
import type { Reason } from "../../errors/reason.ts";
import { SlidingWindow } from "../circuit-breaker/sliding-window.ts";
import type { Detector, DetectorKind, DetectorScope } from "../detector.ts";
import { isServerFault } from "../failure.ts";
import type { Outcome } from "../outcome.ts";

/** Settings of {@link outliers}. */
export interface OutlierOptions {
  /** Faults in a row that eject an instance. Default: 5. */
  readonly consecutive?: number | undefined;
  /** Share of calls that have to succeed, 0 to 1. Default: 0.8. */
  readonly minSuccess?: number | undefined;
  /** Calls in the window below which the share means nothing. Default: 5. */
  readonly minCalls?: number | undefined;
  /** Milliseconds that are looked back. Default: 30,000. */
  readonly windowMs?: number | undefined;
  /** Milliseconds of the first ejection; each further one in a row doubles it. Default: 5,000. */
  readonly baseMs?: number | undefined;
  /** Milliseconds that it grows to. Default: 300,000. */
  readonly maxMs?: number | undefined;
  /** Share of the instances that may be ejected, 0 to 1: with more, all are used. Default: 0.5. */
  readonly maxEjected?: number | undefined;
  /** Told of each ejection and return. What it throws is ignored. */
  readonly onChange?: ((endpoint: Endpoint, isEjected: boolean) => void) | undefined;
}

type Settings = { readonly [Name in Exclude<keyof OutlierOptions, "onChange">]-?: number } & Pick<
  OutlierOptions,
  "onChange"
>;

/**
 * Takes instances out of the choice that fail much more than a healthy one does, for a while that grows while they go on failing. Back from an ejection an
 * instance is on probation: its first fault ejects it again. When half of all would be out, the fault is more likely in the callers' network or in a
 * service behind: then everyone is used (panic).
 *
 * Sources of the defaults: failure accrual of Finagle (5 in a row, 80 % over 30 s, 5 s to 300 s), panic threshold of Envoy (50 %).
 * @throws RangeError for settings that cannot work
 */
export function outliers(options: OutlierOptions = {}): DetectorKind {
  const settings = check(options);
  return { name: "outliers", create: (scope) => new OutlierDetector(scope, settings) };
}

/** Reasons that say nothing of the instance: the caller gave up, or it is as busy as it may be, which load balancing sees to. */
const saysNothing: ReadonlySet<Reason | undefined> = new Set<Reason | undefined>([
  "cancelled_by_caller",
  "too_many_calls",
]);

/** What is known of one endpoint. */
interface Record {
  window: SlidingWindow;
  inRow: number;
  /** Ejections since it was last well for a whole window. */
  times: number;
  isEjected: boolean;
  /** In a panic: it would be out, until it has done as well in a row as it takes faults to eject it. */
  isBad: boolean;
  wellInRow: number;
  onProbation: boolean;
  timer: Timer | undefined;
}

class OutlierDetector implements Detector {
  private readonly scope: DetectorScope;
  private readonly settings: Settings;
  private readonly records: Map<Endpoint, Record>;
  private ejected: number;
  /** Nobody is ejected before. */
  private panicUntilMs: number;
  private isClosed: boolean;

  constructor(scope: DetectorScope, settings: Settings) {
    this.scope = scope;
    this.settings = settings;
    this.records = new Map();
    this.ejected = 0;
    this.panicUntilMs = -Infinity;
    this.isClosed = false;
  }

  update(endpoints: readonly Endpoint[]): void {
    const current = new Set(endpoints);
    for (const [endpoint, record] of this.records) {
      if (current.has(endpoint)) continue;
      record.timer?.cancel();
      // It may come back as the same endpoint, as after a drain that was taken back: nothing would let it in again.
      if (record.isEjected) this.return(endpoint, record, false);
      this.records.delete(endpoint);
    }
    for (const endpoint of current) if (!this.records.has(endpoint)) this.records.set(endpoint, this.fresh());
    this.avoidPanic();
  }

  observe(endpoint: Endpoint, { error }: Outcome): void {
    const record = this.records.get(endpoint);
    if (record === undefined || record.isEjected || saysNothing.has(error?.reason)) return;
    const isFault = isServerFault(error);
    record.window.add(isFault, this.scope.environment.now());
    record.inRow = isFault ? record.inRow + 1 : 0;
    record.wellInRow = isFault ? 0 : record.wellInRow + 1;
    if (isFault ? this.isOut(record) : false) return this.eject(endpoint, record);
    if (!isFault) this.recover(record);
  }

  close(): void {
    this.isClosed = true;
    for (const { timer } of this.records.values()) timer?.cancel();
  }

  private isOut({ inRow, onProbation, window: { calls, faults } }: Record): boolean {
    const { consecutive, minCalls, minSuccess } = this.settings;
    return onProbation || inRow >= consecutive || (calls >= minCalls && (calls - faults) / calls < minSuccess);
  }

  /** A success ends the probation; a window without a fault forgives what was before. */
  private recover(record: Record): void {
    record.onProbation = false;
    if (record.wellInRow >= this.settings.consecutive) record.isBad = false;
    if (record.window.faults === 0 && record.window.calls >= this.settings.minCalls) record.times = 0;
  }

  private eject(endpoint: Endpoint, record: Record): void {
    const { size } = this.records;
    const allowed = Math.max(1, Math.floor(size * this.settings.maxEjected));
    record.isBad = true;
    if (this.scope.environment.now() < this.panicUntilMs && (size < 2 || this.bad > allowed)) return;
    // Few enough are bad again: they can be told from the others.
    this.panicUntilMs = -Infinity;
    if (this.isClosed || this.ejected >= allowed || size < 2) return this.panic();
    record.isEjected = true;
    this.ejected++;
    const { baseMs, maxMs } = this.settings;
    const fullMs = Math.min(maxMs, baseMs * 2 ** Math.min(record.times++, 30));
    const delayMs = fullMs / 2 + (this.scope.environment.random() * fullMs) / 2;
    record.timer = this.scope.environment.setTimer(delayMs, () => this.return(endpoint, record, true));
    record.timer.unref();
    this.scope.setEjected(endpoint, true);
    this.tell(endpoint, true);
  }

  private get bad(): number {
    let bad = 0;
    for (const { isBad } of this.records.values()) if (isBad) bad++;
    return bad;
  }

  private return(endpoint: Endpoint, record: Record, onProbation: boolean): void {
    record.timer?.cancel();
    record.timer = undefined;
    record.isEjected = false;
    record.isBad = false;
    record.wellInRow = 0;
    record.onProbation = onProbation;
    record.inRow = 0;
    record.window = this.fresh().window;
    this.ejected--;
    this.scope.setEjected(endpoint, false);
    this.tell(endpoint, false);
  }

  /** One more would be out than may: then nobody is, until enough of them do well again, at most for as long as is looked back. */
  private panic(): void {
    this.panicUntilMs = this.scope.environment.now() + this.settings.windowMs;
    for (const [endpoint, record] of this.records) {
      if (!record.isEjected) continue;
      this.return(endpoint, record, false);
      record.isBad = true;
    }
  }

  /** The set has shrunk below what may be ejected of it. */
  private avoidPanic(): void {
    const { size } = this.records;
    if (this.ejected > Math.max(1, Math.floor(size * this.settings.maxEjected)) || (size < 2 && this.ejected > 0))
      this.panic();
  }

  private fresh(): Record {
    const window = new SlidingWindow(this.settings.windowMs, this.scope.environment.now());
    return {
      window,
      inRow: 0,
      times: 0,
      isEjected: false,
      isBad: false,
      wellInRow: 0,
      onProbation: false,
      timer: undefined,
    };
  }

  private tell(endpoint: Endpoint, isEjected: boolean): void {
    quietly(() => this.settings.onChange?.(endpoint, isEjected));
  }
}

function check(options: OutlierOptions): Settings {
  const { consecutive = 5, minSuccess = 0.8, minCalls = 5, windowMs = 30_000 } = options;
  const { baseMs = 5_000, maxMs = 300_000, maxEjected = 0.5, onChange } = options;
  for (const [name, value] of Object.entries({ minSuccess, maxEjected })) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} of outlier detection is ${value}; expected 0 to 1.`);
  }
  for (const [name, value] of Object.entries({ consecutive, minCalls })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new RangeError(`${name} of outlier detection is ${value}; expected a whole number above 0.`);
  }
  for (const [name, value] of Object.entries({ windowMs, baseMs, maxMs })) {
    if (!(value > 0)) throw new RangeError(`${name} of outlier detection is ${value}; expected milliseconds above 0.`);
  }
  return { consecutive, minSuccess, minCalls, windowMs, baseMs, maxMs, maxEjected, onChange };
}
