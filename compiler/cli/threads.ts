import { Worker } from "node:worker_threads";
import type { ToolScript } from "./tool-script.ts";

/** Where a second thread of a compilation comes from. */
export interface Threads {
  /** Starts one ahead of its time; nothing waits for it until it is taken. */
  prepare(): void;
  take(): Worker;
}

/** `script` is the path of the helper's entry of the built tool. */
export function createThreads(script: string, tool: ToolScript): Threads {
  let ready: Worker | undefined;
  return {
    prepare: () => {
      const worker = start(script, tool);
      worker.unref();
      ready = worker;
      const forget = (): void => {
        if (ready === worker) ready = undefined;
      };
      // One that failed before it was taken is as if there had been none; who takes it listens for itself.
      for (const event of ["error", "exit"]) worker.on(event, forget);
    },
    take: () => {
      const worker = ready ?? start(script, tool);
      ready = undefined;
      worker.ref();
      return worker;
    },
  };
}

/** The thread is given what was read and checked here: reading it again would make it start later. */
function start(script: string, tool: ToolScript): Worker {
  return new Worker(script, {
    workerData: tool,
    // Nearly all that a compilation allocates lives to its end, so a small young generation would be copied about; a large one is
    // fresh memory for longer, which costs more than the copies (`npm run bench -- compile`).
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
}
