import { describe, expect, test } from "vitest";
import { FrameKind, GoawayCode, onewayLane } from "../../../runtime/protocol/frame.ts";
import {
  clientOption,
  createRawWorld,
  createWorld,
  frame,
  noBody,
  type RawWorld,
  request,
  type ServedCall,
} from "./world.ts";

/** One-way calls that cross a GOAWAY [GOA-5]: what servers do with them. */
const oneway = (sequence: number, text = `call ${sequence}`, deadlineMicros?: number): Uint8Array =>
  request(sequence, onewayLane, {
    flags: 0x30,
    body: Buffer.from(text),
    ...(deadlineMicros === undefined ? {} : { deadlineMicros }),
  });
const part = (sequence: number, bytes: number): Uint8Array =>
  request(sequence, onewayLane, { flags: 0x70, body: Buffer.alloc(bytes, sequence) });
const rest = (sequence: number, bytes: number, isLast: boolean): Uint8Array =>
  frame({
    kind: FrameKind.request,
    sequence,
    lane: onewayLane,
    serialization: 1,
    flags: isLast ? 0x30 : 0x70,
    body: Buffer.alloc(bytes, sequence),
  });
const bodies = ({ served }: { readonly served: readonly ServedCall[] }): string[] => served.map(({ body }) => body);
const settleAtOnce = ({ call }: ServedCall): void => call.settle();
/** Ids that GOAWAYs named. */
const named = ({ frames }: RawWorld): bigint[] =>
  frames.filter(({ kind }) => kind === FrameKind.goaway).map(({ id }) => BigInt(id) >> 16n);

function leaving(options: Parameters<typeof createRawWorld>[0] = {}, graceMs = 10_000): RawWorld {
  const world = createRawWorld(options);
  for (const bytes of [request(1), oneway(2)]) {
    world.send(bytes);
    world.settle();
    world.served.at(-1)?.call.settle();
  }
  void world.server.drain(graceMs);
  world.settle();
  return world;
}

