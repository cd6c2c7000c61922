/** What the shared suite cannot ask of every transport. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { record } from "../../../runtime/testing/suites/transport-recorder.ts";
import { type Address, parseAddress } from "../../../runtime/transport/address.ts";
import { memoryTransport } from "../../../runtime/transport/memory.ts";
import { tcpTransport } from "../../../runtime/transport/tcp.ts";
import type { Transport, TransportListener } from "../../../runtime/transport/transport.ts";
import { SocketTransport } from "../../../runtime/transport/socket-transport.ts";
import { unixTransport } from "../../../runtime/transport/unix.ts";
import { builtinTransports, transportFor } from "../../../runtime/transport/builtin.ts";

interface Pair {
  readonly client: Transport;
  readonly server: Transport;
  readonly listener: TransportListener;
  [Symbol.asyncDispose](): Promise<void>;
}

async function connectTcp(): Promise<Pair> {
  let arrive = (_transport: Transport): void => undefined;
  const arrival = new Promise<Transport>((resolve) => (arrive = resolve));
  const listener = await tcpTransport.listen(parseAddress("tcp://127.0.0.1:0"), arrive);
  const client = await tcpTransport.connect(parseAddress(listener.address), { timeoutMs: 5_000 });
  const server = await arrival;
  return {
    client,
    server,
    listener,
    async [Symbol.asyncDispose]() {
      client.abort();
      server.abort();
      await listener.close();
    },
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("bytes that come before the start are kept, although the system uses their memory again", async () => {
  const socket = new Socket();
  const transport = new SocketTransport(socket, { localAddress: "a", peerAddress: "b", isPrivate: true });
  const reused = Buffer.from("early");
  transport.receive(reused);
  reused.fill(0);
  const seen: string[] = [];
  transport.start({
    onData: (part) => void seen.push(Buffer.from(part).toString()),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  await turns();
  expect(seen).toEqual(["early"]);
  transport.abort();
});

test("a client's socket waits for no acknowledgement before it sends a second piece, and notices a peer that is gone", async () => {
  const noDelay = vi.spyOn(Socket.prototype, "setNoDelay");
  const keepAlive = vi.spyOn(Socket.prototype, "setKeepAlive");
  await using pair = await connectTcp();
  expect(pair.client.peerAddress).toBe(pair.server.localAddress);
  // Once for the client; the listening socket sets it by itself for those that it accepts.
  expect(noDelay.mock.calls).toContainEqual([true]);
  expect(keepAlive.mock.calls).toContainEqual([true, 30_000]);
  vi.restoreAllMocks();
});

test("an attempt that gets no answer fails when its time is up", async () => {
  // A listener whose queue is full: the system leaves further attempts without an answer, or the address is unreachable at once.
  const attempt = tcpTransport.connect(parseAddress("tcp://192.0.2.1:9"), { timeoutMs: 50 });
  await expect(attempt).rejects.toMatchObject({
    reason: "connect_failed",
    message: expect.stringContaining("tcp://192.0.2.1:9"),
  });
});

test("an attempt may be cancelled while it waits", async () => {
  const controller = new AbortController();
  const attempt = tcpTransport.connect(parseAddress("tcp://127.0.0.1:9"), {
    timeoutMs: 5_000,
    signal: controller.signal,
  });
  controller.abort(new Error("enough"));
  await expect(attempt).rejects.toMatchObject({ reason: "cancelled_by_caller" });
});

test("a host name that does not exist is named", async () => {
  const attempt = tcpTransport.connect(parseAddress("tcp://nowhere.invalid:9"), { timeoutMs: 5_000 });
  await expect(attempt).rejects.toThrow("Cannot connect to tcp://nowhere.invalid:9");
});

test("a fault of the socket is handed to onClose", async () => {
  await using pair = await connectTcp();
  const client = record(pair.client);
  record(pair.server);
  const raw = await rawPeer();
  const other = await tcpTransport.connect(parseAddress(raw.address), { timeoutMs: 5_000 });
  const here = record(other);
  (await raw.socket).resetAndDestroy();
  expect((await here.closed()) as Error & { code: string }).toMatchObject({ code: "ECONNRESET" });
  raw.server.close();
  pair.client.abort();
  expect(await client.closed()).toBeUndefined();
});

test("a transport that closed before its start says so after it", async () => {
  await using pair = await connectTcp();
  pair.client.abort();
  await turns();
  expect(await record(pair.client).closed()).toBeUndefined();
});

test("bytes that came early are delivered as far as the reader takes them", async () => {
  await using pair = await connectTcp();
  pair.server.write(bytes("early"));
  await turns();
  pair.client.pause();
  const client = record(pair.client);
  await turns();
  expect(client.byteLength()).toBe(0);
  pair.client.resume();
  expect(await client.text(5)).toBe("early");
});

test("bytes that came early are dropped when the transport is closed first", async () => {
  await using pair = await connectTcp();
  pair.server.write(bytes("early"));
  await turns();
  const client = record(pair.client);
  pair.client.close();
  record(pair.server);
  expect(await client.closed()).toBeUndefined();
  expect(client.byteLength()).toBe(0);
});

test("a throw from onWritten ends only its transport", async () => {
  await using pair = await connectTcp();
  const client = record(pair.client);
  record(pair.server);
  pair.client.write(bytes("x"), () => {
    throw new Error("fault");
  });
  expect(await client.closed()).toMatchObject({ message: "fault" });
});

test("a throw from accept ends the transport that was accepted", async () => {
  const listener = await tcpTransport.listen(parseAddress("tcp://127.0.0.1:0"), () => {
    throw new Error("not today");
  });
  const client = record(await tcpTransport.connect(parseAddress(listener.address), { timeoutMs: 5_000 }));
  await client.closed();
  await listener.close();
});

test("a socket file that a killed process left behind is replaced", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-"));
  const path = join(folder, "app.sock");
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  expect(existsSync(path)).toBe(true);
  const listener = await unixTransport.listen(parseAddress(`unix:${path}`), (transport) => transport.abort());
  await listener.close();
  rmSync(folder, { recursive: true });
});

test("a file that is no socket is left alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-"));
  const path = join(folder, "notes.txt");
  writeFileSync(path, "mine");
  await expect(unixTransport.listen(parseAddress(`unix:${path}`), () => undefined)).rejects.toThrow(path);
  expect(readFileSync(path, "utf8")).toBe("mine");
  rmSync(folder, { recursive: true });
});

test("each transport refuses the addresses of the others", () => {
  const [tcp, unix, memory] = ["tcp://127.0.0.1:1", "unix:/a", "memory:a"].map(parseAddress) as [
    Address,
    Address,
    Address,
  ];
  expect(() => tcpTransport.connect(unix, { timeoutMs: 1 })).toThrow('The tcp transport cannot serve "unix:/a".');
  expect(() => unixTransport.connect(tcp, { timeoutMs: 1 })).toThrow("The unix transport cannot serve");
  return expect(memoryTransport.listen(unix, () => undefined))
    .rejects.toThrow("The memory transport cannot serve")
    .then(() => {
      expect(transportFor(memory, builtinTransports)).toBe(memoryTransport);
      expect(() => transportFor(memory, [])).toThrow('No transport serves "memory:a".');
    });
});

async function rawPeer(): Promise<{
  readonly address: string;
  readonly socket: Promise<Socket>;
  readonly server: Server;
}> {
  let arrive = (_socket: Socket): void => undefined;
  const socket = new Promise<Socket>((resolve) => (arrive = resolve));
  const server = createServer((accepted) => {
    accepted.on("error", () => undefined);
    arrive(accepted);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `tcp://127.0.0.1:${(server.address() as { port: number }).port}`, socket, server };
}
