import { openSync, writeSync } from "node:fs";
import { createServer, type Server } from "../../runtime/index.ts";
import { playRole } from "../processes/role.ts";
import { Lab } from "../runtime/fixture/lab.ts";
import { echoing } from "../runtime/fixture/world.ts";

/** Where a server listens and what it notes. */
export interface ServerPlan {
  readonly address: string;
  /** File that gets a line for each execution, before the reply: it outlives a process that is killed. */
  readonly log: string;
}

/** A process that serves until it is told to stop, or killed. */
export function playServer(): void {
  let server: Server | undefined;
  playRole({
    async listen({ address, log }: ServerPlan): Promise<string> {
      const file = openSync(log, "a");
      // A machine that is busy may take its time to carry the last words of a server that drains.
      server = createServer({ insecure: true, limits: { closeMs: 10_000 }, onError: () => undefined }).add(Lab, {
        ...echoing,
        async echo(note, { signal }) {
          if (note.text === "hang") await new Promise((resolve) => signal.addEventListener("abort", resolve));
          else writeSync(file, `${note.text}\n`);
          return note;
        },
      });
      return server.listen(address);
    },
    // As long as the longest call may take: what is cut here would be a call that was accepted.
    drain: () => server?.close({ graceMs: 20_000 }),
  });
}
