import { describe, expect, test } from "vitest";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { createServerConnection } from "../../../runtime/connection/server-connection.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../../runtime/testing/virtual-network.ts";
import { createWorld, noBody, type Outcome, type ServedCall, text } from "./world.ts";

const echo = ({ call, body }: ServedCall): void => {
  call.respond(Buffer.from(body, "latin1"));
  call.settle();
};

describe("a call", () => {
  test("carries metadata, attempt, priority, path and deadline to the server and metadata back", () => {
    const world = createWorld({
      onRequest: ({ call }) => (
        call.respond(noBody, [
          ["etag", "7"],
          ["etag", "8"],
        ]),
        call.settle()
      ),
    });
    const outcome = world.start({
      metadata: [["tenant", "blau"]],
      attempt: 2,
      priority: 3,
      methodPath: "/a.B/c",
      deadlineMs: world.environment.now() + 500,
    });
    world.environment.advance(10);
    const { call } = world.served[0] as ServedCall;
    expect([call.metadata(), call.attempt, call.priority, call.methodPath, call.methodId]).toEqual([
      [["tenant", "blau"]],
      2,
      3,
      "/a.B/c",
      7,
    ]);
    expect(call.deadlineMs).toBeGreaterThan(world.environment.now());
    expect(outcome.metadata).toEqual([
      ["etag", "7"],
      ["etag", "8"],
    ]);
  });

  test("may be started before the handshake is complete and uses the serialization that was offered first", () => {
    const world = createWorld({ onRequest: echo });
    const outcome = world.start({ body: Buffer.from("early") });
    expect(world.client.state).toBe("opening");
    world.environment.advance(10);
    expect([outcome.response, world.served[0]?.call.serialization]).toEqual(["early", 1]);
  });

  test("with bad metadata throws at once and leaves nothing behind", () => {
    const world = createWorld();
    expect(() => world.start({ metadata: [["Bad", "x"]] })).toThrow(RpcError);
    expect(world.client.callsInProgress).toBe(0);
  });

  test.each([0, 1, 16_384, 16_385, 65_000, 65_516, 65_517, 300_000, 4_194_304])(
    "of %i bytes comes back whole",
    (bytes) => {
      const world = createWorld({ onRequest: echo });
      const body = Buffer.alloc(bytes);
      for (let at = 0; at < bytes; at++) body[at] = (at * 7) & 0xff;
      const outcome = world.start({ body });
      world.environment.advance(100);
      expect(outcome.error).toBeUndefined();
      expect(outcome.response === body.toString("latin1")).toBe(true);
    },
  );

  test("one byte above what the server takes fails here, and one reply too long fails there", () => {
    const world = createWorld({
      serverLimits: { maxMessageBytes: 1_000 },
      onRequest: ({ call }) => (call.respond(Buffer.alloc(1_001)), call.settle()),
    });
    world.environment.advance(10);
    const outcomes = [world.start({ body: Buffer.alloc(1_001) }), world.start({ body: Buffer.alloc(1_000) })];
    world.environment.advance(10);
    expect(outcomes.map(({ error }) => [error?.reason, error?.origin])).toEqual([
      ["limit_exceeded", "local"],
      ["limit_exceeded", "remote"],
    ]);
    expect(world.served).toHaveLength(1);
  });

  test("does not take memory that the caller uses again", () => {
    const world = createWorld({ serverLimits: { maxCalls: 1 }, onRequest: echo });
    world.environment.advance(10);
    const body = Buffer.from("first");
    const outcomes = [world.start({ body }), world.start({ body })];
    body.write("XXXXX");
    world.environment.advance(10);
    expect(outcomes.map(({ response }) => response)).toEqual(["first", "first"]);
  });

  test("small ones pass large ones", () => {
    const world = createWorld({
      onRequest: echo,
      network: () => ({ delayMs: () => 1, cut: (length) => Math.min(length, 65_536), highWaterBytes: 65_536 }),
    });
    const large = world.start({ body: Buffer.alloc(4_000_000) });
    world.environment.advance(5);
    const small = world.start({ body: Buffer.from("small") });
    world.environment.advance(20);
    expect([small.response, large.outcomes]).toEqual(["small", 0]);
    world.environment.advance(10_000);
    expect(large.response?.length).toBe(4_000_000);
  });

  test("that throws in its receiver hears of it in onError and hurts no other", () => {
    const world = createWorld({ onRequest: echo });
    const errors: RpcError[] = [];
    const boom = (): never => {
      throw new RpcError({ reason: "malformed_message", message: "cannot decode" });
    };
    const bad = {
      onResponse: boom,
      onItem: boom,
      onEnd: boom,
      onError: (error: RpcError) => (errors.push(error), boom()),
    };
    world.start({ receiver: bad });
    const other = world.start({ body: Buffer.from("fine") });
    world.environment.advance(10);
    expect([errors.map(({ reason }) => reason), other.response]).toEqual([["malformed_message"], "fine"]);
  });
});

