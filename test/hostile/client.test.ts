import { describe, expect, test } from "vitest";
import { FrameKind, GoawayCode } from "../../runtime/protocol/frame.ts";
import { HeaderWriter } from "../../runtime/protocol/header-writer.ts";
import { credit, frame, noBody } from "../runtime/connection/world.ts";
import { createRawServerWorld, type RawServerWorld, serverOption } from "./raw-server.ts";

/** What a client bears from a server, and what it does not. Call 1 is in lane 0, call 2 in lane 1. */
const response = (sequence = 1, lane = 0, body: Uint8Array = noBody, flags = 0x10): Uint8Array =>
  frame({ kind: FrameKind.response, sequence, lane, serialization: 1, flags, body });
const item = (bytes: number, sequence = 1, lane = 0): Uint8Array =>
  frame({ kind: FrameKind.item, sequence, lane, serialization: 1, body: Buffer.alloc(bytes) });
const goaway = (code: number, sequence = 0, lane = 0): Uint8Array =>
  frame({ kind: FrameKind.goaway, sequence, lane, header: new HeaderWriter().number(0x0a, code).finish() });
const chunk = (bytes: number, sequence = 1, lane = 0): Uint8Array =>
  response(sequence, lane, Buffer.alloc(bytes), 0x50);

function expectFault(world: RawServerWorld, code: number): void {
  expect(world.goaway()).toBe(code);
  world.settle(2_000);
  expect([world.client.state, world.isClosed()]).toEqual(["closed", true]);
  expect(world.closed.client).toMatchObject({ reason: "protocol_violated" });
  expect([world.client.callsInProgress, world.environment.pendingTimers]).toEqual([0, 0]);
}

function expectAlive(world: RawServerWorld): void {
  expect([world.goaway(), world.client.state]).toEqual([undefined, "open"]);
  const next = world.start();
  world.settle();
  const id = world.frames.findLast(({ kind }) => kind === FrameKind.request)?.id ?? "0";
  const sequence = Number(BigInt(id) >> 16n);
  world.send(response(sequence, Number(BigInt(id) & 0xffffn), Buffer.from("fine")));
  world.settle();
  expect(next.response).toBe("fine");
}

describe("a server that opens badly", () => {
  test.each([
    ["is none", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "not an Option"],
    ["sends frames at once", response(), "not an Option"],
    ["sends no JSON", Buffer.from('{"MagicNumber":3927900,\n'), "JSON object"],
    ["sends an endless Option", Buffer.from(`{"MagicNumber":3927900,"x":"${"y".repeat(9_000)}`), "8192 bytes"],
    ["speaks another codec", Buffer.from('{"MagicNumber":3927900,"CodecType":"application/gob"}\n'), "application/gob"],
    [
      "speaks another version",
      Buffer.from('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":9}\n'),
      "version 9",
    ],
    [
      "chooses what was not offered",
      Buffer.from('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Serializations":["cbor"]}\n'),
      "no serialization",
    ],
    [
      "has limits below the floor",
      Buffer.from('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Limits":{"MaxFrameBytes":1}}\n'),
      "MaxFrameBytes",
    ],
    [
      "gives up",
      Buffer.from('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Error":"full"}\n'),
      "refused: full",
    ],
  ])("%s: calls fail, the connection ends", (_, option, words) => {
    const world = createRawServerWorld({ option: undefined });
    const call = world.start();
    world.settle();
    world.send(option);
    world.settle();
    expect(call.error).toMatchObject({ reason: "handshake_failed", message: expect.stringContaining(words) });
    expect([call.outcomes, world.isClosed(), world.environment.pendingTimers]).toEqual([1, true, 0]);
  });

  test("says nothing: given up after 5 s, not before", () => {
    const world = createRawServerWorld({ option: undefined });
    const call = world.start();
    world.settle(4_998);
    expect(call.outcomes).toBe(0);
    world.settle(1);
    expect(call.error).toMatchObject({ reason: "connection_lost" });
  });
});

