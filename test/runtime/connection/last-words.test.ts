import { describe, expect, test, vi } from "vitest";
import { FrameKind, GoawayCode, HeaderTag } from "../../../runtime/protocol/frame.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { createRawServerWorld } from "../../hostile/raw-server.ts";
import { clientOption, createRawWorld, createWorld, credit, frame, noBody, request } from "./world.ts";

/** What both sides say and hear when a connection ends or nearly does. */
const goaway = (code: number, message?: string): Uint8Array => {
  const header = new HeaderWriter().number(HeaderTag.goawayCode, code);
  if (message !== undefined) header.text(HeaderTag.errorMessage, message);
  return frame({ kind: FrameKind.goaway, header: header.finish() });
};

describe("a goodbye", () => {
  test.each([
    [GoawayCode.none, "for fun", "polite"],
    [GoawayCode.idle, "nobody calls", "polite"],
    [GoawayCode.protocol, "that was wrong", `with code ${GoawayCode.protocol}: that was wrong`],
    [GoawayCode.enhanceCalm, undefined, `with code ${GoawayCode.enhanceCalm}: `],
    [GoawayCode.enhanceCalm, "x".repeat(300), `with code ${GoawayCode.enhanceCalm}: ${"x".repeat(256)}`],
  ])("with code %i is what the client says of the end", (code, message, told) => {
    const world = createRawServerWorld();
    world.send(goaway(code, message));
    world.settle(20);
    const { client: end } = world.closed;
    if (told === "polite") expect(end).toBe("polite");
    else expect(end).toMatchObject({ reason: "connection_lost", message: `The peer ended the connection ${told}` });
  });

  test("is believed the first time", () => {
    const world = createRawServerWorld();
    world.start();
    world.settle();
    world.send(goaway(GoawayCode.protocol, "first"), goaway(GoawayCode.enhanceCalm, "second"));
    world.settle(20);
    expect(world.closed.client).toMatchObject({ message: expect.stringContaining("first") });
  });

  test("says what is wrong, in not more than 256 characters", () => {
    const world = createRawWorld();
    world.send(frame({ kind: FrameKind.response, sequence: 1 }));
    world.settle();
    const last = world.frames.at(-1);
    expect(last?.header.message).toBe("A client sent a frame of kind 2.");
    const long = createRawWorld();
    const json = JSON.stringify({ Limits: { MaxFrameBytes: "y".repeat(2_000) } });
    long.send(frame({ kind: FrameKind.settings, serialization: 2, body: Buffer.from(json) }));
    long.settle();
    expect(long.frames.at(-1)?.kind).toBe(FrameKind.goaway);
    expect(long.frames.at(-1)?.header.message?.length).toBeLessThanOrEqual(256);
  });

  test("has no words when a server leaves because it was asked to, before or after it knows its peer", () => {
    const world = createRawWorld({ option: undefined });
    void world.server.drain(1_000);
    world.send(clientOption);
    world.settle();
    expect(world.frames).toMatchObject([{ kind: FrameKind.goaway, header: { goawayCode: 0, message: undefined } }]);
    const open = createRawWorld();
    void open.server.drain(1_000);
    open.settle();
    expect(open.frames).toMatchObject([{ kind: FrameKind.goaway, header: { goawayCode: 0, message: undefined } }]);
  });
});

