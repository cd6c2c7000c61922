import type { CallContext, MethodType } from "../../call/method-type.ts";
import { createSlot } from "../../call/slot.ts";
import type { Environment } from "../../environment/environment.ts";
import { type LoadMeter, systemLoad } from "../../environment/load.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { ServerInterceptor } from "../../interceptor/interceptor.ts";
import type { Plugin } from "../../plugin/plugin.ts";
import { fixedLimit, gradientLimit, type GradientOptions, type Limit } from "./limit.ts";
import { type Overload, watchOverload } from "./overload.ts";
import { TurnClock } from "./turn-clock.ts";
import { type WaitingCall, WaitingLine } from "./waiting-line.ts";

/** Settings of {@link concurrencyLimit}. */
export interface ConcurrencyLimitOptions {
  /** Calls in progress at once: a number, or how to find one. Default: found by the gradient of durations. */
  readonly limit?: number | GradientOptions | Limit | undefined;
  /** Calls that may wait for their turn. Default: 100. */
  readonly maxWaiting?: number | undefined;
  /** Share of the time that the event loop may work, above 0 up to 1. Default: 0.9. */
  readonly maxUtilisation?: number | undefined;
  /** Milliseconds by which the event loop may be late, 99th percentile. Default: 50. */
  readonly maxDelayMs?: number | undefined;
  /** Refuses a share of the calls while the loop is later than that, and those that waited as long within one turn of it. Default: true, false for a fixed limit. */
  readonly shed?: boolean | undefined;
  /** Calls of this priority or a higher one are let in whatever happens: health checks, what ends other work. 0 to 10, 10: none. Default: 9. */
  readonly criticalPriority?: number | undefined;
  /** Measures the load. Default: the event loop of this thread. For tests. */
  readonly load?: (() => LoadMeter) | undefined;
}

/** What a {@link ConcurrencyLimit} does now. */
export interface ConcurrencyState {
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Calls that were refused so far, by reason. */
  readonly refused: { readonly full: number; readonly late: number; readonly shed: number };
  readonly isOverloaded: boolean;
  readonly shedShare: number;
}

/** A limit of a server on the calls in progress. */
export interface ConcurrencyLimit extends Plugin<ServerInterceptor> {
  /** Takes other settings from the next call on. @throws as {@link concurrencyLimit}, and the old ones stay */
  configure(options: ConcurrencyLimitOptions): void;
  readonly state: ConcurrencyState;
}

/** Priority of methods without `@priority`. */
const defaultPriority = 5;
const lookMs = 100;
/** Of any priority some calls are let in: they show whether the load has gone. */
const maxShedShare = 0.98;
/** Milliseconds that a refused caller is asked to wait: spread, so that they do not all come back at once. */
const retryAfter = { leastMs: 50, spreadMs: 100 } as const;

/** Calls in progress when the call was let in. */
const inFlightSlot = createSlot<number>("concurrency-limit");
/** When it was let in, if it had to wait. */
const admittedMsSlot = createSlot<number>("concurrency-limit, admitted");