describe("frames that end the connection", () => {
  test.each([
    ["a request", () => [frame({ kind: FrameKind.request, sequence: 1 })], GoawayCode.protocol],
    ["a cancel", () => [frame({ kind: FrameKind.cancel, sequence: 1 })], GoawayCode.protocol],
    ["a reply to a call that never was", () => [response(99, 7)], GoawayCode.protocol],
    ["an unknown kind", () => [frame({ kind: 0x44 })], GoawayCode.protocol],
    ["wrong magic", () => [Buffer.concat([Buffer.from([1]), response().subarray(1)])], GoawayCode.protocol],
    ["another version", () => [Buffer.concat([Buffer.from([0x3b, 0xef, 2]), response().subarray(3)])], 1],
    ["a body above the limit", () => [response(1, 0, Buffer.alloc(66_561))], GoawayCode.frameSize],
    ["a header above the limit", () => [frame({ kind: 2, sequence: 1, header: Buffer.alloc(32_769) })], 2],
    ["a header that is no header", () => [frame({ kind: 2, sequence: 1, header: Buffer.from([1]) })], 1],
    ["an end with a body", () => [frame({ kind: FrameKind.end, sequence: 1, body: Buffer.from("x") })], 1],
    ["an end within a message", () => [chunk(5), frame({ kind: FrameKind.end, sequence: 1 })], GoawayCode.protocol],
    ["an item within a response", () => [chunk(5), item(5)], GoawayCode.protocol],
    ["more credit than numbers hold", () => [credit(2 ** 31 - 1)], GoawayCode.creditOverrun],
    ["more credit of a call than numbers hold", () => [credit(2 ** 31 - 1, 1)], GoawayCode.creditOverrun],
    ["a ping with a body", () => [frame({ kind: FrameKind.ping, body: Buffer.from("x") })], GoawayCode.protocol],
    ["settings that are none", () => [frame({ kind: FrameKind.settings, serialization: 2 })], GoawayCode.protocol],
    ["pings without end", () => Array.from({ length: 4 }, () => frame({ kind: FrameKind.ping })), 5],
    ["pongs without end", () => Array.from({ length: 1_002 }, () => frame({ kind: FrameKind.pong })), 4],
    ["what may be skipped, without end", () => Array.from({ length: 1_002 }, () => frame({ kind: 0xf0 })), 4],
    ["crumbs of credit without end", () => Array.from({ length: 1_002 }, () => credit(1)), GoawayCode.enhanceCalm],
    ["empty chunks without end", () => [chunk(1), ...Array.from({ length: 1_001 }, () => chunk(0))], 4],
  ] as const)("%s", (_, frames, code) => {
    const world = createRawServerWorld();
    const call = world.start();
    world.settle();
    world.send(...frames());
    world.settle(0);
    expectFault(world, code);
    expect([call.outcomes, call.error?.reason]).toEqual([1, "protocol_violated"]);
  });

  test("nine messages in chunks at a time; eight are borne", () => {
    const world = createRawServerWorld();
    const calls = Array.from({ length: 9 }, () => world.start());
    world.settle();
    for (let lane = 0; lane < 8; lane++) world.send(chunk(10, lane + 1, lane));
    world.settle();
    expect(world.goaway()).toBeUndefined();
    world.send(chunk(10, 9, 8));
    world.settle(0);
    expectFault(world, GoawayCode.protocol);
    expect(calls.map(({ outcomes }) => outcomes)).toEqual(Array.from({ length: 9 }, () => 1));
  });

  test("items beyond the credit of the call; up to it they are held", () => {
    const world = createRawServerWorld();
    const call = world.start({ consume: false });
    world.settle();
    for (let count = 0; count < 4; count++) world.send(item(65_516));
    world.settle();
    expect([call.items.length, world.goaway()]).toEqual([4, undefined]);
    world.send(item(0));
    world.settle(0);
    expectFault(world, GoawayCode.creditOverrun);
  });

  test("items beyond the credit of the connection", () => {
    const world = createRawServerWorld();
    for (let lane = 0; lane < 5; lane++) world.start({ consume: false });
    world.settle();
    for (let lane = 0; lane < 4; lane++)
      for (let count = 0; count < 4; count++) world.send(item(65_516, lane + 1, lane));
    world.settle();
    expect(world.goaway()).toBeUndefined();
    world.send(item(0, 5, 4));
    world.settle(0);
    expectFault(world, GoawayCode.creditOverrun);
  });
});

describe("frames that fail their call and no other", () => {
  const pair = (key: string, value: string): Buffer =>
    Buffer.concat([Buffer.from([0x8a, 1 + key.length + value.length, key.length]), Buffer.from(key + value)]);
  test.each([
    ["an unknown serialization", frame({ kind: 2, sequence: 1, serialization: 9, flags: 0x10 }), "unsupported"],
    ["a compressor", frame({ kind: 2, sequence: 1, serialization: 1, flags: 0x11 }), "unsupported"],
    ["a tag that may not be skipped", frame({ kind: 2, sequence: 1, header: Buffer.from([0x70, 0]) }), "unsupported"],
    [
      "too much metadata",
      frame({ kind: 2, sequence: 1, header: Buffer.concat(Array.from({ length: 65 }, () => pair("a", "b"))) }),
      "limit_exceeded",
    ],
    ["an error without code", frame({ kind: 3, sequence: 1 }), "application"],
  ])("%s", (_, bytes, reason) => {
    const world = createRawServerWorld();
    const call = world.start();
    world.settle();
    world.send(bytes);
    world.settle();
    expect([call.outcomes, call.error?.reason]).toEqual([1, reason]);
    expectAlive(world);
  });

  test("a message of exactly the limit arrives, one byte more fails the call and its rest is dropped", () => {
    const world = createRawServerWorld({ limits: { maxMessageBytes: 100_000 } });
    const calls = [world.start(), world.start()];
    world.settle();
    world.send(chunk(60_000), response(1, 0, Buffer.alloc(40_000)));
    world.send(chunk(60_000, 2, 1), chunk(40_001, 2, 1), response(2, 1, Buffer.alloc(9)));
    world.settle();
    expect([calls[0]?.response?.length, calls[1]?.error?.reason]).toEqual([100_000, "limit_exceeded"]);
    expectAlive(world);
  });

  test("the same holds for a message in one frame", () => {
    const world = createRawServerWorld({ limits: { maxMessageBytes: 10 } });
    const calls = [world.start(), world.start()];
    world.settle();
    world.send(response(1, 0, Buffer.alloc(10)), response(2, 1, Buffer.alloc(11)));
    world.settle();
    expect([calls[0]?.response?.length, calls[1]?.error?.reason]).toEqual([10, "limit_exceeded"]);
    expectAlive(world);
  });

  test("an error of monstrous parts is cut to what an error may have", () => {
    const world = createRawServerWorld();
    const call = world.start();
    world.settle();
    const header = new HeaderWriter()
      .number(5, 2 ** 40)
      .text(6, "no-such-reason")
      .text(7, "m".repeat(9_000));
    header.text(9, "[".repeat(4_000)).text(0x88, "i".repeat(9_000));
    world.send(frame({ kind: 3, sequence: 1, header: header.finish() }));
    world.settle();
    expect(call.error).toMatchObject({ code: 2, reason: "application", details: [] });
    expect([call.error?.message.length, call.error?.errorId?.length]).toEqual([1_024, 256]);
    expectAlive(world);
  });
});

