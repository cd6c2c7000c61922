import { describe, expect, test } from "vitest";
import { createClientConnection } from "../../../runtime/connection/client-connection.ts";
import type { ClientConnectionOptions } from "../../../runtime/connection/connection.ts";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { FrameKind, onewayLane } from "../../../runtime/protocol/frame.ts";
import { type AnnouncedLimits, createOption, encodeOption } from "../../../runtime/protocol/handshake.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { initialPeerLimits } from "../../../runtime/protocol/limits.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../../runtime/testing/virtual-network.ts";
import {
  createRawPeer,
  createWorld,
  credit,
  frame,
  type Outcome,
  type RawPeer,
  startCall,
  type World,
} from "./world.ts";

/** A client with a server that does what the test says. It has not introduced itself yet. */
function createHalf(options: Partial<ClientConnectionOptions> = {}) {
  const environment = createVirtualEnvironment();
  const [transport, serverEnd] = createVirtualPair({ environment });
  const client = createClientConnection({ transport, environment, ...options });
  const peer = createRawPeer(serverEnd);
  const introduce = (
    serializations: readonly (1 | 2)[] = [1],
    peerLimits: AnnouncedLimits = initialPeerLimits,
  ): void => {
    peer.send(encodeOption(createOption(serializations, peerLimits, undefined)));
    environment.advance(1);
  };
  return { environment, client, peer, introduce, start: startCall.bind(undefined, client) };
}

function createOpenHalf(options: Partial<ClientConnectionOptions> = {}): ReturnType<typeof createHalf> {
  const half = createHalf(options);
  half.introduce();
  return half;
}

function openWorld(options: Parameters<typeof createWorld>[0] = {}): World {
  const world = createWorld(options);
  world.environment.advance(5);
  return world;
}

function framesOf(peer: RawPeer, kind: number) {
  return peer.frames.filter((one) => one.kind === kind);
}

/** Writes so much in this turn that what follows has to pass the queues. */
function fill(world: Pick<World, "start">): void {
  for (let count = 0; count < 9; count++) world.start({ oneway: true, body: Buffer.alloc(60_000) });
}

function answer(world: World, index: number): void {
  world.served[index]?.call.respond(new Uint8Array(0));
  world.served[index]?.call.settle();
  world.environment.advance(5);
}

const never = new Promise<string>(() => undefined);
const singlePlace = { ...initialPeerLimits, maxCalls: 1 };
const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };
const goaway = (code: number, sequence: number): Uint8Array =>
  frame({ kind: FrameKind.goaway, sequence, header: new HeaderWriter().number(0x0a, code).finish() });
const response = (sequence: number, lane = 0, input = {}): Uint8Array =>
  frame({ kind: FrameKind.response, sequence, lane, serialization: 1, flags: 0x10, ...input });

describe("a request that has to pass the queues", () => {
  test("carries what one that leaves at once carries", () => {
    for (const isFull of [false, true]) {
      const world = openWorld();
      const nowMs = world.environment.now();
      if (isFull) fill(world);
      world.start({
        methodId: 0x01020304,
        methodPath: "/a.B/c",
        metadata: [["tenant", "blau"]],
        deadlineMs: nowMs + 70_000,
        trace: ids,
        body: Buffer.from("x"),
      });
      world.start({ methodId: 0x0a0b0c0d });
      world.start({ methodId: 9, deadlineMs: nowMs + 3_000_000 });
      world.environment.advance(10);
      const calls = world.served.map(({ call }) => call).filter(({ oneway }) => !oneway);
      expect(calls.map(({ methodId }) => methodId)).toEqual([0x01020304, 0x0a0b0c0d, 9]);
      expect([calls[0]?.methodPath, calls[0]?.metadata(), calls[0]?.trace?.spanId]).toEqual([
        "/a.B/c",
        [["tenant", "blau"]],
        ids.spanId,
      ]);
      const leftMs = calls.map(({ deadlineMs }) => deadlineMs - nowMs);
      expect(leftMs[0]).toBeGreaterThanOrEqual(70_000);
      expect(leftMs[0]).toBeLessThan(70_010);
      expect([leftMs[1], calls[1]?.methodPath, calls[1]?.metadata()]).toEqual([Infinity, undefined, []]);
      // A server gives no call more than ten minutes.
      expect(leftMs[2]).toBeGreaterThanOrEqual(600_000);
    }
  });

  test("carries them still when it had waited in line before", () => {
    const half = createHalf();
    half.introduce([1], singlePlace);
    const { environment, peer, start } = half;
    const first = start();
    fill(half);
    const input = { metadata: [["tenant", "blau"]], deadlineMs: environment.now() + 5_000 } as const;
    start({ ...input, body: Buffer.from("x") });
    first.call.cancel();
    environment.advance(5);
    const second = createOpenHalf();
    second.start({ ...input, body: Buffer.from("x") });
    second.environment.advance(5);
    const found = peer.frames.find(({ body }) => body === "x");
    expect([found?.kind, found?.length]).toEqual([FrameKind.request, second.peer.frames[0]?.length]);
  });

  test("does not before it has to: requests leave in the order in which they were started", () => {
    const world = openWorld();
    for (const bytes of [20_000, 1, 30_000, 2]) world.start({ body: Buffer.alloc(bytes) });
    world.environment.advance(5);
    expect(world.served.map(({ body }) => body.length)).toEqual([20_000, 1, 30_000, 2]);
  });
});

