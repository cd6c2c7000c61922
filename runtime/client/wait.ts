import type { AbortRegistry } from "../call/abort-registry.ts";
import type { TimerWheel, WheelEntry } from "../environment/timer-wheel.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { ClientCallState } from "./client-call.ts";
import { cancelledBySignal, deadlinePassed } from "./client-errors.ts";
import type { ReadyWaiter, WaitingRoom } from "./pool.ts";

/** What a wait needs of its channel. */
export interface WaitScope {
  readonly pool: WaitingRoom;
  readonly aborts: AbortRegistry;
  readonly wheel: TimerWheel;
}

/** Where a wait goes on: exactly one of them is called, never before {@link waitForConnection} returns. */
export interface WaitEnd {
  onReady(): void;
  onGivenUp(error: unknown): void;
}

/** Lets a call wait until its channel is ready, its deadline passes or its signal fires. */
export function waitForConnection(call: ClientCallState, scope: WaitScope, end: WaitEnd): void {
  const { pool, aborts, wheel } = scope;
  const { signal } = call.options;
  const waiter: ReadyWaiter & WheelEntry = {
    deadlineMs: call.deadlineMs,
    wheelNext: undefined,
    wheelPrevious: undefined,
    wheelBucket: -1,
    onDeadline: () => giveUp(deadlinePassed(call.method)),
    onReady() {
      leave();
      end.onReady();
    },
    onRefused: (error) => giveUp(error),
  };
  const onAbort = (): void => giveUp(cancelledBySignal(call.method, signal));
  const leave = (): void => {
    pool.leave(waiter);
    wheel.remove(waiter);
    if (signal !== undefined) aborts.remove(signal, onAbort);
  };
  const giveUp = (error: RpcError): void => {
    leave();
    end.onGivenUp(error);
  };
  try {
    pool.wait(waiter);
  } catch (error) {
    return queueMicrotask(() => end.onGivenUp(error));
  }
  wheel.add(waiter);
  if (signal !== undefined) aborts.add(signal, onAbort);
}
