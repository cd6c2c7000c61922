import type { MessagePort, Worker } from "node:worker_threads";
import type { HelperPlan, HelperRequest, HelperWritten } from "./helper-messages.ts";

/** A second thread that compiles a part of a large project. It may fail at anything; the whole is then compiled without it. */
export interface Helper {
  /** Starts on a part. Called once. */
  compile(request: HelperRequest): HelperJob;
  /** Ends the thread, whatever it does. */
  close(): void;
}

/** A part in the hands of a helper. */
export interface HelperJob {
  /** What there is to write; `undefined` when the part has to be compiled with the whole. */
  readonly plan: Promise<HelperPlan | undefined>;
  /** Writes it. Called once, after the plan. `undefined` when the helper is gone. */
  write(): Promise<HelperWritten | undefined>;
  close(): void;
}

/** A helper in a thread of its own, which is up some tens of milliseconds after its start. */
export function helperIn(worker: Worker): Helper {
  return createHelper(worker, () => void worker.terminate());
}

/** A helper at the other end of a channel. */
export function createHelper(channel: Worker | MessagePort, close: () => void): Helper {
  const answer = answersOf(channel);
  return {
    close,
    compile: (request) => {
      channel.postMessage(request, []);
      return {
        close,
        plan: answer() as Promise<HelperPlan | undefined>,
        write: () => {
          channel.postMessage("write", []);
          return answer() as Promise<HelperWritten | undefined>;
        },
      };
    },
  };
}

/** Waits for the next message; a helper that fails or ends answers `undefined` to all that is still asked. */
function answersOf(channel: Worker | MessagePort): () => Promise<unknown> {
  const waiting: ((answer: unknown) => void)[] = [];
  let isGone = false;
  const end = (): void => {
    isGone = true;
    for (const resolve of waiting.splice(0)) resolve(undefined);
  };
  channel.on("message", (message) => waiting.shift()?.(message));
  for (const event of ["error", "messageerror", "exit", "close"]) channel.on(event, end);
  return () => new Promise((resolve) => (isGone ? resolve(undefined) : waiting.push(resolve)));
}