describe("a request", () => {
  test("takes 26 bytes when it is nothing but the number of its method, and 32 with a deadline", () => {
    const { environment, peer, start } = createOpenHalf();
    start();
    start({ deadlineMs: environment.now() + 5_000 });
    environment.advance(5);
    expect(peer.frames.map(({ length }) => length)).toEqual([26, 32]);
  });

  test("without a deadline keeps no timer", () => {
    const { environment, client, start } = createOpenHalf({ limits: { keepaliveMs: 0 } });
    start();
    environment.advance(5);
    expect([client.callsInProgress, environment.pendingTimers]).toEqual([1, 0]);
  });

  test("whose deadline is now, or was, does not leave", () => {
    const { environment, peer, start } = createOpenHalf();
    const nowMs = environment.now();
    const calls = [start({ deadlineMs: nowMs }), start({ deadlineMs: nowMs - 1 })];
    environment.advance(5);
    expect([calls.map(({ error }) => error?.reason), peer.frames]).toEqual([
      ["deadline_passed", "deadline_passed"],
      [],
    ]);
  });

  test("that would make too much wait is refused, to the byte", () => {
    const { environment, start } = createHalf({ token: never, limits: { maxOutboundBytes: 100_000 } });
    const calls = [60_000, 40_001, 40_000, 1].map((bytes) => start({ body: Buffer.alloc(bytes) }));
    environment.advance(5);
    expect(calls.map(({ error }) => error?.reason)).toEqual([undefined, "too_many_calls", undefined, "too_many_calls"]);
  });
});

describe("the line", () => {
  test("is passed by nobody, not even by one-way calls", () => {
    const world = openWorld({ serverLimits: { maxCalls: 1 } });
    world.start({ body: Buffer.from("a") });
    world.start({ body: Buffer.from("b") });
    const last = world.start({ oneway: true, body: Buffer.from("c") });
    world.environment.advance(5);
    expect([world.served.map(({ body }) => body), last.outcomes]).toEqual([["a"], 0]);
    answer(world, 0);
    expect(world.served[1]?.body).toBe("b");
  });

  test("is told that its calls never left when the connection is lost, and the truth otherwise", () => {
    const lost = openWorld({ serverLimits: { maxCalls: 1 } });
    const calls = [lost.start(), lost.start()];
    lost.environment.advance(5);
    lost.serverEnd.abort(new Error("cable cut"));
    lost.environment.advance(5);
    expect(calls.map(({ error }) => error?.reason)).toEqual(["connection_lost", "draining"]);
    expect(calls[1]?.error?.message).toBe(calls[0]?.error?.message);

    const { environment, peer, introduce, start } = createHalf();
    introduce([1], singlePlace);
    const others = [start(), start()];
    environment.advance(1);
    peer.send(frame({ kind: FrameKind.request, sequence: 1 }));
    environment.advance(5);
    expect(others.map(({ error }) => error?.reason)).toEqual(["protocol_violated", "protocol_violated"]);
  });

  test("is empty when the server goes away, each of its calls with one outcome", () => {
    const { environment, client, peer, introduce, start } = createHalf();
    introduce([1], singlePlace);
    const calls = [start(), start(), start()];
    calls[1]?.call.cancel();
    environment.advance(1);
    peer.send(goaway(0, 1));
    environment.advance(1);
    expect(calls.map(({ outcomes, error }) => [outcomes, error?.reason])).toEqual([
      [0, undefined],
      [1, "cancelled_by_caller"],
      [1, "draining"],
    ]);
    expect([client.state, client.callsInProgress, framesOf(peer, FrameKind.request).length]).toEqual([
      "draining",
      1,
      1,
    ]);
    peer.send(response(1));
    environment.advance(5);
    expect([calls[0]?.response, client.state]).toEqual(["", "closed"]);
  });

  test("waits on while the client drains, and its calls run", () => {
    const world = openWorld({ serverLimits: { maxCalls: 1 } });
    const calls = [world.start(), world.start({ body: Buffer.from("second") })];
    world.environment.advance(5);
    void world.client.drain(1_000);
    answer(world, 0);
    expect([world.client.state, world.served[1]?.body]).toEqual(["draining", "second"]);
    answer(world, 1);
    expect([calls.map(({ response: body }) => body), world.client.state]).toEqual([["", ""], "closed"]);
  });
});