/**
 * Limits the calls in progress at a server, before their bodies are decoded. What is above the limit waits, the important first, or fails with
 * `resource_exhausted`, reason `too_many_calls`. Streams count while they last.
 *
 * ```ts
 * createServer({ plugins: [concurrencyLimit()] })
 * ```
 *
 * @throws RangeError for settings that cannot work
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions = {}): ConcurrencyLimit {
  let settings = check(options);
  let overload: Overload | undefined;
  let environment: Environment;
  let turn: TurnClock;
  let inFlight = 0;
  const refused = { full: 0, late: 0, shed: 0 };
  const isOverloaded = (): boolean => overload?.isOverloaded === true;
  let line = new WaitingLine(settings.maxWaiting, isOverloaded);

  function admit(call: CallContext): void | Promise<void> {
    const priority = call.method.policy.priority ?? defaultPriority;
    if (priority >= settings.criticalPriority) return start(call);
    if (settings.shed && (isBehind(priority) || isShed(priority))) throw refusal(call.method, "shed");
    if (inFlight < settings.limit.value) return start(call);
    return wait(call, priority);
  }

  /** What comes late in a long turn has waited for it already: the important longer, priority 5 for as long as the loop may be late. */
  function isBehind(priority: number): boolean {
    return turn.ageMs() > (settings.maxDelayMs * (priority + 5)) / 10;
  }

  /** The least important are refused first: priority 5 from a share of a quarter on, all of it from three quarters on. */
  function isShed(priority: number): boolean {
    const share = overload?.shedShare ?? 0;
    return share > 0 && environment.random() < Math.min(maxShedShare, share * 2 - priority / 10);
  }

  function start(call: CallContext): void {
    inFlight++;
    call.set(inFlightSlot, inFlight);
  }

  function wait(call: CallContext, priority: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = call;
      const onAbort = (): void => {
        if (line.remove(waiting)) waiting.refuse("gone");
      };
      const waiting: WaitingCall = {
        call,
        priority,
        admit() {
          signal.removeEventListener("abort", onAbort);
          call.set(admittedMsSlot, environment.now());
          start(call);
          resolve();
        },
        refuse(why) {
          signal.removeEventListener("abort", onAbort);
          reject(refusal(call.method, why === "gone" ? "late" : why));
        },
      };
      signal.addEventListener("abort", onAbort);
      line.add(waiting);
    });
  }

  function settled(call: CallContext, failure: RpcError | undefined): void {
    const inFlightThen = call.get(inFlightSlot);
    if (inFlightThen === undefined) return;
    inFlight--;
    if (call.method.kind === "unary") {
      const durationMs = environment.now() - (call.get(admittedMsSlot) ?? call.startedMs);
      const wasDropped = failure !== undefined && isDropped(failure);
      settings.limit.observe({ durationMs, inFlight: inFlightThen, wasDropped }, isOverloaded());
    }
    if (line.length > 0) letIn();
  }

  function letIn(): void {
    while (line.length > 0 && inFlight < settings.limit.value) line.next()?.admit();
  }

  function refusal(method: MethodType, why: keyof typeof refused): RpcError {
    refused[why]++;
    return new RpcError({
      reason: "too_many_calls",
      message: `This server is too busy for ${method.path} (${texts[why]}).`,
      retryAfterMs: retryAfter.leastMs + environment.random() * retryAfter.spreadMs,
    });
  }

  function watch(): void {
    overload?.close();
    const { maxUtilisation, maxDelayMs, load } = settings;
    overload = watchOverload({ environment, meter: load(), maxUtilisation, maxDelayMs, intervalMs: lookMs });
  }

  return {
    name: "concurrency-limit",
    setup(kernel) {
      ({ environment } = kernel);
      turn = new TurnClock(environment);
      watch();
      kernel.addInterceptor({ name: "concurrency-limit", admit, settled });
      return () => overload?.close();
    },
    configure(next) {
      settings = check(next);
      const previous = line;
      line = new WaitingLine(settings.maxWaiting, isOverloaded);
      for (let waiting = previous.next(); waiting !== undefined; waiting = previous.next()) line.add(waiting);
      if (overload !== undefined) watch();
      letIn();
    },
    get state() {
      return {
        limit: settings.limit.value,
        inFlight,
        waiting: line.length,
        refused: { ...refused },
        isOverloaded: isOverloaded(),
        shedShare: overload?.shedShare ?? 0,
      };
    },
  };
}

function isDropped({ reason }: RpcError): boolean {
  return reason === "deadline_passed" || reason === "cancelled_by_caller";
}

const texts = {
  full: "as many calls wait as may",
  late: "its turn did not come in time",
  shed: "it sheds load",
} as const;

interface Settings {
  readonly limit: Limit;
  readonly maxWaiting: number;
  readonly maxUtilisation: number;
  readonly maxDelayMs: number;
  readonly shed: boolean;
  readonly criticalPriority: number;
  readonly load: () => LoadMeter;
}

function check(options: ConcurrencyLimitOptions): Settings {
  const {
    limit,
    maxWaiting = 100,
    maxUtilisation = 0.9,
    maxDelayMs = 50,
    criticalPriority = 9,
    load = systemLoad,
  } = options;
  if (!Number.isInteger(maxWaiting) || maxWaiting < 0) {
    throw new RangeError(`The option "maxWaiting" is ${String(maxWaiting)}; expected a whole number, 0 or more.`);
  }
  if (!(maxUtilisation > 0 && maxUtilisation <= 1)) {
    throw new RangeError(`The option "maxUtilisation" is ${String(maxUtilisation)}; expected above 0 up to 1.`);
  }
  if (!(maxDelayMs > 0)) throw new RangeError(`The option "maxDelayMs" is ${String(maxDelayMs)}; expected above 0.`);
  return {
    limit: limitFrom(limit),
    maxWaiting,
    maxUtilisation,
    maxDelayMs,
    shed: options.shed ?? typeof limit !== "number",
    criticalPriority,
    load,
  };
}

function limitFrom(limit: ConcurrencyLimitOptions["limit"]): Limit {
  if (typeof limit === "number") return fixedLimit(limit);
  return limit !== undefined && "observe" in limit ? limit : gradientLimit(limit);
}