describe("a one-way call", () => {
  test("ends when it was handed over, runs once and is never answered", () => {
    const world = createWorld({ onRequest: ({ call }) => (call.respond(Buffer.from("no")), call.settle()) });
    const outcomes = [world.start({ oneway: true }), world.start({ oneway: true, body: Buffer.alloc(500_000) })];
    world.environment.advance(50);
    expect(outcomes.map(({ ended, outcomes: count }) => [ended, count])).toEqual([
      [true, 1],
      [true, 1],
    ]);
    expect([world.served.map(({ body }) => body.length), world.server.callsInProgress]).toEqual([[0, 500_000], 0]);
  });

  test("ends as soon when so much was written in its turn that it had to pass the queues", () => {
    const world = createWorld();
    for (let count = 0; count < 9; count++) world.start({ body: Buffer.alloc(60_000) });
    const outcome = world.start({ oneway: true, body: Buffer.from("bye") });
    world.environment.advance(10);
    expect([outcome.outcomes, outcome.ended]).toEqual([1, true]);
  });

  test("counts at the server until its handler settles", () => {
    const world = createWorld();
    world.start({ oneway: true });
    world.environment.advance(10);
    expect(world.server.callsInProgress).toBe(1);
    world.served[0]?.call.settle();
    expect(world.server.callsInProgress).toBe(0);
  });
});

describe("an error", () => {
  test("brings code, reason, message, details, id, metadata, retry time and declared data", () => {
    const error = new RpcError({
      code: 9,
      message: "größer",
      errorId: "e-1",
      details: [{ path: "a" }],
      metadata: [["k", "v"]],
      retryAfterMs: 249.5,
    });
    const world = createWorld({
      onRequest: ({ call }) => (call.fail({ error, errorType: "a.B", body: Buffer.from("data") }), call.settle()),
    });
    const outcome = world.start();
    world.environment.advance(10);
    expect(outcome.error).toMatchObject({
      code: 9,
      reason: "application",
      message: "größer",
      errorId: "e-1",
      details: [{ path: "a" }],
      metadata: [["k", "v"]],
      origin: "remote",
      retryAfterMs: 250,
    });
    expect(outcome.failure).toEqual({ errorType: "a.B", body: "data" });
  });

  test("is cut, not refused: message at 1 KiB, details above 4 KiB and bad metadata dropped", () => {
    const error = new RpcError({
      message: "ö".repeat(5_000),
      details: ["x".repeat(5_000)],
      metadata: [["Bad key", "v"]],
      retryAfterMs: Infinity,
    });
    const world = createWorld({ onRequest: ({ call }) => (call.fail({ error }), call.settle()) });
    const outcome = world.start();
    world.environment.advance(10);
    expect(outcome.error).toMatchObject({ message: "ö".repeat(512), details: [], metadata: undefined });
    expect(outcome.error?.retryAfterMs).toBe(Infinity);
  });

  test("from a handler never tells the caller that it may simply try again", () => {
    const fail = (notStarted: boolean) =>
      createWorld({
        onRequest: ({ call }) => (
          call.fail({ error: new RpcError({ reason: "connect_failed", message: "x" }), notStarted }),
          call.settle()
        ),
      });
    const reasons = [false, true].map((notStarted) => {
      const world = fail(notStarted);
      const outcome = world.start();
      world.environment.advance(10);
      return [outcome.error?.code, outcome.error?.reason];
    });
    expect(reasons).toEqual([
      [14, "application"],
      [14, "connect_failed"],
    ]);
  });

  test("of a handler that settles without an answer is internal", () => {
    const world = createWorld({ onRequest: ({ call }) => call.settle() });
    const outcome = world.start();
    world.environment.advance(10);
    expect([outcome.error?.reason, world.server.callsInProgress]).toEqual(["handler_threw", 0]);
  });
});

