import { describe, expect, test } from "vitest";
import { FrameKind, GoawayCode } from "../../runtime/protocol/frame.ts";
import { HeaderWriter } from "../../runtime/protocol/header-writer.ts";
import { defaultLimits } from "../../runtime/protocol/limits.ts";
import { clientOption, createRawWorld, credit, frame, type RawWorld, request } from "../runtime/connection/world.ts";

const kinds = (world: RawWorld): number[] => world.frames.map(({ kind }) => kind);
const errors = (world: RawWorld): (string | undefined)[] =>
  world.frames.filter(({ kind }) => kind === FrameKind.error).map(({ header }) => header.reason);

function expectGoaway(world: RawWorld, code: number): void {
  expect(world.goaway()).toBe(code);
  expect(world.server.state).toBe("closed");
  world.settle(2_000);
  expect(world.isClosed()).toBe(true);
  expect(world.closed.server).toMatchObject({ reason: "protocol_violated" });
}

function expectAlive(world: RawWorld): void {
  expect(world.goaway()).toBeUndefined();
  expect(world.server.state).toBe("open");
}

describe("handshake", () => {
  test("a scanner is closed without a word at its first wrong byte", () => {
    const world = createRawWorld({ option: Buffer.from("G") });
    expect([world.isClosed(), world.optionText(), world.frames]).toEqual([true, "", []]);
  });

  test("silence is closed without a word after 5 s, not before", () => {
    const world = createRawWorld({ option: undefined });
    world.settle(4_998);
    expect(world.isClosed()).toBe(false);
    world.settle(1);
    expect([world.isClosed(), world.optionText()]).toEqual([true, ""]);
    world.settle();
    expect(world.closed.server).toMatchObject({ reason: "connection_lost" });
  });

  test("an Option that trickles in does not get more time", () => {
    const world = createRawWorld({ option: undefined });
    for (const byte of clientOption.subarray(0, 60)) {
      world.send(Uint8Array.of(byte));
      world.settle(100);
    }
    expect(world.isClosed()).toBe(true);
  });

  test.each([
    ["a codec type", '"CodecType":"application/gob"', "application/gob"],
    ["a version", '"CodecType":"application/x-rpcgen","Version":2', "Version 2"],
    ["serializations", '"CodecType":"application/x-rpcgen","Serializations":["cbor"]', "serializations"],
    ["limits", '"CodecType":"application/x-rpcgen","Limits":{"MaxFrameBytes":1}', "MaxFrameBytes"],
  ])("%s that is not supported gets an Option that says so, then the end", (_, members, word) => {
    const world = createRawWorld({ option: Buffer.from(`{"MagicNumber":3927900,${members}}\n`) });
    world.settle(10);
    expect(JSON.parse(world.optionText())).toMatchObject({
      Error: expect.stringContaining(word),
      Supported: ["application/x-rpcgen"],
    });
    expect(world.isClosed()).toBe(true);
  });

  test("8 KiB of Option are read, one byte more is closed", () => {
    const pad = (length: number) =>
      Buffer.from(`{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","x":"`.padEnd(length - 3, "p") + '"}\n');
    expect(createRawWorld({ option: pad(8_192) }).server.state).toBe("open");
    expect(createRawWorld({ option: pad(8_193) }).isClosed()).toBe(true);
  });
});

