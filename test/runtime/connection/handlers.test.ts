import { describe, expect, test } from "vitest";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { FrameKind, GoawayCode, onewayLane } from "../../../runtime/protocol/frame.ts";
import {
  createRawWorld,
  createWorld,
  credit,
  frame,
  noBody,
  type RawWorld,
  request,
  type ServedCall,
} from "./world.ts";

/** What handlers may do with their calls, in which order, and what leaves then. */
const kinds = (world: RawWorld): number[] => world.frames.map(({ kind }) => kind);
const errors = (world: RawWorld): (string | undefined)[] =>
  world.frames.filter(({ kind }) => kind === FrameKind.error).map(({ header }) => header.reason);
const enough = new RpcError({ reason: "application", message: "enough" });
const oneway = request(1, onewayLane, { flags: 0x30 });
const stream = request(1, 0, { flags: 0 });
const item = (bytes = 1, input = {}): Uint8Array =>
  frame({ kind: FrameKind.item, sequence: 1, serialization: 1, body: Buffer.alloc(bytes), ...input });

/** A raw client's calls, when their handlers are at work. */
function serve(bytes: Uint8Array, options: Parameters<typeof createRawWorld>[0] = {}): RawWorld & ServedCall {
  const world = createRawWorld(options);
  world.send(bytes);
  world.settle();
  return Object.assign(world.served[0] as ServedCall, world);
}

describe("a call that was answered", () => {
  test.each([
    ["a reply", ({ call }: ServedCall) => call.respond(noBody), FrameKind.response],
    ["a failure", ({ call }: ServedCall) => call.fail({ error: enough }), FrameKind.error],
    ["its end", ({ call }: ServedCall) => call.end(), FrameKind.end],
  ])("with %s says nothing more", (_, answer, kind) => {
    const world = serve(stream);
    answer(world);
    world.call.respond(Buffer.from("late"));
    world.call.fail({ error: enough });
    world.call.end();
    expect(world.call.sendItem(Buffer.from("late"))).toBe(true);
    world.call.settle();
    world.call.settle();
    world.settle();
    expect([kinds(world), world.server.callsInProgress, world.call.open]).toEqual([[kind], 0, false]);
  });

  test("with too much is answered with the error, once", () => {
    for (const send of ["respond", "sendItem"] as const) {
      const world = serve(stream, { serverLimits: { maxMessageBytes: 10 } });
      world.call[send](Buffer.alloc(11));
      world.settle();
      expect([kinds(world), errors(world)]).toEqual([[FrameKind.error], ["limit_exceeded"]]);
    }
  });
});

describe("a one-way call", () => {
  test.each([
    ["responds", ({ call }: ServedCall) => call.respond(noBody)],
    ["sends items", ({ call }: ServedCall) => void call.sendItem(noBody)],
    ["ends", ({ call }: ServedCall) => call.end()],
    ["fails", ({ call }: ServedCall) => call.fail({ error: enough })],
    ["does nothing", () => undefined],
  ])("is over and silent when its handler %s and settles", (_, act) => {
    const world = serve(oneway);
    act(world);
    world.call.settle();
    world.settle();
    expect([world.frames, world.server.callsInProgress, world.call.open]).toEqual([[], 0, false]);
  });
});

describe("data of a declared error", () => {
  test.each([
    [16_384, 16_384],
    [16_385, 0],
  ])("of %i bytes leave as %i", (bytes, left) => {
    const world = serve(request(1));
    world.call.fail({ error: enough, errorType: "a.B", body: Buffer.alloc(bytes) });
    world.settle();
    expect(world.frames.map(({ kind, body }) => [kind, body.length])).toEqual([[FrameKind.error, left]]);
  });
});

describe("a deadline", () => {
  test("ends a call at the server too, whose client says nothing", () => {
    const world = serve(request(1, 0, { deadlineMicros: 50_000 }));
    world.settle(48);
    expect([world.served[0]?.cancelled, world.frames]).toEqual([undefined, []]);
    world.settle(5);
    expect([world.served[0]?.cancelled?.reason, errors(world)]).toEqual(["deadline_passed", ["deadline_passed"]]);
    world.call.respond(noBody);
    world.call.settle();
    world.settle();
    expect([world.frames.length, world.server.callsInProgress]).toEqual([1, 0]);
  });
});

