import { gzipSync } from "node:zlib";
import { FrameFlag, FrameKind, Serialization } from "../../../runtime/protocol/frame.ts";
import { peopleOf } from "./crowd.ts";
import { type AllLimits, type Arena, type Attack, allClosed, closedWithin, type Finding, flood } from "./arena.ts";
import { frame, note, openRaw, option, request, type RawSocket } from "./raw.ts";

/** Longer than any limit of time at its default, with the time that a busy machine takes. */
const patienceMs = 25_000;
const hang = note("hang");
const pieceBytes = 60_000;

/** Requests that follow each other, each in the lane of its number. */
function requests(from: number, count: number, parts: Parameters<typeof request>[2]): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, at) => request(from + at, (from + at) % 60_000, parts)));
}

function repeat(bytes: Uint8Array, count: number): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, () => bytes));
}

/** A flood on one connection that the server must end. */
function endsFlood(name: string, how: string, bytes: () => Uint8Array, frames: number): Attack {
  return {
    name,
    how,
    async run(arena) {
      const socket = await arena.shake();
      const piece = bytes();
      const perPiece = 100;
      await flood(socket, () => piece, Math.ceil(frames / perPiece));
      const isClosed = await closedWithin(socket, 5_000);
      return { text: isClosed ? "closed by the server" : "still open", isFine: isClosed };
    },
  };
}

async function idle(arena: Arena, make: () => Promise<RawSocket>, bytes: Uint8Array): Promise<Finding> {
  const sockets = await arena.many(arena.size(200), make);
  const since = performance.now();
  await Promise.all(sockets.map((socket) => socket.write(bytes)));
  return allClosed(sockets, since, patienceMs);
}

/** Replies of 1 MB that each of them asks for. */
const bigReplies = 30;
/** In a small run too, whose budgets are small, they ask for far more than those. */
const leastAskers = 10;

/** So many connections fill what replies may take in all; the others get errors in their place. */
function fillingConnections({ maxTotalOutboundBytes }: AllLimits): number {
  return Math.max(1, Math.floor(maxTotalOutboundBytes / (bigReplies * 1024 * 1024)));
}

/** Asks for far more than it takes. What the server closed shows only when the socket is read again. */
async function askWithoutReading(arena: Arena, prepare: (socket: RawSocket) => void): Promise<Finding> {
  const sockets = await arena.many(Math.max(leastAskers, arena.size(50)), arena.shake);
  for (const socket of sockets) prepare(socket);
  const bytes = requests(1, bigReplies, { method: "Echo", body: note("big") });
  const since = performance.now();
  await Promise.all(sockets.map((socket) => socket.write(bytes)));
  await arena.disconnected(Math.min(sockets.length, fillingConnections(arena.limits)));
  for (const { socket } of sockets) socket.resume();
  const { text } = await allClosed(sockets, since, 1_000);
  return { text: `${text}; errors for the others`, isFine: sockets.some((socket) => socket.isClosed()) };
}

/** Calls of the good client later, the server has done what it was going to do. */
async function settled(arena: Arena): Promise<void> {
  for (let calls = 0; calls < 50; calls++) await arena.check();
}

/** As {@link settled}, where the good client is served before those who ask for much: until they get no more answers beside its calls. */
async function answered(arena: Arena, sockets: readonly RawSocket[]): Promise<void> {
  const received = (): number => sockets.reduce((sum, socket) => sum + socket.received(), 0);
  let before = -1;
  while (before !== received()) {
    before = received();
    await settled(arena);
    await settled(arena);
  }
}

/** Strangers: connections that speak something else, or nothing sensible. */
function strangers(name: string, how: string, bytes: (turn: number) => Uint8Array): Attack {
  return {
    name,
    how,
    async run(arena) {
      const since = performance.now();
      const sockets = await arena.many(arena.size(500), arena.open);
      await Promise.all(sockets.map((socket, turn) => socket.write(bytes(turn))));
      return allClosed(sockets, since, patienceMs);
    },
  };
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed * 2_654_435_761 + 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24);
}

const upgrade = Buffer.from(
  "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
);
const largeHeader = Buffer.alloc(32_000, Buffer.from([0x8a, 4, 1, 0x61, 0x62, 0x63]));

