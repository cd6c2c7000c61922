import { channel } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { createServer, type Limits, type ServerLimits } from "../../../runtime/index.ts";
import { playRole } from "../../processes/role.ts";
import { Lab } from "../../runtime/fixture/lab.ts";
import { echoing } from "../../runtime/fixture/world.ts";
import { Crowd } from "./crowd.ts";

/** What a server under attack tells of itself. */
export interface VictimState {
  /** Handlers that have begun and not ended. */
  readonly handlers: number;
  readonly mostHandlers: number;
  /** What should not be there: members of prototypes, globals. */
  readonly pollution: readonly string[];
}

const bigReply = { data: new Uint8Array(1024 * 1024) };
const classes = [Object, Array, Function, String, Promise];

/** The process under attack: a server with its defaults, compression on, whose handlers also hang, stream without end and answer at length. */
export function playVictim(): void {
  const before = visibleNames();
  const state = { handlers: 0, mostHandlers: 0 };
  let onQuiet: (() => void)[] = [];
  const ends = countEnds();

  async function hang(signal: AbortSignal): Promise<void> {
    state.handlers++;
    state.mostHandlers = Math.max(state.mostHandlers, state.handlers);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (--state.handlers > 0) return;
    for (const resolve of onQuiet) resolve();
    onQuiet = [];
  }

  playRole({
    async listen(limits: Partial<Limits & ServerLimits>): Promise<number> {
      const server = createServer({ limits, compression: true, onError: () => undefined });
      server.add(Crowd, {
        async gather({ people }, { signal }) {
          await hang(signal);
          people.length = 0;
        },
      });
      server.add(Lab, {
        ...echoing,
        async echo(note, { signal }) {
          if (note.text === "hang") await hang(signal);
          return note.text === "big" ? bigReply : note;
        },
        async *list({ text }) {
          for (;;) yield { text, data: bigReply.data.subarray(0, 16_000) };
        },
      });
      const address = await server.listen("tcp://127.0.0.1:0");
      return Number(address.split(":").at(-1));
    },
    look(): VictimState {
      const now = visibleNames();
      return { ...state, pollution: [...now].filter((name) => !before.has(name)) };
    },
    disconnected: (count: number) => ends.reached(count),
    /** Answers once no handler hangs. */
    quiet: () => (state.handlers === 0 ? undefined : new Promise<void>((resolve) => onQuiet.push(resolve))),
  });
}

const patienceMs = 25_000;

/** Counts sockets of this process that have ended. */
function countEnds(): { reached(count: number): Promise<void> } {
  let ended = 0;
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  channel("net.server.socket").subscribe((message) => {
    (message as { readonly socket: Socket }).socket.once("close", () => {
      ended++;
      for (const { count, resolve } of waiting) if (ended >= count) resolve();
      waiting = waiting.filter(({ count }) => ended < count);
    });
  });
  return {
    reached: (count) =>
      new Promise((resolve) => {
        if (ended >= count) return resolve();
        waiting.push({ count, resolve });
        setTimeout(resolve, patienceMs).unref();
      }),
  };
}

function visibleNames(): Set<string> {
  const names = classes.flatMap(({ name, prototype }) =>
    Reflect.ownKeys(prototype as object).map((key) => `${name}.${String(key)}`),
  );
  return new Set([...names, ...Reflect.ownKeys(globalThis).map(String)]);
}