describe("metadata", () => {
  test("leave with the first item, and only with that", () => {
    const world = serve(stream);
    for (let count = 0; count < 3; count++) world.call.sendItem(noBody, [["k", "v"]]);
    world.settle();
    const [first = 0, second, third] = world.frames.map(({ length }) => length);
    expect([second, third, first > 20]).toEqual([20, 20, true]);
  });
});

describe("items that come", () => {
  test.each([
    ["in another serialization", item(1, { serialization: 2 }), "unsupported"],
    ["compressed by what was not offered", item(1, { flags: 1 }), "unsupported"],
    ["longer than a message may be", item(11), "limit_exceeded"],
  ])("%s fail their call, whose handler hears of it", (_, bytes, reason) => {
    const world = serve(stream, { serverLimits: { maxMessageBytes: 10 } });
    world.send(bytes);
    world.settle();
    expect([errors(world), world.served[0]?.cancelled?.reason, world.items]).toEqual([[reason], reason, []]);
    expect(world.server.state).toBe("open");
  });

  test("with the mark of the end are the last", () => {
    const world = serve(stream);
    world.send(item(), item(2, { flags: 0x10 }));
    world.settle();
    expect([world.served[0]?.items.length, world.served[0]?.itemsEnded]).toEqual([2, true]);
    world.send(item());
    world.settle();
    expect(world.goaway()).toBe(GoawayCode.protocol);
  });

  test("for a handler that does not listen give their credit back", () => {
    const world = serve(stream, { onRequest: ({ call }) => void (call.receiver = undefined) });
    for (let count = 0; count < 12; count++) {
      world.send(item(60_000));
      world.settle();
    }
    world.send(frame({ kind: FrameKind.end, sequence: 1 }));
    world.settle();
    const granted = world.frames.filter(({ kind, id }) => kind === FrameKind.credit && id !== "0");
    expect([world.server.state, granted.length > 1, errors(world)]).toEqual(["open", true, []]);
    world.call.respond(noBody);
    world.settle();
    expect(kinds(world).at(-1)).toBe(FrameKind.response);
  });

  test("can be said to be used before any came", () => {
    const world = serve(request(1));
    world.call.consumed(5);
    world.settle();
    expect(world.frames).toEqual([]);
  });
});

describe("a fault", () => {
  test.each([
    [
      "a second request with the id of a call that runs",
      frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10 }),
    ],
    ["an end with a body", frame({ kind: FrameKind.end, sequence: 1, body: Buffer.from("x") })],
  ])("is %s", (_, bytes) => {
    const world = serve(stream);
    world.send(bytes);
    world.settle();
    expect([world.goaway(), world.server.state, world.served.length]).toEqual([GoawayCode.protocol, "closed", 1]);
    expect(world.served[0]?.cancelled?.reason).toBe("protocol_violated");
  });
});

describe("items that leave", () => {
  test("have to wait for credit, and what sends them is told once when it may go on", () => {
    const world = serve(stream);
    while (world.call.sendItem(Buffer.alloc(15_000)));
    world.settle();
    expect(world.served[0]?.writable).toBe(0);
    world.send(credit(200_000, 1));
    world.settle();
    expect(world.served[0]?.writable).toBe(1);
    expect(world.call.sendItem(Buffer.alloc(100))).toBe(true);
    world.settle();
    expect(world.served[0]?.writable).toBe(1);
  });

  test("need nobody who wants to be told", () => {
    for (const receiver of [undefined, { onCancel: () => undefined }]) {
      const world = serve(stream, { onRequest: ({ call }) => void (call.receiver = receiver) });
      while (world.call.sendItem(Buffer.alloc(15_000)));
      world.send(credit(200_000, 1));
      world.settle();
      world.call.end();
      world.settle();
      expect([errors(world), kinds(world).at(-1)]).toEqual([[], FrameKind.end]);
    }
  });

  test("above all that may wait for a client break their call off", () => {
    const world = createWorld({ serverLimits: { maxOutboundBytes: 100_000 } });
    const outcome = world.start({ consume: false });
    world.environment.advance(5);
    const [served] = world.served as [ServedCall];
    for (let count = 0; count < 17; count++) expect(served.call.sendItem(Buffer.alloc(15_000))).toBe(true);
    for (let count = 0; count < 6; count++) expect(served.call.sendItem(Buffer.alloc(15_000))).toBe(false);
    expect(served.cancelled).toBe(undefined);
    expect(served.call.sendItem(Buffer.alloc(15_000))).toBe(true);
    world.environment.advance(5);
    expect([outcome.error?.reason, served.cancelled?.reason]).toEqual(["limit_exceeded", "limit_exceeded"]);
  });
});