describe("frames", () => {
  test.each([
    ["wrong magic", () => Buffer.concat([Buffer.from([0]), request(1).subarray(1)]), GoawayCode.protocol],
    [
      "too long",
      () => frame({ kind: 1, sequence: 1, flags: 0x10, serialization: 1, body: Buffer.alloc(66_561) }),
      GoawayCode.frameSize,
    ],
    ["malformed header", () => request(1, 0, { header: Buffer.from([1]) }), GoawayCode.protocol],
    ["response from a client", () => frame({ kind: 2, sequence: 1 }), GoawayCode.protocol],
    ["error from a client", () => frame({ kind: 3, sequence: 1 }), GoawayCode.protocol],
    ["item for no call", () => frame({ kind: 4, sequence: 9 }), GoawayCode.protocol],
    ["end for no call", () => frame({ kind: 5, sequence: 9 }), GoawayCode.protocol],
    ["cancel for no call", () => frame({ kind: 6, sequence: 9 }), GoawayCode.protocol],
    ["unknown kind", () => frame({ kind: 99 }), GoawayCode.protocol],
    [
      "settings that are no JSON",
      () => frame({ kind: 10, serialization: 2, body: Buffer.from("[") }),
      GoawayCode.protocol,
    ],
    [
      "settings that take back",
      () => frame({ kind: 10, serialization: 2, body: Buffer.from('{"Limits":{"MaxFrameBytes":5}}') }),
      GoawayCode.protocol,
    ],
    ["settings in binary", () => frame({ kind: 10, serialization: 1, body: Buffer.from("{}") }), GoawayCode.protocol],
    ["ping with a body", () => frame({ kind: 8, body: Buffer.from("x") }), GoawayCode.protocol],
    ["pong with a body", () => frame({ kind: 9, body: Buffer.from("x") }), GoawayCode.protocol],
    ["one-way in a lane", () => request(1, 0, { flags: 0x30 }), GoawayCode.protocol],
    ["a call in the one-way lane", () => request(1, 65_535), GoawayCode.protocol],
    ["one-way with items", () => request(1, 65_535, { flags: 0x20 }), GoawayCode.protocol],
    [
      "credit with a tag that may not be skipped",
      () => frame({ kind: 7, header: Buffer.from([0x70, 0]) }),
      GoawayCode.protocol,
    ],
    ["credit above 2^31 - 1", () => credit(2 ** 31 - 1), GoawayCode.creditOverrun],
  ] as const)("%s ends the connection", (_, bytes, code) => {
    const world = createRawWorld();
    world.send(bytes());
    world.settle();
    expectGoaway(world, code);
  });

  test("a frame that stops half-way is cut after 10 s", () => {
    const world = createRawWorld();
    world.send(request(1).subarray(0, 22));
    world.settle(9_990);
    expect(world.isClosed()).toBe(false);
    world.settle(20);
    expect([world.isClosed(), world.frames]).toEqual([true, []]);
  });

  test("a frame that goes on within 10 s is read", () => {
    const world = createRawWorld();
    for (const byte of request(1)) {
      world.send(Uint8Array.of(byte));
      world.settle(9_000);
    }
    expect(world.served).toHaveLength(1);
  });

  test("1,000 frames that bring nothing forward are borne, one more is not; they are forgiven with time", () => {
    const idle = frame({ kind: 0xff });
    const world = createRawWorld();
    for (let count = 0; count < 1_000; count++) world.send(idle);
    world.settle(0);
    expectAlive(world);
    world.settle(10);
    world.send(idle);
    world.settle(0);
    expectAlive(world);
    world.send(idle);
    world.settle(0);
    expectGoaway(world, GoawayCode.enhanceCalm);
  });

  test.each([
    ["pongs", frame({ kind: 9 })],
    ["settings", frame({ kind: 10, serialization: 2, body: Buffer.from("{}") })],
    ["empty credit", credit(0)],
    ["little credit", credit(1)],
  ])("%s count as such frames", (_, bytes) => {
    const world = createRawWorld();
    for (let count = 0; count < 1_200; count++) world.send(bytes);
    world.settle(0);
    expectGoaway(world, GoawayCode.enhanceCalm);
  });
});

describe("pings", () => {
  const ping = (sequence: number) => frame({ kind: 8, sequence });

  test("are answered with their id", () => {
    const world = createRawWorld();
    world.send(ping(5));
    world.settle();
    expect(world.frames).toMatchObject([{ kind: FrameKind.pong, id: String(5 * 65_536) }]);
  });

  test("may come too early twice, not three times", () => {
    const world = createRawWorld();
    for (const sequence of [1, 2, 3]) world.send(ping(sequence));
    world.settle();
    expectAlive(world);
    world.send(ping(4));
    world.settle();
    expectGoaway(world, GoawayCode.tooManyPings);
  });

  test("may come every 60 s for ever, every 10 s while a call runs", () => {
    const world = createRawWorld({ serverLimits: { idleMs: 0, keepaliveMs: 0 } });
    for (let count = 0; count < 10; count++, world.settle(60_000)) world.send(ping(count));
    world.send(request(1));
    for (let count = 0; count < 10; count++, world.settle(10_000)) world.send(ping(count));
    expectAlive(world);
  });
});

