import type { ClientCall } from "../../call/context.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { FaultScope } from "../fault-mode.ts";

/** Waits while the call goes on. @throws RpcError when the call ends first */
export function waitIn({ environment }: FaultScope, call: ClientCall, delayMs: number): Promise<void> {
  const { signal } = call;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(RpcError.from(signal.reason));
    const timer = environment.setTimer(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = (): void => {
      timer.cancel();
      reject(RpcError.from(signal.reason));
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
