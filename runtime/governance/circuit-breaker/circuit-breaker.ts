import type { ClientCall } from "../../call/context.ts";
import type { MethodType } from "../../call/method-type.ts";
import { createSlot } from "../../call/slot.ts";
import { PerMethod } from "../../call/per-method.ts";
import type { Environment } from "../../environment/environment.ts";
import { quietly } from "../../errors/quietly.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { ClientInterceptor } from "../../interceptor/interceptor.ts";
import type { Plugin } from "../../plugin/plugin.ts";
import { isServerFault } from "../failure.ts";
import { type Breaker, type BreakerKind, sre } from "./breaker.ts";

/** Settings of {@link circuitBreaker}. */
export interface CircuitBreakerOptions {
  /** Default: {@link sre}. */
  readonly kind?: BreakerKind | undefined;
  /** What breaks as a whole. Default: each method by itself. Single instances: see the option `detectors` of a channel. */
  readonly per?: "method" | "service" | undefined;
  /** What counts as a fault of the server. Default: `unavailable`, `deadline_exceeded`, `internal`, `resource_exhausted` and `data_loss`. */
  readonly isFault?: ((error: RpcError) => boolean) | undefined;
  /** Told when a breaker opens, half opens or closes. What it throws is ignored. */
  readonly onState?: ((what: string, state: Breaker["state"]) => void) | undefined;
}

/** A circuit breaker of a client. */
export interface CircuitBreaker extends Plugin<ClientInterceptor> {
  /** Breakers that were made so far, by path of the method or name of the service. */
  readonly states: Readonly<Record<string, Breaker["state"]>>;
  /** Calls that were refused. */
  readonly refused: number;
  /** Takes other settings; all breakers begin anew, closed. */
  configure(options: CircuitBreakerOptions): void;
}

/**
 * Fails calls at once, with `unavailable` and reason `circuit_open`, while most of those before them failed: callers do not wait for what will not come, and servers are not kept
 * down by their callers. Unary calls only.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  let settings = options;
  let environment: Environment;
  let breakers = new Map<string, Breaker>();
  const breakerFor = new PerMethod((method) => breakerOf(nameFor(method)));
  let refused = 0;

  function breakerOf(what: string): Breaker {
    let breaker = breakers.get(what);
    if (breaker === undefined) breakers.set(what, (breaker = (settings.kind ?? sre()).create(environment)));
    return breaker;
  }

  function tell(method: MethodType, { state }: Breaker): void {
    quietly(() => settings.onState?.(nameFor(method), state));
  }

  function nameFor({ service, path }: MethodType): string {
    return settings.per === "service" ? service : path;
  }

  function admit(call: ClientCall): undefined {
    const { method } = call;
    const breaker = breakerFor.of(method);
    const before = breaker.state;
    const isAllowed = breaker.allow();
    if (breaker.state !== before) tell(method, breaker);
    if (isAllowed) {
      const { era } = breaker;
      if (era !== undefined && era > 0) call.set(eraOf, era);
      return undefined;
    }
    refused++;
    throw open(method);
  }

  function settled(call: ClientCall, failure: RpcError | undefined): void {
    const { method } = call;
    const breaker = breakerFor.of(method);
    if (breaker.era !== undefined && (call.get(eraOf) ?? 0) !== breaker.era) return;
    const before = breaker.state;
    // A call that its caller gave up says nothing, but a probe that it was must not be waited for.
    breaker.record(failure !== undefined && (settings.isFault ?? isServerFault)(failure));
    if (breaker.state !== before) tell(method, breaker);
  }

  return {
    name: "circuit-breaker",
    setup(kernel) {
      ({ environment } = kernel);
      kernel.addInterceptor({ name: "circuit-breaker", admit, settled });
    },
    configure(next) {
      settings = next;
      breakers = new Map();
      breakerFor.clear();
    },
    get states() {
      return Object.fromEntries([...breakers].map(([what, { state }]) => [what, state]));
    },
    get refused() {
      return refused;
    },
  };
}

/** When a call was let through; nothing is kept in the first era, which most breakers never leave. */
const eraOf = createSlot<number>("era of its breaker");

function open(method: MethodType): RpcError {
  return new RpcError({
    reason: "circuit_open",
    message: `${method.path} was not called: most calls before it failed, and its circuit breaker is open.`,
  });
}