describe("calls", () => {
  test("as many as the limit run, one more is turned away and may be sent again", () => {
    const world = createRawWorld({ serverLimits: { maxCalls: 3 } });
    for (const lane of [0, 1, 2]) world.send(request(lane + 1, lane));
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([3, []]);
    world.send(request(4, 3));
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([3, ["too_many_calls"]]);
    expectAlive(world);
  });

  test("a cancelled call counts until its handler settles", () => {
    const world = createRawWorld({ serverLimits: { maxCalls: 1 } });
    world.send(request(1), frame({ kind: 6, sequence: 1 }), request(2));
    world.settle();
    expect([world.served.length, world.served[0]?.cancelled?.code, errors(world)]).toEqual([1, 2, ["too_many_calls"]]);
    world.served[0]?.call.settle();
    world.send(request(3));
    world.settle();
    expect(world.served).toHaveLength(2);
    expectAlive(world);
  });

  test("1,000 cancels are borne, one more is not", () => {
    const world = createRawWorld({ onRequest: ({ call }) => ({ onCancel: () => call.settle() }) });
    for (let sequence = 1; sequence <= 1_000; sequence++) world.send(request(sequence), frame({ kind: 6, sequence }));
    world.settle(0);
    expectAlive(world);
    world.send(
      request(1_001),
      frame({ kind: 6, sequence: 1_001 }),
      request(1_002),
      frame({ kind: 6, sequence: 1_002 }),
    );
    world.settle(0);
    expectGoaway(world, GoawayCode.enhanceCalm);
  });

  test("an id that does not rise is a fault", () => {
    const world = createRawWorld({ onRequest: ({ call }) => void (call.respond(Buffer.alloc(0)), call.settle()) });
    world.send(request(2), request(1));
    world.settle();
    expectGoaway(world, GoawayCode.protocol);
  });

  test("a lane whose call is not over is a fault", () => {
    const world = createRawWorld();
    world.send(request(1), request(2));
    world.settle();
    expectGoaway(world, GoawayCode.protocol);
    expect(world.served[0]?.cancelled?.reason).toBe("protocol_violated");
  });

  test("metadata above the limits fails only the call", () => {
    const pairs = (count: number) =>
      Buffer.concat(Array.from({ length: count }, () => Buffer.from([0x8a, 3, 1, 0x6b, 0x76])));
    const world = createRawWorld();
    world.send(
      request(1, 0, { header: pairs(64) }),
      request(2, 1, { header: pairs(65) }),
      request(3, 1, { header: Buffer.from([0x8a, 3, 1, 0x4b, 0x76]) }),
    );
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([1, ["limit_exceeded", "malformed_message"]]);
    expectAlive(world);
  });

  test("what is not supported fails only the call", () => {
    const world = createRawWorld();
    world.send(
      request(1, 0, { serialization: 9 }),
      request(2, 0, { flags: 0x11 }),
      request(3, 0, { header: Buffer.from([0x70, 0]) }),
    );
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([0, ["unsupported", "unsupported", "unsupported"]]);
    expectAlive(world);
  });

  test("a deadline that has passed never reaches a handler", () => {
    const world = createRawWorld();
    world.send(request(1, 0, { deadlineMicros: 0 }));
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([0, ["deadline_passed"]]);
    expect(world.server.callsInProgress).toBe(0);
  });

  test("a deadline of years is cut to ten minutes", () => {
    const world = createRawWorld();
    world.send(request(1, 0, { deadlineMicros: 2 ** 50 }));
    world.settle(0);
    expect((world.served[0]?.call.deadlineMs ?? 0) - world.environment.now()).toBe(600_000);
  });

  test("requests above the memory for requests are turned away", () => {
    const world = createRawWorld({ serverLimits: { maxRequestBytes: 100 } });
    world.send(request(1, 0, { body: Buffer.alloc(100) }), request(2, 1, { body: Buffer.alloc(1) }));
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([1, ["too_many_calls"]]);
    world.served[0]?.call.settle();
    world.send(request(3, 1, { body: Buffer.alloc(100) }));
    world.settle();
    expect(world.served).toHaveLength(2);
  });
});

