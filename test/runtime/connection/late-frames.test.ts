import { describe, expect, test } from "vitest";
import { FrameKind, GoawayCode, onewayLane } from "../../../runtime/protocol/frame.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import {
  createRawWorld,
  createWorld,
  frame,
  type FrameInput,
  type RawWorld,
  request,
  type ServedCall,
} from "./world.ts";

/** What a server makes of frames whose calls are over, were turned away, or never began. */
const oneway = (sequence: number, bytes: number, isLast = false): Uint8Array =>
  request(sequence, onewayLane, { flags: isLast ? 0x30 : 0x70, body: Buffer.alloc(bytes, sequence) });
const onewayRest = (sequence: number, bytes: number, isLast = false): Uint8Array =>
  frame({ ...rest(sequence, onewayLane, isLast ? 0x30 : 0x70), body: Buffer.alloc(bytes, sequence) });
const rest = (sequence: number, lane: number, flags: number): FrameInput => ({
  kind: FrameKind.request,
  sequence,
  lane,
  serialization: 1,
  flags,
});
const item = (sequence: number, lane: number, bytes: number): Uint8Array =>
  frame({ kind: FrameKind.item, sequence, lane, serialization: 1, body: Buffer.alloc(bytes) });
const cancel = (sequence: number, lane = 0): Uint8Array =>
  frame({ kind: FrameKind.cancel, sequence, lane, header: new HeaderWriter().number(5, 1).finish() });
const credits = (world: RawWorld): (readonly [id: string, bytes: number])[] =>
  world.frames
    .filter(({ kind }) => kind === FrameKind.credit)
    .map(({ id, header }) => [(BigInt(id) >> 16n).toString(), header.credit] as const);
const answerAtOnce = ({ call }: ServedCall): void => (call.respond(new Uint8Array(0)), call.settle());
/** Bytes of a frame without header and body. */
const fixed = 20;

describe("a one-way request in chunks", () => {
  test("runs when it is complete, whatever came in between", () => {
    const world = createRawWorld();
    world.send(oneway(1, 3), oneway(2, 3), onewayRest(1, 2, true), onewayRest(2, 4, true));
    world.settle();
    expect(world.served.map(({ body }) => body)).toEqual(["\x01".repeat(5), "\x02".repeat(7)]);
  });

  test("that was turned away gets the credit to finish, and is not run", () => {
    const world = createRawWorld({ serverLimits: { maxCalls: 1 } });
    world.send(request(1), oneway(2, 9_000));
    world.settle();
    expect([world.served.length, credits(world)]).toEqual([1, []]);
    world.send(onewayRest(2, 9_000), onewayRest(2, 5_000), onewayRest(2, 10, true));
    world.settle();
    expect([credits(world), world.served.length, world.server.state]).toEqual([
      [
        ["2", 9_000 + fixed],
        ["2", 5_000 + fixed],
      ],
      1,
      "open",
    ]);
  });

  test.each([
    [4_096, "open"],
    [4_095, "closed"],
  ])("that was turned away may go on in frames of %i bytes: %s", (bytes, state) => {
    const world = createRawWorld({ serverLimits: { maxCalls: 1, idleFrameBurst: 3 } });
    world.send(request(1), oneway(2, 9_000));
    for (let count = 0; count < 3; count++) world.send(onewayRest(2, bytes - fixed));
    world.settle(0);
    expect(world.server.state).toBe("open");
    world.send(onewayRest(2, bytes - fixed));
    world.settle(0);
    expect([world.server.state, world.goaway()]).toEqual([
      state,
      state === "open" ? undefined : GoawayCode.enhanceCalm,
    ]);
  });

  test("counts as open while it arrives, not while it runs", () => {
    const world = createRawWorld();
    world.send(oneway(1, 5, true));
    world.settle(100_000);
    expect([world.frames, world.server.callsInProgress]).toEqual([[], 1]);
  });
});

describe("a call that is over", () => {
  test("may be cancelled and ended still", () => {
    const world = createRawWorld({ onRequest: answerAtOnce });
    world.send(request(1), request(2, onewayLane, { flags: 0x30 }));
    const end = (lane: number, sequence: number): Uint8Array =>
      frame({ kind: FrameKind.end, sequence, lane, header: new HeaderWriter().number(5, 1).finish() });
    world.send(cancel(1), end(0, 1), cancel(2, onewayLane), end(onewayLane, 2));
    world.settle();
    expect([world.server.state, world.goaway(), credits(world)]).toEqual(["open", undefined, []]);
  });

  test("gives the credit of its late items back", () => {
    const world = createRawWorld({ onRequest: answerAtOnce });
    world.send(request(1, 0, { flags: 0 }));
    for (let count = 0; count < 10; count++) world.send(item(1, 0, 60_000));
    world.settle();
    for (let count = 0; count < 10; count++) world.send(item(1, 0, 60_000));
    world.settle();
    const granted = credits(world).filter(([sequence]) => sequence === "0");
    expect([world.server.state, granted.length > 0]).toEqual(["open", true]);
  });

  test("lets the rest of its request pass, and no other request with its id", () => {
    const world = createRawWorld({ onRequest: answerAtOnce });
    world.send(request(1), frame(rest(1, 0, 0x10)));
    world.settle();
    expect(world.server.state).toBe("open");
    world.send(request(1));
    world.settle();
    expect([world.server.state, world.goaway()]).toEqual(["closed", GoawayCode.protocol]);
  });
});

