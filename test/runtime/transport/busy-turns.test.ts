/** Sockets of a thread whose every turn is long already: all input is held back and comes slice by slice. */
import { createServer, type Server, Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { record } from "../../../runtime/testing/suites/transport-recorder.ts";
import { SocketTransport } from "../../../runtime/transport/socket-transport.ts";
import { TurnShare, turnShare } from "../../../runtime/transport/turn-share.ts";
import { createStoppedClock } from "../fixture/stopped-clock.ts";
import { createWorld } from "../fixture/world.ts";

const options = { localAddress: "a", peerAddress: "b", isPrivate: true };

/** Each look at the clock is 20 ms after the one before. */
function busyShare(): TurnShare {
  let nowMs = 0;
  return new TurnShare({ ...createStoppedClock(), now: () => (nowMs += 20) });
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  vi.restoreAllMocks();
});

interface Pair {
  readonly transport: SocketTransport;
  readonly peer: Socket;
  readonly share: TurnShare;
}

async function pair(): Promise<Pair> {
  let arrive = (_socket: Socket): void => undefined;
  const arrival = new Promise<Socket>((resolve) => (arrive = resolve));
  const server = createServer((socket) => arrive(socket));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const peer = new Socket().connect({ host: "127.0.0.1", port: (server.address() as { port: number }).port });
  const share = busyShare();
  const transport = new SocketTransport(await arrival, options, share);
  transport.listenToData();
  return { transport, peer, share };
}

const content = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);

test("all bytes come in order, and the end after them", async () => {
  const { transport, peer } = await pair();
  const seen = record(transport);
  peer.end(content);
  expect(Buffer.compare(await seen.bytes(content.length), content)).toBe(0);
  expect(await seen.closed()).toBeUndefined();
  expect(seen.byteLength()).toBe(content.length);
});

test("bytes that wait are read before the loss of the connection is told, in turns like all others", async () => {
  const { transport } = await pair();
  const seen = record(transport);
  transport.receive(content.subarray(0, 1_000));
  expect(transport.isBehind).toBe(true);
  transport.onError(new Error("reset"));
  transport.onClose();
  expect(seen.byteLength()).toBe(256);
  expect(await seen.closed()).toMatchObject({ message: "reset" });
  expect(seen.byteLength()).toBe(1_000);
  expect(transport.isBehind).toBe(false);
  transport.abort();
});

/** Starts the transport. Resolves once `count` slices have come. */
function takeSlices(transport: SocketTransport, count: number, take: (length: number) => void): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    transport.start({
      onData({ length }) {
        take(length);
        if (--left === 0) resolve();
      },
      onDrain: () => undefined,
      onClose: () => undefined,
    });
  });
}

test("what is handed over later says how long it waited, and nothing else does", async () => {
  const { transport, share } = await pair();
  let nowMs = 5;
  vi.spyOn(share, "now").mockImplementation(() => nowMs);
  const room = vi.spyOn(share, "hasRoom").mockReturnValue(false);
  const waited: number[] = [];
  const done = takeSlices(transport, 2, () => waited.push(transport.waitedMs));
  transport.receive(new Uint8Array(300));
  nowMs = 45;
  await done;
  expect([waited, transport.waitedMs]).toEqual([[40, 40], 0]);
  room.mockReturnValue(true);
  transport.receive(content.subarray(0, 10));
  expect(waited).toEqual([40, 40, 0]);
  transport.abort();
});

test("a socket is read on while little of it waits, each piece since it came", async () => {
  const { transport, share } = await pair();
  let nowMs = 0;
  vi.spyOn(share, "now").mockImplementation(() => nowMs);
  vi.spyOn(share, "hasRoom").mockReturnValue(false);
  const seen: [number, number][] = [];
  const done = takeSlices(transport, 3, (length) => seen.push([length, transport.waitedMs]));
  const takesMore: boolean[] = [];
  for (const bytes of [100, 100, 4_000]) {
    takesMore.push(transport.receive(new Uint8Array(bytes)));
    nowMs += 10;
  }
  expect(takesMore).toEqual([true, true, false]);
  await done;
  expect(seen).toEqual([
    [100, 30],
    [100, 20],
    [256, 10],
  ]);
  transport.abort();
});

test("a socket whose bytes come one by one is not read on for ever", async () => {
  const { transport, share } = await pair();
  vi.spyOn(share, "hasRoom").mockReturnValue(false);
  const seen = record(transport);
  const takesMore = Array.from({ length: 16 }, () => transport.receive(new Uint8Array(1)));
  expect([takesMore.indexOf(false), takesMore.lastIndexOf(true)]).toEqual([15, 14]);
  await seen.bytes(16);
  transport.abort();
});