describe("a server that has said GOAWAY politely", () => {
  test("runs the one-way requests that come then, and none with a reply", () => {
    const world = leaving();
    world.send(oneway(3), request(4), oneway(5));
    world.settle();
    expect([bodies(world).slice(2), world.server.callsInProgress, world.server.state]).toEqual([
      ["call 3", "call 5"],
      2,
      "draining",
    ]);
    expect(named(world)).toEqual([2n]);
  });

  test("takes them in chunks, with the credit that they need", () => {
    const world = leaving();
    world.send(part(3, 60_000), rest(3, 60_000, false), rest(3, 60_000, false));
    world.settle();
    expect(world.frames.some(({ kind, id }) => kind === FrameKind.credit && BigInt(id) >> 16n === 3n)).toBe(true);
    world.send(rest(3, 10, true));
    world.settle();
    expect(bodies(world).slice(2)).toEqual(["\x03".repeat(180_010)]);
  });

  test("runs what it gets before it has read an Option as well", () => {
    const world = createRawWorld({ option: undefined });
    void world.server.drain(10_000);
    world.send(clientOption, oneway(1), request(2));
    world.settle();
    expect([bodies(world), named(world)]).toEqual([["call 1"], [0n]]);
  });

  test.each([
    ["maxCalls", { maxCalls: 1 }, [oneway(3), oneway(4)], "too_many_calls"],
    ["deadlines", {}, [oneway(3), oneway(4, "", 0)], "deadline_passed"],
    ["maxRequestBytes", { maxRequestBytes: 10 }, [oneway(3), oneway(4, "x".repeat(9))], "too_many_calls"],
  ])("keeps to %s: it tells of what it turns away once", (_, serverLimits, late, reason) => {
    const world = leaving({ serverLimits });
    world.send(...late);
    world.settle();
    expect([bodies(world).slice(2), world.dropped.map((error) => error.reason)]).toEqual([["call 3"], [reason]]);
  });

  test("gives those that it turned away the credit to finish", () => {
    const world = leaving({ serverLimits: { maxCalls: 1 } });
    world.send(oneway(3), part(4, 9_000), rest(4, 9_000, false), rest(4, 5, true));
    world.settle();
    const granted = world.frames.filter(({ kind }) => kind === FrameKind.credit).map(({ header }) => header.credit);
    expect([granted, world.dropped.length, world.server.state]).toEqual([[9_020], 1, "draining"]);
  });

  test("bears chunks of those with replies that it did not take, also behind a later id", () => {
    const world = leaving();
    const chunk = frame({ kind: FrameKind.request, sequence: 3, serialization: 1, flags: 0x50, body: noBody });
    world.send(request(3, 0, { flags: 0x50 }), oneway(4), chunk, frame({ kind: FrameKind.cancel, sequence: 3 }));
    world.settle();
    expect([bodies(world).slice(2), world.server.state]).toEqual([["call 4"], "draining"]);
  });

  test("runs none twice, and bears none with items", () => {
    const world = leaving();
    world.send(oneway(4), oneway(3));
    world.settle();
    expect([bodies(world).slice(2), world.server.state]).toEqual([["call 4"], "draining"]);
    world.send(request(5, onewayLane, { flags: 0x20 }));
    world.settle();
    expect([world.server.state, world.frames.at(-1)?.header.goawayCode]).toEqual(["closed", GoawayCode.protocol]);
  });

  test("names the same call when it says GOAWAY again, because of a breach", () => {
    const world = createRawWorld({ onRequest: settleAtOnce });
    world.send(oneway(70_000));
    world.settle();
    void world.server.drain(10_000);
    world.send(oneway(140_000));
    world.settle();
    world.send(frame({ kind: FrameKind.response, sequence: 1 }), oneway(140_001));
    world.settle();
    expect([named(world), bodies(world)]).toEqual([
      [70_000n, 70_000n],
      ["call 70000", "call 140000"],
    ]);
    expect(world.server.state).toBe("closed");
  });

  test("waits as long as it waits for its client, from the last of them on", () => {
    const world = leaving({ onRequest: settleAtOnce });
    for (let sequence = 3; sequence < 8; sequence++) {
      world.settle(900);
      world.send(oneway(sequence));
    }
    world.settle(990);
    expect([bodies(world).length, world.server.state]).toEqual([7, "draining"]);
    world.settle(20);
    expect([world.server.state, world.closed.server]).toEqual(["closed", "polite"]);
  });

  test("waits for the handler of one of them, and then for its client once more", () => {
    const world = leaving();
    world.send(oneway(3));
    world.settle(5_000);
    expect([world.server.state, world.server.callsInProgress]).toEqual(["draining", 1]);
    world.served[2]?.call.settle();
    world.settle(990);
    world.send(oneway(4));
    world.settle(20);
    world.served[3]?.call.settle();
    expect([bodies(world).length, world.server.state]).toEqual([4, "draining"]);
    world.settle(1_010);
    expect(world.closed.server).toBe("polite");
  });

  test.each([
    [60_000, 4_990],
    [3_000, 2_990],
  ])("waits while it has not got to what has come, but for %i ms at most", (graceMs, stillMs) => {
    const world = createWorld();
    const transport = Object.assign(world.serverEnd, { isBehind: true });
    world.environment.advance(5);
    world.clientEnd.pause();
    void world.server.drain(graceMs);
    world.environment.advance(stillMs);
    expect(world.server.state).toBe("draining");
    transport.isBehind = false;
    world.environment.advance(1_010);
    expect(world.closed.server).toBe("polite");
  });

  test("gives them no longer than its grace", () => {
    const world = leaving({}, 3_000);
    world.send(oneway(3));
    world.settle(2_990);
    expect(world.served[2]?.cancelled).toBeUndefined();
    world.settle(20);
    expect([world.served[2]?.cancelled?.reason, world.server.state]).toEqual(["connection_lost", "closed"]);
  });
});

test("a server that ends a connection for a fault runs nothing that comes then", () => {
  const world = createRawWorld();
  world.send(frame({ kind: FrameKind.response, sequence: 1 }), oneway(1));
  world.settle();
  world.send(oneway(2));
  world.settle(10);
  expect([bodies(world), world.goaway(), world.dropped]).toEqual([[], GoawayCode.protocol, []]);
});

