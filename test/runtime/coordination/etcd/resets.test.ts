import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GrpcConnection, GrpcError } from "../../../../runtime/coordination/etcd/grpc.ts";
import { openSocket } from "../../../../runtime/coordination/socket.ts";
import { systemEnvironment } from "../../../../runtime/environment/system.ts";

/**
 * Node 20 writes without end when a stream is reset while nghttp2 hands over what it read (nodejs/node#64166). Events of streams come from within
 * that, and so does all that their handlers and the promises that these settle do before the next phase of the event loop.
 */
const noLeader = new GrpcError(14, "etcdserver: no leader");
const watches = 5;
let server: Http2Server;
let sessions: ServerHttp2Session[];
let held: ServerHttp2Stream[];
let onStreams: () => void;
let connection: GrpcConnection;
let spy: ReturnType<typeof spyOnResets>;

beforeEach(async () => {
  sessions = [];
  held = [];
  server = createServer();
  server.on("session", (session) => void sessions.push(session));
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
    if (held.push(stream) === watches + 1) onStreams();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const authority = `127.0.0.1:${port}`;
  const never = new AbortController().signal;
  const socket = await openSocket({ host: "127.0.0.1", port, text: authority }, undefined, undefined, never);
  const times = { pingMs: 10_000, pingLimitMs: 3_000 };
  connection = new GrpcConnection(socket, { environment: systemEnvironment, authority, isSecure: false, ...times });
});

afterEach(async () => {
  spy.restore();
  expect(spy.seen.events).toBeGreaterThan(watches);
  await connection.close();
  for (const session of sessions) session.destroy();
  await new Promise((resolve) => server.close(resolve));
});

type Emitter = { emit(name: string, ...given: unknown[]): boolean };
type Client = { readonly session?: { readonly type: number } | undefined };

/** Counts what ends streams and sessions of clients, and how much of that in a turn in which they were handed what was read. */
function spyOnResets(stream: ServerHttp2Stream) {
  const streams = Object.getPrototypeOf(Object.getPrototypeOf(stream)) as Emitter & Pick<ServerHttp2Stream, "close">;
  const all = Object.getPrototypeOf(Object.getPrototypeOf(stream.session)) as Pick<ServerHttp2Session, "destroy">;
  const { emit, close } = streams;
  const { destroy } = all;
  const seen = { events: 0, resets: 0, early: [] as string[] };
  let isReading = false;
  // Asked for at the first event of a turn, so before whatever its handlers ask for.
  const onRead = (): void => {
    seen.events++;
    if (isReading) return;
    isReading = true;
    setImmediate(() => void (isReading = false));
  };
  const onReset = (what: string): void => {
    seen.resets++;
    if (isReading) seen.early.push(what);
  };
  streams.emit = function (this: Emitter & Client, name, ...given) {
    if (isClient(this.session) && ["response", "data", "trailers"].includes(name)) onRead();
    return emit.call(this, name, ...given);
  };
  streams.close = function (this: ServerHttp2Stream, code, ...given) {
    if (isClient(this.session) && code !== undefined && code !== 0) onReset(`close(${code})`);
    return close.call(this, code, ...given);
  };
  all.destroy = function (this: ServerHttp2Session, ...given) {
    if (isClient(this)) onReset("destroy()");
    return destroy.apply(this, given);
  };
  const restore = (): void => {
    Reflect.deleteProperty(streams, "emit");
    Object.assign(streams, { close });
    Object.assign(all, { destroy });
  };
  return { seen, restore };
}

function isClient(session: Client["session"]): boolean {
  return session?.type === constants.NGHTTP2_SESSION_CLIENT;
}

const message = (text: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 0, text.length]), Buffer.from(text)]);

/** In one packet: something for each watch, and for the call that it failed. */
function answerAll(first: Buffer): void {
  for (const [index, stream] of held.slice(0, watches).entries()) {
    stream.respond({ ":status": 200 });
    stream.write(index === 0 ? first : message("event"));
  }
  held[watches]?.respond(
    { ":status": 200, "grpc-status": "14", "grpc-message": "etcdserver: no leader" },
    { endStream: true },
  );
}

interface Scene {
  readonly onMessage?: () => void;
  readonly onFailure?: () => void;
  readonly first?: Buffer;
}

/** Opens watches and a call that fails. @returns what became of all */
async function play(controller: AbortController, { onMessage, onFailure, first = message("event") }: Scene) {
  const arrived = new Promise<void>((resolve) => void (onStreams = resolve));
  const request = Buffer.from("hi");
  const outcomes = Array.from({ length: watches + 1 }, (_, index) =>
    connection.call({
      path: index < watches ? "/etcdserverpb.Watch/Watch" : "/etcdserverpb.KV/Range",
      request,
      signal: index < watches ? controller.signal : new AbortController().signal,
      isLong: index < watches,
      onMessage: () => onMessage?.(),
    }),
  );
  const failed = outcomes.at(-1)?.catch(() => onFailure?.());
  const settled = Promise.allSettled(outcomes);
  await arrived;
  spy = spyOnResets(held[0] as ServerHttp2Stream);
  answerAll(first);
  await failed;
  return {
    outcomes,
    reasons: async () => (await settled).map((one) => (one as PromiseRejectedResult).reason as Error),
  };
}

describe("streams of one connection are not reset in the turn in which Node hands over what it read", () => {
  test("when the failure of a call makes its caller give up the others", async () => {
    const controller = new AbortController();
    const { reasons } = await play(controller, { onFailure: () => controller.abort(new Error("enough")) });
    expect(await reasons()).toEqual([...Array.from({ length: watches }, () => new Error("enough")), noLeader]);
    expect(spy.seen).toMatchObject({ resets: watches, early: [] });
  });

  test("when a message makes its reader give up all of them", async () => {
    const controller = new AbortController();
    const { reasons } = await play(controller, { onMessage: () => controller.abort(new Error("enough")) });
    expect((await reasons()).slice(0, watches)).toEqual(Array.from({ length: watches }, () => new Error("enough")));
    expect(spy.seen).toMatchObject({ resets: watches, early: [] });
  });

  test("when the failure of a call makes its caller end the connection", async () => {
    const controller = new AbortController();
    const { reasons } = await play(controller, { onFailure: () => connection.destroy(new Error("another server")) });
    expect(connection.isOpen).toBe(false);
    expect(await reasons()).toContainEqual(noLeader);
    expect(spy.seen).toMatchObject({ resets: 1, early: [] });
  });

  test("when a message cannot be read", async () => {
    const controller = new AbortController();
    const { outcomes } = await play(controller, { first: Buffer.from([1, 0, 0, 0, 0]) });
    await expect(outcomes[0]).rejects.toThrow("A message is compressed");
    expect(spy.seen).toMatchObject({ resets: 1, early: [] });
    controller.abort(new Error("enough"));
    await Promise.allSettled(outcomes);
  });
});