describe("messages", () => {
  const chunk = (sequence: number, lane: number, bytes: number, last = false) =>
    request(sequence, lane, { flags: last ? 0x10 : 0x40, body: Buffer.alloc(bytes, 1) });
  const more = (sequence: number, lane: number, bytes: number, last = false) =>
    frame({ kind: 1, sequence, lane, serialization: 1, flags: last ? 0x10 : 0x40, body: Buffer.alloc(bytes, 1) });

  test("a message of exactly the limit arrives, one byte more fails the call", () => {
    const world = createRawWorld({ serverLimits: { maxMessageBytes: 100_000 } });
    world.send(chunk(1, 0, 60_000), more(1, 0, 40_000, true), chunk(2, 1, 60_000), more(2, 1, 40_001, true));
    world.settle();
    expect([world.served.map(({ body }) => body.length), errors(world)]).toEqual([[100_000], ["limit_exceeded"]]);
    expectAlive(world);
    expect(world.server.callsInProgress).toBe(1);
  });

  test("the same holds for a message in one frame", () => {
    const world = createRawWorld({ serverLimits: { maxMessageBytes: 10 } });
    world.send(request(1, 0, { body: Buffer.alloc(10) }), request(2, 1, { body: Buffer.alloc(11) }));
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([1, ["limit_exceeded"]]);
  });

  test("the rest of a message that was refused is dropped", () => {
    const world = createRawWorld({ serverLimits: { maxMessageBytes: 10 } });
    world.send(chunk(1, 0, 11), more(1, 0, 5), more(1, 0, 5, true), request(2));
    world.settle();
    expect([world.served.length, errors(world)]).toEqual([1, ["limit_exceeded"]]);
    expectAlive(world);
  });

  test("so is the rest of one that was broken off, its items too, while the last word waits for the transport", () => {
    const world = createRawWorld({
      network: () => ({ bytesPerMs: () => 1_000 }),
      onRequest: ({ call }) => (call.respond(Buffer.alloc(66_000)), call.settle()),
    });
    const item = frame({ kind: 4, sequence: 2, lane: 1, serialization: 1, body: Buffer.alloc(5) });
    world.send(request(1), request(2, 1, { flags: 0x40, body: Buffer.alloc(5), deadlineMicros: 5_000 }));
    world.settle(10);
    expect([world.frames.length, world.server.callsInProgress]).toEqual([0, 1]);
    world.send(more(2, 1, 5), frame({ kind: 1, sequence: 2, lane: 1, serialization: 1, body: Buffer.alloc(5) }));
    world.send(item, frame({ kind: 5, sequence: 2, lane: 1 }));
    world.settle(200);
    expect([errors(world), world.server.callsInProgress]).toEqual([["deadline_passed"], 0]);
    expectAlive(world);
  });

  test("eight messages may be under way in chunks, not nine", () => {
    const world = createRawWorld();
    for (let lane = 0; lane < 8; lane++) world.send(chunk(lane + 1, lane, 1));
    world.settle();
    expectAlive(world);
    world.send(chunk(9, 8, 1));
    world.settle();
    expectGoaway(world, GoawayCode.protocol);
  });

  test("a call that ends gives its place among them back", () => {
    const world = createRawWorld();
    for (let lane = 0; lane < 8; lane++) world.send(chunk(lane + 1, lane, 1));
    world.send(frame({ kind: 6, sequence: 1, lane: 0 }), chunk(9, 0, 1), more(9, 0, 1, true));
    world.settle();
    expectAlive(world);
    expect(world.served).toHaveLength(1);
  });

  test("a chunked message may use its credit to the byte and gets new credit on arrival", () => {
    const world = createRawWorld();
    world.send(chunk(1, 0, 60_000), more(1, 0, 60_000), more(1, 0, 60_000));
    world.settle();
    const granted = world.frames.filter(({ kind }) => kind === FrameKind.credit);
    expect(granted.reduce((sum, { header }) => sum + header.credit, 0)).toBeGreaterThan(131_072);
    expectAlive(world);
  });

  test("more than the credit is a fault", () => {
    const world = createRawWorld({ consumeAtServer: false });
    world.send(request(1, 0, { flags: 0 }));
    const item = (length: number) => frame({ kind: 4, sequence: 1, serialization: 1, body: Buffer.alloc(length) });
    for (let count = 0; count < 4; count++) world.send(item(65_516));
    world.settle();
    expectAlive(world);
    expect(world.served[0]?.items).toHaveLength(4);
    world.send(item(0));
    world.settle();
    expectGoaway(world, GoawayCode.creditOverrun);
  });

  test("the connection's credit ends too", () => {
    const world = createRawWorld({ consumeAtServer: false });
    for (let lane = 0; lane < 5; lane++) world.send(request(lane + 1, lane, { flags: 0 }));
    const item = (lane: number, length: number) =>
      frame({ kind: 4, sequence: lane + 1, lane, serialization: 1, body: Buffer.alloc(length) });
    for (let lane = 0; lane < 4; lane++) for (let count = 0; count < 4; count++) world.send(item(lane, 65_516));
    world.settle();
    expectAlive(world);
    world.send(item(4, 0));
    world.settle();
    expectGoaway(world, GoawayCode.creditOverrun);
  });

  test("items after the end, before the end of the request, or interrupted are faults", () => {
    const end = frame({ kind: 5, sequence: 1 });
    const item = frame({ kind: 4, sequence: 1, serialization: 1 });
    const part = frame({ kind: 4, sequence: 1, serialization: 1, flags: 0x40, body: Buffer.alloc(1) });
    const open = request(1, 0, { flags: 0 });
    for (const script of [
      [open, end, item],
      [open, end, end],
      [chunk(1, 0, 1), item],
      [open, part, end],
      [request(1), item],
    ]) {
      const world = createRawWorld();
      world.send(...script);
      world.settle();
      expectGoaway(world, GoawayCode.protocol);
    }
  });

  test("a client that stops between two chunks is asked whether it is there, and cut, one-way or not", () => {
    for (const script of [chunk(1, 0, 9), request(1, 0xffff, { flags: 0x70, body: Buffer.alloc(9) })]) {
      const world = createRawWorld();
      world.send(script);
      world.settle(20_001);
      expect([kinds(world), world.isClosed()]).toEqual([[FrameKind.ping], false]);
      world.settle(10_001);
      expect([world.isClosed(), world.server.callsInProgress, world.environment.pendingTimers]).toEqual([true, 0, 0]);
    }
  });

  test("empty chunks bring nothing forward", () => {
    const world = createRawWorld();
    world.send(chunk(1, 0, 1));
    for (let count = 0; count < 1_001; count++) world.send(more(1, 0, 0));
    world.settle(0);
    expectGoaway(world, GoawayCode.enhanceCalm);
  });
});