describe("a server that goes away", () => {
  test("ends the calls after the one that it names, and lets the others go on", () => {
    const { environment, peer, start } = createOpenHalf();
    const calls = [start(), start(), start()];
    environment.advance(1);
    peer.send(
      frame({ kind: FrameKind.goaway, sequence: 2, lane: 1, header: new HeaderWriter().number(10, 0).finish() }),
    );
    environment.advance(1);
    expect(calls.map(({ outcomes }) => outcomes)).toEqual([0, 0, 1]);
    peer.send(response(1), response(2, 1));
    environment.advance(1);
    expect(calls.map(({ error }) => error?.reason)).toEqual([undefined, undefined, "draining"]);
  });

  test("ends calls that have no id yet, because they wait for the token", () => {
    const { environment, peer, introduce, start } = createHalf({ token: never });
    introduce();
    const calls = [start(), start({ oneway: true })];
    environment.advance(1);
    peer.send(goaway(0, 9));
    environment.advance(1);
    expect(calls.map(({ error }) => error?.reason)).toEqual(["draining", "draining"]);
  });
});

describe("long one-way requests", () => {
  const startTwo = (): ReturnType<typeof createHalf> & { readonly calls: Outcome[] } => {
    const half = createOpenHalf();
    const calls = [1, 2].map((byte) => half.start({ oneway: true, body: Buffer.alloc(500_000, byte) }));
    half.environment.advance(10);
    return { ...half, calls };
  };
  const sent = (peer: RawPeer): number[] =>
    [1, 2].map((byte) => peer.frames.filter(({ body }) => body.charCodeAt(0) === byte).length);

  test("get the credit that names them, each its own", () => {
    const { environment, peer } = startTwo();
    const before = sent(peer);
    peer.send(credit(60_000, 2, onewayLane));
    environment.advance(10);
    expect(sent(peer)).toEqual([before[0], (before[1] ?? 0) + 1]);
    peer.send(credit(60_000, 1, onewayLane));
    environment.advance(10);
    expect(sent(peer)).toEqual([(before[0] ?? 0) + 1, (before[1] ?? 0) + 1]);
  });

  test("fail with the connection", () => {
    const { client, calls } = startTwo();
    client.abort(new RpcError({ reason: "connection_lost", message: "enough" }));
    expect([calls.map(({ error }) => error?.message), client.callsInProgress]).toEqual([["enough", "enough"], 0]);
  });
});

describe("a reply", () => {
  test("that is late moves no credit, however long it is", () => {
    const { environment, peer, start } = createOpenHalf();
    start();
    environment.advance(1);
    for (let count = 0; count < 20; count++) peer.send(response(1, 0, { body: Buffer.alloc(60_000) }));
    environment.advance(5);
    expect(framesOf(peer, FrameKind.credit)).toEqual([]);
  });

  test("with a header that cannot be read fails its call, and nothing when the call is over", () => {
    const { environment, client, peer, start } = createOpenHalf();
    const call = start();
    environment.advance(1);
    const bad = response(1, 0, { header: Buffer.from([0x70, 0]) });
    peer.send(bad, bad);
    environment.advance(1);
    expect([call.outcomes, call.error?.reason, client.state]).toEqual([1, "unsupported", "open"]);
  });

  test.each([2, 65_536, 65_537])("for call %i, which was never started, is a fault", (sequence) => {
    const { environment, client, peer, start } = createOpenHalf();
    start();
    environment.advance(1);
    peer.send(response(sequence));
    environment.advance(1);
    expect([client.state, framesOf(peer, FrameKind.goaway).length]).toEqual(["closed", 1]);
  });

  test("has to be in a serialization that was offered, and so has the Option of the server", () => {
    const { client, introduce, start } = createHalf({ serializations: [2] });
    const call = start();
    introduce([1]);
    expect([client.state, call.error?.reason]).toEqual(["closed", "handshake_failed"]);
    expect(call.error?.message).toContain("no serialization");
  });
});
