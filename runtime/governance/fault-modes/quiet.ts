import type { ClientCall } from "../../call/context.ts";
import type { Environment } from "../../environment/environment.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { AttemptWatch, FaultMode, FaultScope } from "../fault-mode.ts";
import { isRepeatable, isUnseen } from "../retry-safety.ts";
import type { RetryBudget, RetryBudgetOptions } from "../retry-budget.ts";
import { budgetOf } from "./shared-budget.ts";
import { quietly } from "../../errors/quietly.ts";

/** One attempt, which fails fast: what a channel does without a fault mode, by name. */
export function failfast(): FaultMode {
  const watch: AttemptWatch = { begin: () => Infinity, failed: () => undefined };
  return { name: "failfast", watch: () => watch, run: (_call, scope) => scope.start().reply };
}

/** Settings of {@link failsafe}. */
export interface FailsafeOptions {
  /** What the caller gets in place of an error: a value for the reply, as handlers may return it. Default: the empty reply. */
  readonly reply?: ((call: ClientCall, error: RpcError) => unknown) | undefined;
  /** Told of each error that the caller does not see. What it throws is ignored. */
  readonly onError?: ((call: ClientCall, error: RpcError) => void) | undefined;
}

/** Swallows errors: for calls whose failure must not disturb, as writing an audit log. A call that was cancelled still fails. */
export function failsafe({ reply, onError }: FailsafeOptions = {}): FaultMode {
  return {
    name: "failsafe",
    run: (call, scope) =>
      scope.start().reply.catch((thrown: unknown) => {
        const error = RpcError.from(thrown);
        if (error.reason === "cancelled_by_caller") throw error;
        quietly(() => onError?.(call, error));
        return call.method.response.create(reply?.(call, error));
      }),
  };
}

/** Settings of {@link failback}. */
export interface FailbackOptions {
  /** Milliseconds between tries. Default: 5,000. */
  readonly delayMs?: number | undefined;
  /** Tries after the first, 1 to 100. Default: 3. */
  readonly times?: number | undefined;
  /** Calls that may wait to be tried again. What is above it fails at once. Default: 100. */
  readonly maxQueued?: number | undefined;
  /** Milliseconds that each later try may take. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly budget?: RetryBudget | RetryBudgetOptions | undefined;
  /** Told of each call that was given up in the end. What it throws is ignored. */
  readonly onGivenUp?: ((call: ClientCall, error: RpcError) => void) | undefined;
}

/** {@link failback}, and what it has in hand. */
export interface Failback extends FaultMode {
  readonly queued: number;
}

/**
 * Answers a call that failed with an empty reply and tries again later: for notices that should arrive some time. In memory: what waits when the process
 * ends is lost. Calls that a handler may have seen are tried again only when the schema says that they may be repeated; others fail.
 *
 * Source of the defaults: Dubbo's failback cluster.
 * @throws RangeError for settings that cannot work
 */
export function failback(options: FailbackOptions = {}): Failback {
  const { delayMs = 5_000, times = 3, maxQueued = 100, timeoutMs = 30_000, onGivenUp } = options;
  if (!(delayMs > 0))
    throw new RangeError(`The option "delayMs" is ${String(delayMs)}; expected milliseconds above 0.`);
  if (!(Number.isInteger(times) && times >= 1 && times <= 100)) {
    throw new RangeError(`The option "times" is ${String(times)}; expected a whole number from 1 to 100.`);
  }
  if (!(Number.isInteger(maxQueued) && maxQueued >= 0)) {
    throw new RangeError(`The option "maxQueued" is ${String(maxQueued)}; expected a whole number, 0 or more.`);
  }
  const budgetIn = budgetOf(options.budget);
  let queued = 0;

  async function repeat(call: ClientCall, scope: FaultScope, first: RpcError): Promise<void> {
    let error = first;
    for (let time = 0; time < times; time++) {
      await asleep(scope.environment, delayMs);
      // A try that the budget has nothing for is a try: it must not be made up for later.
      if (!budgetIn(scope).withdraw()) continue;
      try {
        return void (await scope.repeat(timeoutMs));
      } catch (thrown) {
        error = RpcError.from(thrown);
        if (error.reason === "client_closed" || !mayComeBack(call, error)) break;
      }
    }
    quietly(() => onGivenUp?.(call, error));
  }

  return {
    name: "failback",
    get queued() {
      return queued;
    },
    run(call, scope) {
      budgetIn(scope).deposit();
      return scope.start().reply.catch((thrown: unknown) => {
        const error = RpcError.from(thrown);
        if (error.reason === "cancelled_by_caller" || !mayComeBack(call, error) || queued >= maxQueued) throw error;
        queued++;
        void repeat(call, scope, error).finally(() => queued--);
        return call.method.response.create();
      });
    },
  };
}

function mayComeBack(call: ClientCall, error: RpcError): boolean {
  return (
    isUnseen(error) || (isRepeatable(call.method) && error.reason !== "declared" && error.retryAfterMs !== Infinity)
  );
}

function asleep(environment: Environment, delayMs: number): Promise<void> {
  return new Promise((resolve) => environment.setTimer(delayMs, resolve).unref());
}