describe("a server that drains", () => {
  const isOpen = (world: ReturnType<typeof createRawWorld>): boolean => !world.isClosed();

  test("leaves it to its client to close, who has read everything then", () => {
    const world = createWorld({ network: () => ({ delayMs: () => 5 }) });
    const call = world.start();
    world.environment.advance(20);
    void world.server.drain(10_000);
    world.served[0]?.call.respond(noBody);
    world.served[0]?.call.settle();
    world.environment.advance(4);
    expect([world.server.state, world.closed]).toEqual(["draining", {}]);
    const order: string[] = [];
    vi.spyOn(world.clientEnd, "close").mockImplementationOnce(() => {
      order.push("client");
      world.clientEnd.close();
    });
    vi.spyOn(world.serverEnd, "close").mockImplementationOnce(() => {
      order.push("server");
      world.serverEnd.close();
    });
    world.environment.advance(50);
    expect(order[0]).toBe("client");
    expect(call.response).toBe("");
    expect(world.closed).toEqual({ client: "polite", server: "polite" });
    expect(world.environment.pendingTimers).toBe(0);
  });

  test("takes no call that comes meanwhile", () => {
    const world = createRawWorld();
    void world.server.drain(10_000);
    world.settle();
    world.send(request(1));
    world.settle(500);
    expect([world.server.state, world.served.length]).toEqual(["draining", 0]);
  });

  test.each([
    [10_000, 1_000],
    [300, 300],
  ])("with %i ms for its calls closes after %i ms when its client does not", (graceMs, closedMs) => {
    const world = createRawWorld({ serverLimits: { closeMs: 1_000 } });
    void world.server.drain(graceMs);
    world.settle(closedMs - 1);
    expect([world.server.state, isOpen(world)]).toEqual(["draining", true]);
    world.settle(10);
    expect([world.server.state, isOpen(world)]).toEqual(["closed", false]);
  });

  test("closes at once when it is to give no time, also after it gave some", () => {
    const world = createRawWorld();
    void world.server.drain(10_000);
    world.settle(100);
    void world.server.drain(0);
    world.settle(1);
    expect([world.server.state, world.closed.server]).toEqual(["closed", "polite"]);
  });

  test("closes at once for a client that has said goodbye", () => {
    const world = createRawWorld();
    world.send(goaway(GoawayCode.none));
    world.settle(1);
    expect([world.server.state, world.closed.server]).toEqual(["closed", "polite"]);
  });
});

describe("an Option in two pieces", () => {
  test("opens the server", () => {
    const world = createRawWorld({ option: clientOption.subarray(0, 40) });
    world.send(clientOption.subarray(40), request(1));
    world.settle();
    expect([world.server.state, world.served.length]).toEqual(["open", 1]);
  });
});

describe("a header that a client cannot read", () => {
  const header = Buffer.from([0x70, 0]);

  test.each([FrameKind.response, FrameKind.error, FrameKind.item, FrameKind.end])(
    "in a frame of kind %i ends its call only",
    (kind) => {
      const world = createRawServerWorld();
      const calls = [world.start(), world.start()];
      world.settle();
      world.send(frame({ kind, sequence: 1, serialization: 1, flags: 0x10, header }));
      world.settle();
      expect(calls.map(({ error }) => error?.reason)).toEqual(["unsupported", undefined]);
      expect(world.client.state).toBe("open");
    },
  );

  test.each([FrameKind.cancel, FrameKind.credit, FrameKind.ping, FrameKind.settings, FrameKind.goaway])(
    "in a frame of kind %i ends the connection",
    (kind) => {
      const world = createRawServerWorld();
      world.send(frame({ kind, header }));
      world.settle();
      expect([world.client.state, world.goaway()]).toEqual(["closed", GoawayCode.protocol]);
    },
  );
});

describe("frames that bring little", () => {
  test.each([
    [4_096, "open"],
    [4_095, "closed"],
    [0, "closed"],
  ])("credits of %i bytes, four of them where three are borne: %s", (bytes, state) => {
    const world = createRawWorld({ serverLimits: { idleFrameBurst: 3 } });
    for (let count = 0; count < 3; count++) world.send(credit(bytes));
    world.settle(0);
    expect(world.server.state).toBe("open");
    world.send(credit(bytes));
    world.settle(0);
    expect([world.server.state, world.goaway()]).toEqual([
      state,
      state === "open" ? undefined : GoawayCode.enhanceCalm,
    ]);
  });

  test("pings every 10 s while no call runs", () => {
    const ping = (sequence: number): Uint8Array => frame({ kind: FrameKind.ping, sequence });
    for (const isBusy of [false, true]) {
      const world = createRawWorld({ serverLimits: { idleMs: 0, keepaliveMs: 0 } });
      if (isBusy) world.send(request(1));
      for (let count = 0; count < 5; count++, world.settle(10_000)) world.send(ping(count));
      expect(world.server.state).toBe(isBusy ? "open" : "closed");
    }
  });
});

test("neither side asks whether the other is there while no call is open", () => {
  const world = createRawWorld();
  world.settle(100_000);
  const other = createRawServerWorld();
  other.settle(100_000);
  expect([world.frames, other.frames, world.server.state, other.client.state]).toEqual([[], [], "open", "open"]);
});

test("a client and a server that part agree that it was polite, whoever was first", () => {
  for (const side of ["client", "server"] as const) {
    const world = createWorld();
    world.environment.advance(5);
    void world[side].drain(1_000);
    world.environment.advance(20);
    expect(world.closed).toEqual({ client: "polite", server: "polite" });
  }
});
