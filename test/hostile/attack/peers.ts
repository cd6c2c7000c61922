import { startProgram } from "../../processes/role.ts";
import { type Attack, allClosed, createArena, usualLimits } from "./arena.ts";
import { memoryOf } from "./battle.ts";
import { noise } from "./attacks.ts";
import { openRaw } from "./raw.ts";

/** What a server did about strangers who never get as far as a call. */
export interface PeerBattle {
  readonly peer: string;
  readonly attack: string;
  readonly text: string;
  readonly peakBytes: number;
  /** How its process ended, if it did. */
  readonly ended: string | undefined;
  /** A good client was answered afterwards. */
  readonly answers: boolean;
}

export const peerNames = ["rpcgen", "grpc", "connect", "trpc-ws", "thrift", "capnweb"] as const;

/** Milliseconds that idlers are watched. */
const watchMs = 15_000;

/** Attacks that mean the same everywhere: no protocol is spoken in them. */
export const plainAttacks: readonly Attack[] = [
  {
    name: "silent connections",
    how: "200 connections that say nothing",
    async run(arena) {
      const since = performance.now();
      return allClosed(await arena.many(200, arena.open), since, watchMs);
    },
  },
  {
    name: "garbage",
    how: "500 connections, 64 KB of noise each",
    async run(arena) {
      const since = performance.now();
      const sockets = await arena.many(500, arena.open);
      await Promise.all(
        sockets.map((socket, turn) => Promise.race([socket.write(noise(65_536, turn + 1)), socket.closed])),
      );
      return allClosed(sockets, since, watchMs);
    },
  },
  {
    name: "reset storm",
    how: "5,000 connections that are reset at once",
    async run(arena) {
      for (let opened = 0; opened < 5_000; opened += 50)
        await Promise.all(Array.from({ length: 50 }, async () => (await openRaw(arena.port)).reset()));
      return undefined;
    },
  },
];

/** @param program `test/bench/calls/process.mjs`: every peer as its documents show it, with its defaults */
export async function fightPeer(peer: string, attack: Attack, program: string): Promise<PeerBattle> {
  const server = startProgram(program, [peer, "server"]);
  const client = startProgram(program, [peer, "client"]);
  let ended: string | undefined;
  void server.ended.then((how) => (ended = how));
  try {
    const address = await server.request<string>("startServer");
    const port = Number(/\d{4,5}/.exec(address)?.[0]);
    const before = memoryOf(server.pid, "VmRSS");
    const none = (): Promise<void> => Promise.resolve();
    const arena = createArena(port, 1, { limits: usualLimits, check: none, disconnected: none });
    const finding = await attack.run(arena);
    arena.resetAll();
    const answers = await isAnswered(client, address);
    const peakBytes = ended === undefined ? memoryOf(server.pid, "VmHWM") - before : -1;
    return { peer, attack: attack.name, text: finding?.text ?? "", peakBytes, ended, answers };
  } finally {
    await Promise.all([client.stop(), server.stop()]);
  }
}

const answerMs = 10_000;

async function isAnswered(client: ReturnType<typeof startProgram>, address: string): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), answerMs)));
  const call = client
    .request("connect", address)
    .then(() => client.request("check", { bytes: 32 }))
    .then(
      () => true,
      () => false,
    );
  const answers = await Promise.race([call, limit]);
  clearTimeout(timer);
  return answers;
}