describe("a deadline", () => {
  test("fires at both sides at its time, and the slot returns", () => {
    const world = createWorld();
    const startMs = world.environment.now();
    const outcome = world.start({ deadlineMs: startMs + 100 });
    world.environment.advance(99);
    expect([outcome.outcomes, world.served[0]?.cancelled]).toEqual([0, undefined]);
    world.environment.advance(3);
    expect(outcome.error).toMatchObject({ code: 4, reason: "deadline_passed", origin: "local" });
    expect(world.served[0]?.cancelled?.code).toBe(4);
    expect(world.client.callsInProgress).toBe(0);
  });

  test("that has passed fails without sending, after startCall returned", () => {
    const world = createWorld();
    const outcome = world.start({ deadlineMs: world.environment.now() });
    expect(outcome.outcomes).toBe(0);
    world.environment.advance(10);
    expect([outcome.error?.reason, world.served.length]).toEqual(["deadline_passed", 0]);
  });

  test("drops a reply that still waits to be sent", () => {
    const world = createWorld({
      onRequest: ({ call }) => (call.respond(Buffer.alloc(3_000_000)), call.settle()),
      network: () => ({ delayMs: () => 10, cut: (length) => Math.min(length, 10_000) }),
    });
    const outcome = world.start({ deadlineMs: world.environment.now() + 300 });
    world.environment.advance(20_000);
    expect([outcome.outcomes, outcome.error?.reason, world.server.callsInProgress]).toEqual([1, "deadline_passed", 0]);
  });
});

describe("cancelling", () => {
  test("reaches the handler once, with what it sends afterwards going nowhere", () => {
    const world = createWorld();
    const outcome = world.start();
    world.environment.advance(10);
    outcome.call.cancel();
    outcome.call.cancel();
    world.environment.advance(10);
    const entry = world.served[0] as ServedCall;
    expect([outcome.outcomes, outcome.error?.reason, entry.cancelled?.code, entry.call.open]).toEqual([
      1,
      "cancelled_by_caller",
      1,
      false,
    ]);
    entry.call.respond(Buffer.from("late"));
    entry.call.settle();
    world.environment.advance(10);
    expect([outcome.outcomes, world.server.callsInProgress, world.client.state]).toEqual([1, 0, "open"]);
  });

  test("a call that waits in line never reaches the server", () => {
    const world = createWorld({ serverLimits: { maxCalls: 1 } });
    world.environment.advance(10);
    const outcomes = [world.start(), world.start(), world.start()];
    outcomes[1]?.call.cancel();
    world.environment.advance(10);
    world.served[0]?.call.respond(noBody);
    world.served[0]?.call.settle();
    world.environment.advance(10);
    expect([world.served.length, outcomes.map(({ outcomes: count }) => count), world.client.callsInProgress]).toEqual([
      2,
      [1, 1, 0],
      1,
    ]);
  });

  test("large requests go on when all that were before them are given up together", () => {
    const world = createWorld({
      onRequest: ({ call }) => void (call.respond(noBody), call.settle()),
      network: () => ({ highWaterBytes: 65_536, bytesPerMs: () => 10_000 }),
    });
    world.environment.advance(10);
    const { maxChunkedMessages } = defaultLimits;
    const start = (): Outcome => world.start({ body: Buffer.alloc(300_000) });
    const given = Array.from({ length: 2 * maxChunkedMessages }, start);
    world.environment.advance(80);
    const kept = Array.from({ length: maxChunkedMessages + 1 }, start);
    world.environment.advance(80);
    expect([...given, ...kept].filter(({ outcomes }) => outcomes > 0)).toEqual([]);
    for (const { call } of given) call.cancel();
    world.environment.advance(2_000);
    expect(kept.map(({ response }) => response)).toEqual(kept.map(() => ""));
  });

  test("the line is bounded", () => {
    const world = createWorld({ serverLimits: { maxCalls: 1 }, clientLimits: { maxWaitingCalls: 2 } });
    world.environment.advance(10);
    const outcomes = Array.from({ length: 4 }, () => world.start());
    world.environment.advance(10);
    expect(outcomes.map(({ error }) => error?.reason)).toEqual([undefined, undefined, undefined, "too_many_calls"]);
  });
});