export const attacks: readonly Attack[] = [
  {
    name: "none",
    how: "the good client alone, to compare with",
    async run(arena) {
      for (let times = 0; times < arena.size(40); times++) await settled(arena);
      return undefined;
    },
  },
  {
    name: "half handshakes",
    how: "200 connections, one begun word each",
    run: (arena) => idle(arena, arena.open, option.subarray(0, 20)),
  },
  {
    name: "silent connections",
    how: "200 connections that say nothing",
    run: (arena) => idle(arena, arena.open, new Uint8Array(0)),
  },
  {
    name: "half frames",
    how: "200 connections, a frame that stops in the middle",
    run: (arena) =>
      idle(arena, arena.shake, request(1, 1, { method: "Echo", body: Buffer.alloc(1_000) }).subarray(0, 500)),
  },
  {
    name: "huge lengths",
    how: "200 connections, a frame that declares 4 GiB",
    run: (arena) => {
      const bytes = Buffer.from(request(1, 1, { method: "Echo", body: Buffer.alloc(100) }));
      bytes.fill(0xff, 14, 20);
      return idle(arena, arena.shake, bytes);
    },
  },
  {
    name: "unfinished messages",
    budgetBytes: ({ maxInboundBytes }) => maxInboundBytes,
    how: "50 connections, 8 messages each of which a part arrives and the rest never",
    async run(arena) {
      const sockets = await arena.many(arena.size(50), arena.shake);
      const body = Buffer.alloc(pieceBytes);
      const begin = (lane: number): Uint8Array =>
        request(lane, lane, { method: "Echo", body, flags: FrameFlag.moreFollows });
      const bytes = Buffer.concat(Array.from({ length: 8 }, (_, at) => begin(at + 1)));
      await Promise.all(sockets.map((socket) => socket.write(bytes)));
      return undefined;
    },
  },
  {
    name: "decompression bombs",
    budgetBytes: ({ maxRequestBytes }) => maxRequestBytes,
    how: "500 calls of 64 KB that decompress to 64 MB",
    async run(arena) {
      const body = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
      const socket = await arena.shake();
      const flags = FrameFlag.endOfStream | 1;
      await flood(socket, (turn) => request(turn + 1, turn + 1, { method: "Echo", body, flags }), arena.size(500));
      await closedWithin(socket, 1_000);
      return { text: `${socket.received()} bytes of replies`, isFine: socket.received() > 0 };
    },
  },
  {
    name: "short requests that become large",
    budgetBytes: ({ maxInboundBytes }) => maxInboundBytes,
    how: "8 connections, 100 calls of 40 KB on each that become 7 MB, whose handlers never answer",
    async run(arena) {
      const sockets = await arena.many(8, arena.shake);
      const body = peopleOf(20_000);
      const calls = arena.size(100);
      await Promise.all(
        sockets.map((socket) =>
          flood(socket, (turn) => request(turn + 1, turn + 1, { method: "Gather", body }), calls),
        ),
      );
      await answered(arena, sockets);
      return undefined;
    },
  },
  {
    name: "deep nesting, binary",
    how: "2,000 calls with 60,000 groups in each other",
    async run(arena) {
      const socket = await arena.shake();
      const body = Buffer.alloc(pieceBytes, 0x7b);
      await flood(socket, (turn) => request(turn + 1, turn % 500, { method: "Echo", body }), arena.size(2_000));
      return undefined;
    },
  },
  {
    name: "deep nesting, JSON",
    how: "500 calls with 60,000 arrays in each other",
    async run(arena) {
      const socket = await arena.shake();
      const body = Buffer.from(`{"text":${"[".repeat(pieceBytes)}`);
      const serialization = Serialization.json;
      await flood(
        socket,
        (turn) => request(turn + 1, turn % 500, { method: "Echo", body, serialization }),
        arena.size(500),
      );
      return undefined;
    },
  },
  {
    name: "slow readers of streams",
    budgetBytes: ({ maxTotalOutboundBytes }) => maxTotalOutboundBytes,
    how: "50 connections, 100 endless streams each, nothing is read",
    async run(arena) {
      const sockets = await arena.many(arena.size(50), arena.shake);
      for (const socket of sockets) socket.stopReading();
      const bytes = requests(1, 100, { method: "List", body: note("x") });
      await Promise.all(sockets.map((socket) => socket.write(bytes)));
      await settled(arena);
      return undefined;
    },
  },
  {
    name: "slow readers of replies",
    budgetBytes: ({ maxTotalOutboundBytes }) => maxTotalOutboundBytes,
    how: "50 connections, 30 calls with replies of 1 MB each, nothing is read",
    run: (arena) => askWithoutReading(arena, (socket) => socket.stopReading()),
  },
  {
    name: "replies without credit",
    budgetBytes: ({ maxTotalOutboundBytes }) => maxTotalOutboundBytes,
    how: "50 connections, 30 calls with replies of 1 MB each, all is read and no credit given",
    run: (arena) => askWithoutReading(arena, () => undefined),
  },
  {
    name: "hung calls",
    how: "50,000 calls on one connection whose handlers never answer",
    async run(arena) {
      const socket = await arena.shake();
      const perPiece = 500;
      const pieces = Math.ceil(arena.size(50_000) / perPiece);
      await flood(socket, (turn) => requests(1 + turn * perPiece, perPiece, { method: "Echo", body: hang }), pieces);
      return undefined;
    },
  },
  {
    name: "open and cancel",
    how: "100,000 calls on one connection, each cancelled at once (rapid reset)",
    async run(arena) {
      const socket = await arena.shake();
      const perPiece = 500;
      const pair = (sequence: number): Uint8Array =>
        Buffer.concat([
          request(sequence, sequence % 500, { method: "Echo", body: hang }),
          frame({ kind: FrameKind.cancel, sequence, lane: sequence % 500 }),
        ]);
      const piece = (turn: number): Uint8Array =>
        Buffer.concat(Array.from({ length: perPiece }, (_, at) => pair(1 + turn * perPiece + at)));
      await flood(socket, piece, Math.ceil(Math.max(3_000, arena.size(100_000)) / perPiece));
      const isClosed = await closedWithin(socket, 5_000);
      return { text: isClosed ? "closed by the server" : "still open", isFine: isClosed };
    },
  },
  endsFlood("pings", "100,000 pings on one connection", () => repeat(frame({ kind: FrameKind.ping }), 100), 100_000),
  endsFlood(
    "settings",
    "100,000 settings on one connection",
    () => repeat(frame({ kind: FrameKind.settings, serialization: Serialization.json, body: Buffer.from("{}") }), 100),
    100_000,
  ),
  endsFlood(
    "frames to skip",
    "100,000 frames of a kind that may be skipped",
    () => repeat(frame({ kind: 0xf0 }), 100),
    100_000,
  ),
  endsFlood(
    "empty chunks",
    "a message in 100,000 chunks without a byte",
    () => repeat(request(1, 1, { method: "Echo", flags: FrameFlag.moreFollows }), 100),
    100_000,
  ),
  {
    name: "metadata floods",
    how: "20,000 calls with 32,000 bytes of header each",
    async run(arena) {
      const socket = await arena.shake();
      await flood(
        socket,
        (turn) => request(turn + 1, turn % 500, { method: "Echo", header: largeHeader }),
        arena.size(20_000),
      );
      return undefined;
    },
  },
  {
    name: "reset storm, in the handshake",
    how: "5,000 connections that are reset before or in their handshake",
    async run(arena) {
      for (let opened = 0; opened < arena.size(5_000); opened += 50) {
        await Promise.all(
          Array.from({ length: 50 }, async (_, at) => {
            const socket = await openRaw(arena.port);
            if (at % 2 === 0) await socket.write(option.subarray(0, 1 + (at % option.length)));
            socket.reset();
          }),
        );
      }
      return undefined;
    },
  },
  {
    name: "reset storm, with calls",
    connectionsAtOnce: 20,
    how: "1,000 connections, 20 hanging calls on each, then a reset",
    async run(arena) {
      const bytes = requests(1, 20, { method: "Echo", body: hang });
      for (let opened = 0; opened < arena.size(1_000); opened += 20) {
        const sockets = await arena.many(20, arena.shake);
        await Promise.all(sockets.map((socket) => socket.write(bytes)));
        for (const socket of sockets) socket.reset();
      }
      return undefined;
    },
  },
  strangers("garbage", "500 connections, 64 KB of noise each", (turn) => noise(65_536, turn + 1)),
  {
    name: "garbage after the handshake",
    how: "500 connections, 64 KB of noise each where frames should be",
    async run(arena) {
      const since = performance.now();
      const sockets = await arena.many(arena.size(500), arena.shake);
      await Promise.all(sockets.map((socket, turn) => socket.write(noise(65_536, turn + 1))));
      return allClosed(sockets, since, patienceMs);
    },
  },
  strangers("HTTP/1", "500 requests with heads that never end", (turn) =>
    Buffer.from(`GET /${turn} HTTP/1.1\r\n${"x: y\r\n".repeat(5_000)}`),
  ),
  strangers("HTTP/2", "500 prefaces with noise behind them", (turn) =>
    Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), noise(20_000, turn + 1)]),
  ),
  strangers("TLS", "500 hellos on a port without TLS", (turn) =>
    Buffer.concat([Buffer.from([22, 3, 1, 2, 0]), noise(512, turn + 1)]),
  ),
  strangers("WebSocket garbage", "500 upgrades with noise behind them", (turn) =>
    Buffer.concat([upgrade, noise(65_536, turn + 1)]),
  ),
  strangers("WebSocket lengths", "500 upgrades, a frame that declares 2^63 bytes", () =>
    Buffer.concat([
      upgrade,
      Buffer.from([0x82, 0xff, 0x7f, ...Array.from({ length: 11 }, () => 0xff)]),
      Buffer.alloc(100),
    ]),
  ),
];
