import type { AbortRegistry } from "../call/abort-registry.ts";
import type { TimerWheel, WheelEntry } from "../environment/timer-wheel.ts";
import type { ClientCallState } from "./client-call.ts";
import { cancelledBySignal, deadlinePassed, signalFault } from "./client-errors.ts";

/** What guards need of their channel. */
export interface GuardScope {
  readonly aborts: AbortRegistry;
  readonly wheel: TimerWheel;
}

/** Watches the deadline and the caller's signal of a call whose interceptors might not. */
interface Watch {
  /** The call is over: nothing of the watch stays behind. Idempotent. */
  end(): void;
}

/** @param onGivenUp called at most once, possibly before this returns */
function watch(call: ClientCallState, { aborts, wheel }: GuardScope, onGivenUp: (error: Error) => void): Watch {
  const { signal } = call.options;
  const entry: WheelEntry = {
    deadlineMs: call.deadlineMs,
    wheelNext: undefined,
    wheelPrevious: undefined,
    wheelBucket: -1,
    onDeadline: () => giveUp(deadlinePassed(call.method)),
  };
  const onAbort = (): void => giveUp(cancelledBySignal(call.method, signal));
  const end = (): void => {
    wheel.remove(entry);
    if (signal !== undefined) aborts.remove(signal, onAbort);
    call.finish();
  };
  const giveUp = (error: Error): void => {
    call.abort(error);
    end();
    onGivenUp(error);
  };
  const fault = signalFault(call.method, signal);
  if (fault !== undefined) giveUp(fault);
  else {
    wheel.add(entry);
    if (signal !== undefined) aborts.add(signal, onAbort);
  }
  return { end };
}

/**
 * The outcome of a call that goes through interceptors: theirs, unless the deadline or the caller's signal comes first. Without interceptors
 * the connection sees to both; here one of them might wait for ever.
 */
export function guarded(call: ClientCallState, reply: Promise<unknown>, scope: GuardScope): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const watching = watch(call, scope, reject);
    reply.then(
      (value) => {
        watching.end();
        resolve(value);
      },
      (error: unknown) => {
        watching.end();
        reject(error);
      },
    );
  });
}

/** The same for the items of a stream: the watch begins with the first one that is asked for. */
export function guardedItems(
  call: ClientCallState,
  items: AsyncIterable<unknown>,
  scope: GuardScope,
): AsyncIterable<unknown> {
  return { [Symbol.asyncIterator]: () => createGuardedIterator(call, items[Symbol.asyncIterator](), scope) };
}

function createGuardedIterator(
  call: ClientCallState,
  inner: AsyncIterator<unknown>,
  scope: GuardScope,
): AsyncIterator<unknown> {
  let watching: Watch | undefined;
  let failure: Error | undefined;
  let isOver = false;
  let rejectPending: ((error: Error) => void) | undefined;

  function onGivenUp(error: Error): void {
    failure = error;
    // A chain that hangs would not answer: it is told to stop, and not waited for.
    inner.return?.().then(undefined, () => undefined);
    if (rejectPending === undefined) return;
    rejectPending(error);
    isOver = true;
  }

  function finish(): void {
    isOver = true;
    watching?.end();
  }

  function next(): Promise<IteratorResult<unknown>> {
    if (isOver) return Promise.resolve({ done: true, value: undefined });
    watching ??= watch(call, scope, onGivenUp);
    if (failure !== undefined) {
      isOver = true;
      return Promise.reject(failure);
    }
    return new Promise((resolve, reject) => {
      rejectPending = reject;
      inner.next().then(
        (result) => {
          rejectPending = undefined;
          if (result.done === true) finish();
          resolve(result);
        },
        (error: unknown) => {
          finish();
          reject(error);
        },
      );
    });
  }

  return {
    next,
    async return() {
      finish();
      if (failure === undefined) await inner.return?.();
      return { done: true, value: undefined };
    },
  };
}