test("the first line of what waits is handed over by itself", async () => {
  const { transport, share } = await pair();
  vi.spyOn(share, "hasRoom").mockReturnValue(false);
  const lengths: number[] = [];
  const done = takeSlices(transport, 2, (length) => lengths.push(length));
  transport.receive(Buffer.from("hello\nworld\n!"));
  await done;
  expect(lengths).toEqual([6, 7]);
  transport.abort();
});

test.each(["tcp://127.0.0.1:0", `unix:///tmp/rpcgen-arrival-${process.pid}.sock`])(
  "the share is told of each connection that comes to %s",
  async (address) => {
    const onArrival = vi.spyOn(turnShare, "onArrival");
    await using world = await createWorld({ address });
    await world.lab.echo({ text: "x" });
    expect(onArrival).toHaveBeenCalledTimes(1);
  },
);

/** Bytes that a share believes to be held back. */
function watchHeld(share: TurnShare): () => number {
  const [hold, release] = [vi.spyOn(share, "hold"), vi.spyOn(share, "release")];
  const sum = ({ mock }: typeof hold): number => mock.calls.reduce((bytes, [more]) => bytes + more, 0);
  return () => sum(hold) - sum(release);
}

test("what waits is forgotten when the socket closes under a transport that is paused", async () => {
  const { transport, share } = await pair();
  const held = watchHeld(share);
  const seen = record(transport);
  transport.pause();
  transport.receive(content.subarray(0, 1_000));
  transport.receive(content.subarray(0, 1_000));
  expect(held()).toBe(1_744);
  transport.onClose();
  expect(held()).toBe(0);
  await seen.closed();
  transport.resume();
  transport.abort();
});

test("what waits is forgotten when the socket closes before it was started", async () => {
  const { transport, share } = await pair();
  const held = watchHeld(share);
  transport.receive(content.subarray(0, 1_000));
  transport.onClose();
  expect(held()).toBe(0);
  const seen = record(transport);
  await seen.closed();
  expect(seen.byteLength()).toBe(0);
});

test.each(["pause", "close", "abort"] as const)(
  "the end is told when %s comes after it, and nothing more",
  async (end) => {
    const { transport, share } = await pair();
    const held = watchHeld(share);
    const seen = record(transport);
    transport.receive(content.subarray(0, 1_000));
    transport.onClose();
    transport[end]();
    expect(await seen.closed()).toBeUndefined();
    expect([seen.byteLength(), held()]).toEqual([256, 0]);
  },
);

test("a transport that is paused takes nothing, and goes on where it stopped", async () => {
  const { transport, peer } = await pair();
  let length = 0;
  let paused = 0;
  const done = new Promise<void>((resolve) => {
    transport.start({
      onData(bytes) {
        length += bytes.length;
        if (length === content.length) resolve();
        if (paused >= 5) return;
        paused++;
        transport.pause();
        expect(transport.isBehind).toBe(false);
        const before = length;
        setImmediate(() => {
          expect(length).toBe(before);
          transport.resume();
        });
      },
      onDrain: () => undefined,
      onClose: () => undefined,
    });
  });
  peer.write(content);
  await done;
  expect(paused).toBe(5);
  transport.abort();
});

test.each(["close", "abort"] as const)("nothing comes after %s, and what waited is forgotten", async (end) => {
  const { transport, peer, share } = await pair();
  peer.on("error", () => undefined);
  peer.resume();
  const release = vi.spyOn(share, "release");
  const seen = record(transport);
  transport.receive(content.subarray(0, 1_000));
  transport[end]();
  expect(release.mock.calls).toEqual([[744]]);
  await seen.closed();
  expect(seen.byteLength()).toBe(256);
});

test("calls, streams and one-way calls of a busy thread all come to their ends", async () => {
  // Room for nobody: every byte of both sides waits for its turn.
  vi.spyOn(turnShare, "hasRoom").mockReturnValue(false);
  const tracked = new Set<number>();
  let done = (): void => undefined;
  const allTracked = new Promise<void>((resolve) => (done = resolve));
  await using world = await createWorld({
    address: "tcp://127.0.0.1:0",
    handlers: {
      track({ count }) {
        tracked.add(count);
        if (tracked.size === 200) done();
      },
    },
  });
  const counts = Array.from({ length: 200 }, (_, count) => count);
  const data = content.subarray(0, 20_000);
  const replies = await Promise.all(counts.map((count) => world.lab.echo({ text: "x", count, data })));
  expect(replies.map(({ count }) => count)).toEqual(counts);
  expect(replies.every((reply) => Buffer.compare(reply.data, data) === 0)).toBe(true);
  const items: number[] = [];
  for await (const { count } of world.lab.list({ text: "y", count: 300 })) items.push(count);
  expect(items).toHaveLength(300);
  await Promise.all(counts.map((count) => world.lab.track({ count })));
  await allTracked;
});
