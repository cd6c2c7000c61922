import type { AbortRegistry } from "../call/abort-registry.ts";
import type { TimerWheel, WheelEntry } from "../environment/timer-wheel.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { ClientCallState } from "./client-call.ts";
import { cancelledBySignal, deadlinePassed } from "./client-errors.ts";

/** What guards need of their channel. */
export interface GuardScope {
  readonly aborts: AbortRegistry;
  readonly wheel: TimerWheel;
}

/**
 * The outcome of a call that goes through interceptors: theirs, unless the deadline or the caller's signal comes first. Without interceptors
 * the connection sees to both; here one of them might wait for ever.
 */
export function guarded(
  call: ClientCallState,
  reply: Promise<unknown>,
  { aborts, wheel }: GuardScope,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { signal } = call.options;
    const entry: WheelEntry = {
      deadlineMs: call.deadlineMs,
      wheelNext: undefined,
      wheelPrevious: undefined,
      wheelBucket: -1,
      onDeadline: () => giveUp(deadlinePassed(call.method)),
    };
    const onAbort = (): void => giveUp(cancelledBySignal(call.method, signal));
    const giveUp = (error: RpcError): void => {
      call.abort(error);
      leave(() => reject(error));
    };
    const leave = (settle: () => void): void => {
      wheel.remove(entry);
      if (signal !== undefined) aborts.remove(signal, onAbort);
      call.finish();
      settle();
    };
    wheel.add(entry);
    if (signal?.aborted === true) return onAbort();
    if (signal !== undefined) aborts.add(signal, onAbort);
    reply.then(
      (value) => leave(() => resolve(value)),
      (error: unknown) => leave(() => reject(error)),
    );
  });
}