describe("a server that goes away", () => {
  test("bears frames of calls that it did not take", () => {
    const world = createRawWorld();
    world.send(request(1));
    world.settle();
    void world.server.drain(100_000);
    world.settle();
    world.send(
      request(2, 1, { flags: 0 }),
      item(2, 1, 9),
      cancel(2, 1),
      frame({ kind: FrameKind.end, sequence: 2, lane: 1 }),
    );
    world.settle();
    expect([world.served.length, world.server.state, world.goaway()]).toEqual([1, "draining", GoawayCode.none]);
  });

  test("says so once, however many reasons it has", () => {
    const world = createRawWorld({ serverLimits: { maxAgeMs: 5_000, ageGraceMs: 50_000, keepaliveMs: 0 } });
    world.send(request(1));
    world.settle();
    void world.server.drain(100_000);
    world.settle(10_000);
    const words = world.frames.filter(({ kind }) => kind === FrameKind.goaway);
    expect([world.server.state, words.length, words[0]?.header.message]).toEqual(["draining", 1, undefined]);
    world.settle(60_000);
    expect(world.server.state).toBe("draining");
  });
});

describe("a header that a server cannot read", () => {
  const bad = Buffer.from([0x70, 0]);

  test("ends the call of a new request, and nothing else", () => {
    const world = createRawWorld();
    world.send(request(1, 0, { header: bad }), request(2));
    world.settle();
    expect([world.served.length, world.server.state]).toEqual([1, "open"]);
    expect(world.frames).toMatchObject([{ kind: FrameKind.error, header: { reason: "unsupported" } }]);
  });

  test.each([
    ["an item", frame({ kind: FrameKind.item, sequence: 2, serialization: 1, flags: 0x10, header: bad })],
    ["an end", frame({ kind: FrameKind.end, sequence: 2, flags: 0x10, header: bad })],
    ["a request with an old id", request(1, 0, { header: bad })],
    ["a cancel", frame({ kind: FrameKind.cancel, sequence: 1, header: bad })],
    ["a ping", frame({ kind: FrameKind.ping, header: bad })],
  ])("of %s is a fault", (_, bytes) => {
    const world = createRawWorld({ onRequest: answerAtOnce });
    world.send(request(1));
    world.settle();
    world.send(bytes);
    world.settle();
    expect([world.goaway(), world.server.state]).toEqual([GoawayCode.protocol, "closed"]);
    expect(world.frames.map(({ kind }) => kind)).toEqual([FrameKind.response, FrameKind.goaway]);
  });
});

describe("a cancel", () => {
  test("tells the handler that the caller did it", () => {
    const world = createWorld();
    const { call } = world.start();
    world.environment.advance(5);
    call.cancel();
    world.environment.advance(5);
    expect(world.served[0]?.cancelled).toMatchObject({ reason: "cancelled_by_caller", origin: "remote" });
  });

  test.each([
    [999_000, "open"],
    [1_000_000, "closed"],
  ])("is charged by a deadline that far: %i microseconds: %s", (deadlineMicros, state) => {
    const world = createRawWorld({
      serverLimits: { cancelBurst: 2 },
      onRequest: ({ call }) => ({ onCancel: () => call.settle() }),
    });
    for (let sequence = 1; sequence <= 5; sequence++)
      world.send(request(sequence, 0, { deadlineMicros }), cancel(sequence));
    world.settle(0);
    expect(world.server.state).toBe(state);
  });
});

test("an idle connection ends so long after its last call, not after its beginning", () => {
  const world = createRawWorld({ serverLimits: { idleMs: 10_000 }, onRequest: answerAtOnce });
  world.settle(6_000);
  world.send(request(1));
  world.settle(9_900);
  expect(world.server.state).toBe("open");
  world.settle(200);
  expect([world.server.state, world.goaway()]).toEqual(["draining", GoawayCode.idle]);
  world.settle(1_000);
  expect(world.server.state).toBe("closed");
});