describe("what a client bears", () => {
  test("late frames for a call that is over", () => {
    const world = createRawServerWorld();
    const call = world.start();
    world.settle();
    world.send(response(1, 0, Buffer.from("one")), response(1, 0, Buffer.from("two")), item(9), credit(9_000, 1));
    world.send(frame({ kind: 5, sequence: 1 }), frame({ kind: 3, sequence: 1 }));
    world.settle();
    expect([call.outcomes, call.response]).toEqual([1, "one"]);
    expectAlive(world);
  });

  test("items for calls that it left, whose credit it gives back", () => {
    const world = createRawServerWorld();
    for (let sequence = 1; sequence <= 40; sequence++) {
      const call = world.start();
      world.settle();
      call.call.cancel();
      world.send(item(60_000, sequence, 0));
      world.settle();
    }
    const granted = world.frames.filter(({ kind, id }) => kind === FrameKind.credit && id === "0");
    expect(granted.reduce((sum, { header }) => sum + header.credit, 0)).toBeGreaterThan(1_300_000);
    expect([world.goaway(), world.client.state]).toEqual([undefined, "open"]);
  });

  test("a frame that stops half-way: for 10 s", () => {
    const world = createRawServerWorld({ limits: { keepaliveMs: 0 } });
    const call = world.start();
    world.settle();
    world.send(response(1, 0, Buffer.alloc(100)).subarray(0, 50));
    world.settle(9_990);
    expect(call.outcomes).toBe(0);
    world.settle(20);
    expect([call.error?.reason, world.isClosed()]).toEqual(["connection_lost", true]);
  });

  test("goodbyes of every code, named calls that never were and repeated, with one outcome for each call", () => {
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 255]) {
      const world = createRawServerWorld();
      const calls = [world.start(), world.start()];
      world.settle();
      world.send(goaway(code, 1), goaway(code, 0), goaway(code, 9_999, 3));
      world.settle();
      world.send(response(1, 0));
      world.settle(20);
      expect([code, ...calls.map(({ outcomes, error }) => [outcomes, error?.reason])]).toEqual([
        code,
        [1, "draining"],
        [1, "draining"],
      ]);
      expect([world.client.callsInProgress, world.client.state]).toEqual([0, "closed"]);
    }
  });

  test("settings that change what it may do", () => {
    const world = createRawServerWorld();
    const settings = (limits: object): Uint8Array =>
      frame({ kind: 10, serialization: 2, body: Buffer.from(JSON.stringify({ Limits: limits, Newer: [1] })) });
    world.send(settings({ MaxCalls: 1, MaxMessageBytes: 5 }));
    world.settle();
    const calls = [world.start({ body: Buffer.alloc(6) }), world.start(), world.start()];
    world.settle();
    expect(calls[0]?.error?.reason).toBe("limit_exceeded");
    expect(world.frames.filter(({ kind }) => kind === FrameKind.request)).toHaveLength(1);
    world.send(response());
    world.settle();
    expect(world.frames.filter(({ kind }) => kind === FrameKind.request)).toHaveLength(2);
  });

  test("a server that grants no calls at all: they wait up to their deadline", () => {
    const text = Buffer.from(serverOption).toString().replace('"MaxCalls":1000', '"MaxCalls":0');
    const world = createRawServerWorld({ option: Buffer.from(text) });
    const call = world.start({ deadlineMs: world.environment.now() + 500 });
    world.settle(499);
    expect([call.outcomes, world.frames.length]).toEqual([0, 0]);
    world.settle(2);
    expect(call.error?.reason).toBe("deadline_passed");
  });

  test("a server that reads nothing: what waits is bounded", () => {
    const world = createRawServerWorld({ limits: { maxWaitingCalls: 10 } });
    const calls = Array.from({ length: 1_011 }, () => world.start());
    world.settle();
    const refused = calls.filter(({ error }) => error?.reason === "too_many_calls");
    expect(refused).toHaveLength(1);
  });
});