describe("streams", () => {
  test("items go both ways in order, and the end comes last", () => {
    const world = createWorld({
      onRequest: ({ call }) => ({
        onItem: (item: Uint8Array, cost: number) => (call.sendItem(item), call.consumed(cost)),
        onItemsEnd: () => (call.end([["sum", "3"]]), call.settle()),
      }),
    });
    const outcome = world.start({ hasItems: true });
    for (const item of ["a", "b", "c"]) expect(outcome.call.sendItem(Buffer.from(item))).toBe(true);
    outcome.call.endItems();
    world.environment.advance(10);
    expect([outcome.items, outcome.ended, outcome.outcomes]).toEqual([["a", "b", "c"], true, 1]);
  });

  test("a reader that uses nothing stops its sender at a window, and starts it again", () => {
    const world = createWorld();
    const outcome = world.start({ consume: false });
    world.environment.advance(10);
    const { call } = world.served[0] as ServedCall;
    let sent = 0;
    while (call.sendItem(Buffer.alloc(980))) sent++;
    world.environment.advance(100);
    expect([sent, outcome.items.length, world.served[0]?.writable]).toEqual([262, 262, 0]);
    outcome.call.consumed(200_000);
    world.environment.advance(100);
    expect([outcome.items.length, world.served[0]?.writable]).toEqual([263, 1]);
  });

  test("a slow reader holds up its own stream and no unary call", () => {
    const world = createWorld({ onRequest: (entry) => (entry.body === "unary" ? echo(entry) : undefined) });
    const slow = Array.from({ length: 6 }, () => world.start({ consume: false }));
    world.environment.advance(10);
    for (const { call } of world.served) while (call.sendItem(Buffer.alloc(15_000)));
    const unary = world.start({ body: Buffer.from("unary") });
    world.environment.advance(50);
    expect(unary.response).toBe("unary");
    expect(slow.reduce((sum, { items }) => sum + items.length, 0) * 15_020).toBeLessThanOrEqual(1_048_576);
  });

  test("leaving early frees the credit that the stream held", () => {
    const world = createWorld();
    for (let round = 0; round < 10; round++) {
      const outcome = world.start({ consume: false });
      world.environment.advance(10);
      const { call } = world.served[round] as ServedCall;
      while (call.sendItem(Buffer.alloc(15_000)));
      world.environment.advance(10);
      expect(outcome.items.length).toBe(17);
      outcome.call.cancel();
      call.settle();
    }
  });

  test("a larger window is granted when the stream begins", () => {
    const world = createWorld({ serverLimits: { streamCreditBytes: 1_000_000 }, consumeAtServer: false });
    const outcome = world.start({ hasItems: true });
    outcome.call.sendItem(noBody);
    world.environment.advance(10);
    let sent = 0;
    while (outcome.call.sendItem(Buffer.alloc(9_980))) sent++;
    expect(sent).toBe(99);
  });

  test("an item too long for the server cancels the call here", () => {
    const world = createWorld({ serverLimits: { maxMessageBytes: 100 } });
    world.environment.advance(10);
    const outcome = world.start({ hasItems: true });
    outcome.call.sendItem(Buffer.alloc(101));
    world.environment.advance(10);
    expect([outcome.error?.reason, world.served[0]?.cancelled?.code]).toEqual(["limit_exceeded", 8]);
  });

  test("items of a call that waits in line follow its request", () => {
    const world = createWorld({
      serverLimits: { maxCalls: 1 },
      onRequest: (entry) =>
        entry.body === "first"
          ? undefined
          : { onItemsEnd: () => (entry.call.respond(Buffer.from(entry.items.join())), entry.call.settle()) },
    });
    world.environment.advance(10);
    world.start({ body: Buffer.from("first") });
    const outcome = world.start({ hasItems: true });
    expect(outcome.call.sendItem(Buffer.from("a"))).toBe(false);
    outcome.call.sendItem(Buffer.from("b"));
    outcome.call.endItems();
    world.environment.advance(10);
    world.served[0]?.call.respond(noBody);
    world.served[0]?.call.settle();
    world.environment.advance(10);
    expect(outcome.response).toBe("a,b");
  });
});

