import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFaultProxy, type FaultProxy } from "../../../runtime/testing/index.ts";

/** Sends back what it gets, and remembers how much came in how many pieces. */
let server: Server;
let proxy: FaultProxy;
const accepted: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => socket.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy = await createFaultProxy({ target: `tcp://127.0.0.1:${portOf(server)}` });
});

afterEach(async () => {
  await proxy.close();
  for (const socket of accepted.splice(0)) socket.destroy();
  server.close();
});

function portOf(listening: Server): number {
  const address = listening.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

interface Peer {
  readonly socket: Socket;
  /** Resolves once so many bytes came. */
  got(count: number): Promise<Buffer>;
  /** `end` or the code of the error. */
  readonly ended: Promise<string>;
}

async function join(): Promise<Peer> {
  const socket = connect({ port: Number(proxy.address.split(":").at(-1)), host: "127.0.0.1" });
  let all = Buffer.alloc(0);
  const ended = new Promise<string>((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    socket.once("end", () => resolve("end"));
  });
  socket.on("data", (bytes) => (all = Buffer.concat([all, bytes])));
  await new Promise((resolve) => socket.once("connect", resolve).once("error", resolve));
  return {
    socket,
    ended,
    got: (count) =>
      new Promise((resolve) => {
        const look = (): void => void (all.length >= count && resolve(all));
        socket.on("data", look);
        look();
      }),
  };
}

test("bytes go through unchanged, cut and late as the faults say", async () => {
  proxy.faults = { maxPieceBytes: 3, delayMs: () => 1 };
  const { socket, got } = await join();
  const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 251));
  socket.write(bytes);
  expect((await got(1_000)).equals(bytes)).toBe(true);
  socket.destroy();
});

test("large amounts go through a slow link in order, while both ends hold the other up", async () => {
  proxy.faults = { bytesPerMs: 100_000 };
  const { socket, got } = await join();
  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
  socket.write(bytes);
  expect((await got(bytes.length)).equals(bytes)).toBe(true);
  socket.destroy();
});

test("what a black hole holds back comes when it is healed, and connections made meanwhile are silent too", async () => {
  const { socket, got } = await join();
  socket.write("one");
  await got(3);
  proxy.blackHole("to_client");
  socket.write("two");
  const late = await join();
  late.socket.write("late");
  // The server has seen both: what follows is only what the proxy holds.
  for (const one of accepted) if (one.bytesRead === 0) await new Promise((resolve) => one.once("data", resolve));
  expect([socket.bytesRead, late.socket.bytesRead]).toEqual([3, 0]);
  await proxy.heal();
  expect((await got(6)).toString()).toBe("onetwo");
  expect((await late.got(4)).toString()).toBe("late");
  expect(proxy.connections).toBe(2);
});

test("a cut ends connections politely, a reset does not", async () => {
  const polite = await join();
  proxy.cut();
  expect(await polite.ended).toBe("end");
  const rude = await join();
  rude.socket.write("x");
  await rude.got(1);
  proxy.reset();
  expect(await rude.ended).toBe("ECONNRESET");
  expect(proxy.connections).toBe(0);
});

test("a proxy that refuses lets nobody in until it is healed, at the same address", async () => {
  const { address } = proxy;
  await proxy.refuse();
  expect(await (await join()).ended).toBe("ECONNREFUSED");
  await proxy.heal();
  expect(proxy.address).toBe(address);
  const { socket, got } = await join();
  socket.write("back");
  expect((await got(4)).toString()).toBe("back");
  socket.destroy();
});

test("only tcp has a proxy", async () => {
  await expect(createFaultProxy({ target: "unix:/tmp/a" })).rejects.toThrow('found "unix:/tmp/a"');
});