test("frames for a call that is over are late, not wrong", () => {
  const world = createRawWorld({ onRequest: ({ call }) => void (call.respond(Buffer.from("done")), call.settle()) });
  world.send(request(1, 0, { flags: 0 }));
  world.settle();
  world.send(
    frame({ kind: 4, sequence: 1, serialization: 1, body: Buffer.alloc(9) }),
    frame({ kind: 5, sequence: 1 }),
    frame({ kind: 6, sequence: 1 }),
    credit(9_000, 1),
  );
  world.settle();
  expectAlive(world);
  expect(kinds(world)).toEqual([FrameKind.response]);
});

test("a handler error in a receiver ends its call and nothing else", () => {
  const world = createRawWorld({
    onRequest: () => ({
      onItem: () => {
        throw new Error("secret");
      },
    }),
  });
  world.send(request(1, 0, { flags: 0 }), request(2, 1), frame({ kind: 4, sequence: 1, serialization: 1 }));
  world.settle();
  expect([errors(world), JSON.stringify(world.frames).includes("secret")]).toEqual([["handler_threw"], false]);
  expect(world.served[0]?.cancelled?.message).toBe("internal error");
  expectAlive(world);
});

test("a throw from onRequest fails the call and settles it", () => {
  const world = createRawWorld({
    onRequest: () => {
      throw new Error("secret");
    },
  });
  world.send(request(1));
  world.settle();
  expect([errors(world), world.server.callsInProgress]).toEqual([["handler_threw"], 0]);
});

test("a client that goes away leaves no handler uninformed and nothing behind", () => {
  const world = createRawWorld();
  for (let lane = 0; lane < 20; lane++)
    world.send(request(lane + 1, lane, { flags: lane % 2 === 0 ? 0 : 0x10, deadlineMicros: 1e9 }));
  world.settle();
  world.send(new HeaderWriter().finish(), request(21, 20).subarray(0, 9));
  world.server.abort();
  world.settle();
  expect(world.served.every(({ cancelled }) => cancelled?.reason === "connection_lost")).toBe(true);
  for (const { call } of world.served) call.settle();
  expect([world.server.callsInProgress, world.environment.pendingTimers]).toEqual([0, 0]);
});

test("the limits that are tested here are the documented ones", () => {
  expect(defaultLimits).toMatchObject({
    handshakeMs: 5_000,
    maxFrameBytes: 66_560,
    partialFrameMs: 10_000,
    idleFrameBurst: 1_000,
    cancelBurst: 1_000,
  });
});