describe("a client that ends its side", () => {
  const begun = (isDraining: boolean): ReturnType<typeof createWorld> => {
    const world = createWorld({ network: () => ({ delayMs: () => 5 }) });
    world.environment.advance(50);
    if (isDraining) void world.server.drain(60_000);
    world.start({ oneway: true, body: Buffer.from("crossing") });
    if (!isDraining) void world.client.drain(1_000);
    world.environment.advance(100);
    return world;
  };

  test.each([
    ["after a GOAWAY", true],
    ["because it wants to", false],
  ])("%s leaves its one-way calls running, and the server waits for them", async (_, isDraining) => {
    const world = begun(isDraining);
    const order: string[] = [];
    expect([world.closed, bodies(world), world.served[0]?.cancelled]).toEqual([
      { client: "polite" },
      ["crossing"],
      undefined,
    ]);
    expect([world.serverEnd.isClosed, world.server.state, world.server.callsInProgress]).toEqual([true, "draining", 1]);
    const drained = world.server.drain(5_000).then(() => void order.push("drained"));
    await world.environment.advanceAsync(4_000);
    order.push("settles");
    world.served[0]?.call.settle();
    await drained;
    expect([order, world.closed.server, world.served[0]?.cancelled]).toEqual([
      ["settles", "drained"],
      "polite",
      undefined,
    ]);
    expect(world.environment.pendingTimers).toBe(0);
  });

  test.each([
    ["the grace of the drain", true, 60_000],
    ["ageGraceMs, where there is no other", false, 30_000],
  ])("does not leave them running beyond %s", (_, isDraining, graceMs) => {
    const world = begun(isDraining);
    world.environment.advance(graceMs - 110);
    expect([world.server.state, world.served[0]?.cancelled]).toEqual(["draining", undefined]);
    world.environment.advance(110);
    expect([world.served[0]?.cancelled?.reason, world.closed.server]).toMatchObject([
      "connection_lost",
      { reason: "connection_lost" },
    ]);
    expect(world.environment.pendingTimers).toBe(0);
  });

  test("with a shorter grace later cuts them then", () => {
    const world = begun(false);
    void world.server.drain(50);
    world.environment.advance(49);
    expect(world.served[0]?.cancelled).toBeUndefined();
    world.environment.advance(2);
    expect(world.served[0]?.cancelled?.reason).toBe("connection_lost");
  });

  test("gives up what it has sent in part, without a word to the owner of the server", () => {
    const world = leaving();
    world.send(oneway(3), part(4, 9_000));
    world.settle();
    world.end();
    world.settle();
    expect([bodies(world).slice(2), world.dropped, world.served[2]?.cancelled]).toEqual([["call 3"], [], undefined]);
    expect([world.server.callsInProgress, world.server.state]).toEqual([1, "draining"]);
    world.served[2]?.call.settle();
    expect([world.server.state, world.closed.server]).toEqual(["closed", "polite"]);
  });

  test("is let go at once when its one-way calls are over, or none of them is complete", () => {
    const over = createRawWorld({ onRequest: settleAtOnce });
    const begun = createRawWorld();
    over.send(oneway(1));
    begun.send(part(1, 9_000));
    for (const world of [over, begun]) {
      world.settle();
      world.end();
      world.settle();
    }
    expect([over.closed.server, begun.closed.server]).toMatchObject(["polite", { reason: "connection_lost" }]);
    expect([over.server.state, begun.server.state, begun.dropped]).toEqual(["closed", "closed", []]);
  });

  test("while it waits for a reply was lost, and its handlers are told", () => {
    const world = createRawWorld();
    world.send(request(1), oneway(2));
    world.settle();
    world.end();
    world.settle();
    expect(world.served.map(({ cancelled }) => cancelled?.reason)).toEqual(["connection_lost", "connection_lost"]);
    expect(world.server.state).toBe("closed");
  });

  test("by force was lost as well", () => {
    const world = createWorld();
    world.start({ oneway: true });
    world.environment.advance(5);
    world.clientEnd.abort(new Error("cable cut"));
    world.environment.advance(5);
    expect([world.served[0]?.cancelled?.reason, world.server.state]).toEqual(["connection_lost", "closed"]);
  });

  test("is not asked whether it is there while its calls go on", () => {
    const world = createWorld({ serverLimits: { keepaliveMs: 1_000, keepaliveTimeoutMs: 1_000 } });
    world.start({ oneway: true });
    world.environment.advance(5);
    void world.client.drain(1_000);
    world.environment.advance(20_000);
    expect([world.server.state, world.served[0]?.cancelled]).toEqual(["draining", undefined]);
  });
});