describe("the end", () => {
  test("draining lets calls end, refuses new ones as retryable, then closes politely", () => {
    const world = createWorld();
    const outcome = world.start();
    world.environment.advance(10);
    void world.server.drain(10_000);
    world.environment.advance(10);
    expect([world.client.state, world.server.state]).toEqual(["draining", "draining"]);
    const refused = world.start();
    world.served[0]?.call.respond(Buffer.from("last"));
    world.served[0]?.call.settle();
    world.environment.advance(10);
    expect([outcome.response, refused.error?.reason, world.closed]).toEqual([
      "last",
      "draining",
      { client: "polite", server: "polite" },
    ]);
    expect(world.environment.pendingTimers).toBe(0);
  });

  test.each([
    [60, [], "deadline_passed"],
    [20, [30], undefined],
  ])("a request that waited %i ms for its turn has as much less of its 50 ms left", (waitedMs, left, reason) => {
    const world = createWorld();
    world.environment.advance(100);
    Object.assign(world.serverEnd, { waitedMs });
    const startMs = world.environment.now();
    const outcome = world.start({ deadlineMs: startMs + 50 });
    world.environment.advance(1);
    expect(world.served.map(({ call }) => Math.floor(call.deadlineMs - startMs))).toEqual(left);
    expect(outcome.error?.reason).toBe(reason);
  });

  test("calls that cross a GOAWAY fail as retryable and never run", () => {
    const world = createWorld({ network: () => ({ delayMs: () => 10 }) });
    const first = world.start();
    world.environment.advance(100);
    void world.server.drain(10_000);
    const crossing = world.start();
    world.environment.advance(100);
    expect([crossing.error?.reason, world.served.length, first.outcomes]).toEqual(["draining", 1, 0]);
  });

  test("a server that drains before it has read the Option sends its peer elsewhere, and runs none of its calls", () => {
    const world = createWorld({ network: () => ({ delayMs: () => 10 }) });
    const outcome = world.start();
    void world.server.drain(10_000);
    world.environment.advance(100);
    expect([outcome.error?.reason, world.served.length, world.closed]).toEqual([
      "draining",
      0,
      { client: "polite", server: "polite" },
    ]);
    expect(world.environment.pendingTimers).toBe(0);
  });

  test("a peer that does not introduce itself holds up a server that drains for closeMs", async () => {
    const environment = createVirtualEnvironment(1);
    const [, transport] = createVirtualPair({ environment });
    const limits = { closeMs: 300 };
    const server = createServerConnection({ transport, environment, limits, events: { onRequest: () => undefined } });
    const drained = server.drain(10_000);
    await environment.advanceAsync(299);
    expect(server.state).toBe("opening");
    await environment.advanceAsync(10);
    await drained;
    expect(server.state).toBe("closed");
  });

  test("what is left after the grace is aborted at both sides", () => {
    const world = createWorld();
    const outcome = world.start();
    world.environment.advance(10);
    void world.server.drain(500);
    void world.server.drain(100);
    world.environment.advance(99);
    expect(outcome.outcomes).toBe(0);
    world.environment.advance(10);
    expect([outcome.error?.reason, world.served[0]?.cancelled?.reason]).toEqual(["connection_lost", "connection_lost"]);
  });

  test("drain resolves when the connection is closed", async () => {
    const world = createWorld();
    world.environment.advance(10);
    const drained = world.client.drain(1_000);
    await world.environment.advanceAsync(10);
    await drained;
    await world.client.drain(5);
    expect(world.client.state).toBe("closed");
  });

  test("a server that is refused by its Option fails calls as retryable", () => {
    const world = createWorld({ onRequest: echo });
    world.clientEnd.abort();
    const outcome = world.start();
    world.environment.advance(10);
    expect([outcome.error?.reason, text(noBody)]).toEqual(["connection_lost", ""]);
  });

  test("an idle server connection goes away after 15 minutes, one with a call does not", () => {
    const idle = createWorld();
    idle.environment.advance(899_000);
    expect(idle.server.state).toBe("open");
    idle.environment.advance(2_000);
    expect(idle.closed).toEqual({ client: "polite", server: "polite" });
    const busy = createWorld();
    busy.start();
    busy.environment.advance(2_000_000);
    expect(busy.server.state).toBe("open");
  });

  test("an old connection is drained when an age is set", () => {
    const world = createWorld({ serverLimits: { maxAgeMs: 10_000 } });
    world.environment.advance(8_999);
    expect(world.server.state).toBe("open");
    world.environment.advance(2_100);
    expect(world.closed).toEqual({ client: "polite", server: "polite" });
  });

  test("a silent peer is noticed within 30 s while a call runs", () => {
    const world = createWorld();
    const outcome = world.start();
    world.environment.advance(10);
    world.serverEnd.pause();
    world.clientEnd.pause();
    world.environment.advance(29_900);
    expect(outcome.outcomes).toBe(0);
    world.environment.advance(200);
    expect(outcome.error).toMatchObject({ code: 14, reason: "connection_lost" });
  });

  test("a peer that takes no bytes is given up after 10 s", () => {
    const world = createWorld({
      onRequest: ({ call }) => (call.respond(Buffer.alloc(1_000_000)), call.settle()),
      serverLimits: { keepaliveMs: 0 },
    });
    world.environment.advance(10);
    world.clientEnd.pause();
    for (let count = 0; count < 3; count++) world.start();
    world.environment.advance(9_000);
    expect(world.serverEnd.isPaused).toBe(true);
    expect(world.server.state).toBe("open");
    world.environment.advance(2_000);
    expect(world.closed.server).toMatchObject({ reason: "connection_lost" });
  });

  test("replies that would make too much wait become errors", () => {
    const world = createWorld({
      onRequest: ({ call }) => (call.respond(Buffer.alloc(400_000)), call.settle()),
      serverLimits: { maxOutboundBytes: 1_000_000 },
    });
    const outcomes = Array.from({ length: 4 }, () => world.start());
    world.environment.advance(100);
    expect(outcomes.map(({ error, response }) => error?.reason ?? response?.length)).toEqual([
      400_000,
      400_000,
      "limit_exceeded",
      "limit_exceeded",
    ]);
  });
});
