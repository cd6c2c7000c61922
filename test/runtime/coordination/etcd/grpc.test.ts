import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GrpcConnection, GrpcError } from "../../../../runtime/coordination/etcd/grpc.ts";
import { openSocket } from "../../../../runtime/coordination/socket.ts";
import { systemEnvironment } from "../../../../runtime/environment/system.ts";
import { createVirtualEnvironment } from "../../../../runtime/testing/virtual-environment.ts";
import type { Environment } from "../../../../runtime/environment/environment.ts";

const signal = new AbortController().signal;
let server: Http2Server;
let sessions: ServerHttp2Session[];
let answer: (stream: ServerHttp2Stream, path: string) => void;
const opened: GrpcConnection[] = [];

/** Virtual time, real turns of the event loop: the sockets are real. */
function createVirtualTime(): ReturnType<typeof createVirtualEnvironment> {
  return Object.assign(createVirtualEnvironment(), { yieldTurn: systemEnvironment.yieldTurn });
}

beforeEach(async () => {
  sessions = [];
  server = createServer();
  server.on("session", (session) => void sessions.push(session));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    answer(stream, String(headers[":path"]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
  for (const session of sessions) session.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function connect(environment: Environment = systemEnvironment): Promise<GrpcConnection> {
  const { port } = server.address() as AddressInfo;
  const authority = `127.0.0.1:${port}`;
  const socket = await openSocket({ host: "127.0.0.1", port, text: authority }, undefined, undefined, signal);
  const connection = new GrpcConnection(socket, {
    environment,
    authority,
    isSecure: false,
    pingMs: 10_000,
    pingLimitMs: 3_000,
  });
  opened.push(connection);
  return connection;
}

const message = (text: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 0, text.length]), Buffer.from(text)]);

function reply(stream: ServerHttp2Stream, pieces: readonly Buffer[], trailers: Record<string, string>): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  for (const piece of pieces) stream.write(piece);
  stream.end();
}

async function ask(connection: GrpcConnection, given: AbortSignal = signal): Promise<readonly string[]> {
  const messages: string[] = [];
  await connection.call({
    path: "/x.Y/Z",
    request: Buffer.from("hi"),
    signal: given,
    onMessage: (bytes) => void messages.push(Buffer.from(bytes).toString()),
  });
  return messages;
}

describe("a call over HTTP/2", () => {
  test("gets its messages, in whatever pieces they come", async () => {
    const bytes = Buffer.concat([message("one"), message(""), message("three")]);
    answer = (stream) =>
      reply(
        stream,
        [...bytes].map((byte) => Buffer.from([byte])),
        { "grpc-status": "0" },
      );
    expect(await ask(await connect())).toEqual(["one", "", "three"]);
  });

  test("fails with the status and text that the server gives, also where it gives nothing else", async () => {
    const connection = await connect();
    answer = (stream) => reply(stream, [], { "grpc-status": "5", "grpc-message": "not%20found" });
    await expect(ask(connection)).rejects.toEqual(new GrpcError(5, "not found"));
    answer = (stream) => stream.respond({ ":status": 200, "grpc-status": "16" }, { endStream: true });
    await expect(ask(connection)).rejects.toMatchObject({ code: 16, message: "no reason given" });
    answer = (stream) => stream.respond({ ":status": 503 }, { endStream: true });
    await expect(ask(connection)).rejects.toThrow("answered with HTTP status 503");
  });

  test("fails when the connection ends without a status", async () => {
    const connection = await connect();
    answer = (stream) => stream.session?.destroy();
    await expect(ask(connection)).rejects.toThrow();
    expect(connection.isOpen).toBe(false);
  });

  test("takes neither compressed nor huge messages", async () => {
    const connection = await connect();
    answer = (stream) => reply(stream, [Buffer.from([1, 0, 0, 0, 0])], { "grpc-status": "0" });
    await expect(ask(connection)).rejects.toThrow("A message is compressed");
    answer = (stream) => reply(stream, [Buffer.from([0, 255, 255, 255, 255])], { "grpc-status": "0" });
    await expect(ask(connection)).rejects.toThrow("A message has 4294967295 bytes");
    expect(connection.isOpen).toBe(true);
  });

  test("that is given up ends its connection only when that was silent all the while", async () => {
    const environment = createVirtualTime();
    const connection = await connect(environment);
    let held: ServerHttp2Stream | undefined;
    const arrival = new Promise<void>((resolve) => {
      answer = (stream) => {
        held = stream;
        resolve();
      };
    });
    const controller = new AbortController();
    const given = expect(ask(connection, controller.signal)).rejects.toThrow("enough");
    await arrival;
    environment.advance(10);
    answer = (stream) => reply(stream, [message("x")], { "grpc-status": "0" });
    await ask(connection);
    controller.abort(new Error("enough"));
    await given;
    expect(connection.isOpen).toBe(true);
    expect(held?.id).toBeDefined();
    environment.advance(10);
    answer = () => undefined;
    const silent = expect(ask(connection, AbortSignal.timeout(50))).rejects.toThrow();
    await silent;
    expect(connection.isOpen).toBe(false);
  });
});

describe("a connection is asked whether it lives", () => {
  test("only while it has a stream, and no more often than it was told", async () => {
    const environment = createVirtualTime();
    const connection = await connect(environment);
    const pings = countPings();
    answer = (stream, path) => {
      if (path === "/x.Y/Watch") stream.respond({ ":status": 200 });
      else reply(stream, [], { "grpc-status": "0" });
    };
    await ask(connection);
    await environment.advanceAsync(60_000);
    await ask(connection);
    expect(pings.count()).toBe(0);
    const controller = new AbortController();
    const watching = connection.call({
      path: "/x.Y/Watch",
      request: new Uint8Array(0),
      signal: controller.signal,
      isLong: true,
      onMessage: () => undefined,
    });
    const ended = expect(watching).rejects.toThrow("enough");
    for (let round = 1; round <= 3; round++) {
      // An answer that was sent after that to a ping proves that this has come, too.
      await ask(connection);
      await environment.advanceAsync(9_999);
      expect(pings.count()).toBe(round - 1);
      const asked = pings.next();
      await environment.advanceAsync(1);
      await asked;
    }
    expect(pings.count()).toBe(3);
    controller.abort(new Error("enough"));
    await ended;
    expect(environment.pendingTimers).toBe(0);
  });

  test("and is given up when there is no answer", async () => {
    const environment = createVirtualTime();
    const connection = await connect(environment);
    answer = (stream) => stream.respond({ ":status": 200 });
    const watching = connection.call({
      path: "/x.Y/Watch",
      request: new Uint8Array(0),
      signal,
      isLong: true,
      onMessage: () => undefined,
    });
    const ended = expect(watching).rejects.toThrow();
    // Time passes at once: no answer could have come.
    environment.advance(13_001);
    expect(connection.isOpen).toBe(false);
    await ended;
  });
});

function countPings() {
  let count = 0;
  let wake = (): void => undefined;
  for (const session of sessions) {
    session.on("ping", () => {
      count++;
      wake();
    });
  }
  return {
    count: () => count,
    next: () => new Promise<void>((resolve) => void (wake = resolve)),
  };
}
