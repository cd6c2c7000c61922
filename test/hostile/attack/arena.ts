import type { Limits, ServerLimits } from "../../../runtime/index.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";
import { defaultServerLimits } from "../../../runtime/server/server-options.ts";
import { type RawSocket, openRaw, shakeRaw } from "./raw.ts";

/** All limits of a server. */
export type AllLimits = Limits & ServerLimits;

/** Those that a server has when it is told none. */
export const usualLimits: AllLimits = { ...defaultLimits, ...defaultServerLimits };

/** Where an attack takes place. */
export interface Arena {
  readonly port: number;
  /** Of the server. */
  readonly limits: AllLimits;
  /** What is left of a full size in a small run, at least 1. */
  size(full: number): number;
  /** A connection that has said nothing. */
  open(): Promise<RawSocket>;
  /** A connection of ours after its handshake. */
  shake(): Promise<RawSocket>;
  /** Many of either. */
  many(count: number, make: () => Promise<RawSocket>): Promise<RawSocket[]>;
  /** A call of the good client. */
  check(): Promise<void>;
  /** Resolves when the server let go of so many connections, or after long enough. */
  disconnected(count: number): Promise<void>;
  /** Everything that was opened here. */
  readonly sockets: readonly RawSocket[];
}

/** What an attack found out by itself. */
export interface Finding {
  readonly text: string;
  readonly isFine: boolean;
}

/** One way to hurt a server. */
export interface Attack {
  readonly name: string;
  /** What is done, for the table. */
  readonly how: string;
  /** What the server's limits let peers fill, where the attack is about that. Default: 0. */
  readonly budgetBytes?: (limits: AllLimits) => number;
  /** Connections whose handlers run at a time. Default: 1. */
  readonly connectionsAtOnce?: number;
  /** Does it. The measuring around it is the same for all. */
  run(arena: Arena): Promise<Finding | undefined>;
}

/** Opened at a time: more would only fill the backlog of the listening socket. */
const batch = 100;

/** What an arena asks of the processes around it. */
export type Surroundings = Pick<Arena, "check" | "disconnected" | "limits">;

export function createArena(port: number, scale: number, around: Surroundings): Arena & { resetAll(): void } {
  const sockets: RawSocket[] = [];

  async function keep(opening: Promise<RawSocket>): Promise<RawSocket> {
    const socket = await opening;
    sockets.push(socket);
    return socket;
  }

  return {
    ...around,
    port,
    sockets,
    size: (full) => Math.max(1, Math.round(full * scale)),
    open: () => keep(openRaw(port)),
    shake: () => keep(shakeRaw(port)),
    async many(count, make) {
      const all: RawSocket[] = [];
      while (all.length < count)
        all.push(...(await Promise.all(Array.from({ length: Math.min(batch, count - all.length) }, make))));
      return all;
    },
    resetAll() {
      for (const socket of sockets) socket.reset();
    },
  };
}

/** All of these were closed by the server, and how long the last one took. */
export async function allClosed(sockets: readonly RawSocket[], sinceMs: number, limitMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([Promise.all(sockets.map(({ closed }) => closed)), limit]);
  clearTimeout(timer);
  const closed = sockets.filter((socket) => socket.isClosed()).length;
  const seconds = ((performance.now() - sinceMs) / 1_000).toFixed(1);
  return { text: `${closed}/${sockets.length} closed after ${seconds} s`, isFine: closed === sockets.length };
}

/** Writes the same bytes again and again until enough was written or the server is gone. */
export async function flood(socket: RawSocket, bytes: (turn: number) => Uint8Array, turns: number): Promise<void> {
  for (let turn = 0; turn < turns && !socket.isClosed(); turn++) await socket.write(bytes(turn));
}

/** Resolves when the socket is closed, or true words came from the server for long enough that it will not be. */
export async function closedWithin(socket: RawSocket, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([socket.closed, limit]);
  clearTimeout(timer);
  return socket.isClosed();
}
