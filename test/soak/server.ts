import { createServer as createEcho } from "node:net";
import { createServer, type Server } from "../../runtime/index.ts";
import { playRole } from "../processes/role.ts";
import { Lab, type LabHandlers, Missing } from "../runtime/fixture/lab.ts";
import { echoing } from "../runtime/fixture/world.ts";
import { createCountingEnvironment, type Holdings, look } from "./probe.ts";

/** What the server tells of itself. */
export interface ServerReport extends Holdings {
  /** Handlers that have begun and not ended. */
  readonly handlers: number;
  readonly cpuMs: number;
  /** Errors that reached `onError` and were not thrown on purpose. */
  readonly surprises: readonly string[];
}

/** Where the server listens: for calls, and for bytes that it sends back as they are. */
export interface ServerAddresses {
  readonly rpc: string;
  readonly echoPort: number;
}

/** Milliseconds after which the server sends each connection away: part of the churn. */
const maxAgeMs = 20_000;
export const plannedFault = "thrown on purpose";

/** The process of the server: listens, and reports what it holds. */
export function playServer(): void {
  const environment = createCountingEnvironment();
  const surprises: string[] = [];
  const running = { handlers: 0 };
  let server: Server | undefined;
  playRole({
    async listen(): Promise<ServerAddresses> {
      server = createServer({
        environment,
        limits: { maxAgeMs },
        onError(error) {
          const text = error instanceof Error ? error.message : String(error);
          if (text !== plannedFault && surprises.length < 100) surprises.push(text);
        },
      }).add(Lab, handlersOf(running));
      return { rpc: await server.listen("tcp://127.0.0.1:0"), echoPort: await listenEcho() };
    },
    async look(): Promise<ServerReport> {
      const { user, system } = process.cpuUsage();
      return {
        ...(await look(environment)),
        handlers: running.handlers,
        cpuMs: (user + system) / 1_000,
        surprises,
      };
    },
    close: () => server?.close(),
  });
}

function handlersOf(running: { handlers: number }): LabHandlers {
  return {
    ...echoing,
    async echo(note, { signal }) {
      running.handlers++;
      try {
        if (note.text === "throw") throw new Error(plannedFault);
        if (note.text === "missing") throw new Missing({ what: "nothing" });
        if (note.text === "hang") await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return note;
      } finally {
        running.handlers--;
      }
    },
    async quick(_note, { signal }) {
      running.handlers++;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      running.handlers--;
      return {};
    },
    async *chat(notes) {
      running.handlers++;
      try {
        yield* notes;
      } finally {
        running.handlers--;
      }
    },
  };
}

/** Bytes back as they came: what the latency of calls is compared with. */
async function listenEcho(): Promise<number> {
  const echo = createEcho({ noDelay: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => socket.write(bytes));
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  const address = echo.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
