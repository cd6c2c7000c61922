import { createConnection } from "node:net";
import { describe, expect, test } from "vitest";
import { createServer } from "../../runtime/index.ts";
import { FrameKind, GoawayCode } from "../../runtime/protocol/frame.ts";
import { createLimits, defaultLimits } from "../../runtime/protocol/limits.ts";
import { defaultServerLimits } from "../../runtime/server/server-options.ts";
import { createAdmission } from "../../runtime/server/admission.ts";
import { createRawWorld, createWorld, frame, noBody, request } from "../runtime/connection/world.ts";
import { Lab } from "../runtime/fixture/lab.ts";
import { echoing } from "../runtime/fixture/world.ts";

/** What the other suites do not try at the limit and one above it. */

const pair = (key: string, value: string): Buffer => {
  const length = 1 + key.length + value.length;
  const size = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >>> 7];
  return Buffer.concat([Buffer.from([0x8a, ...size, key.length]), Buffer.from(key + value)]);
};

function errorsOf(headers: readonly Buffer[]): (string | undefined)[] {
  const world = createRawWorld();
  headers.forEach((header, lane) => world.send(request(lane + 1, lane, { header })));
  world.settle();
  expect(world.goaway()).toBeUndefined();
  const errors = new Map(
    world.frames.filter(({ kind }) => kind === FrameKind.error).map((f) => [f.lane, f.header.reason]),
  );
  return headers.map((_, lane) => errors.get(lane));
}

describe("metadata on the wire", () => {
  test("keys of 128 bytes, not of 129", () => {
    expect(errorsOf([pair("k".repeat(128), "v"), pair("k".repeat(129), "v")])).toEqual([undefined, "limit_exceeded"]);
  });

  test("values of 8 KiB, not of one byte more", () => {
    expect(errorsOf([pair("k", "v".repeat(8_192)), pair("k", "v".repeat(8_193))])).toEqual([
      undefined,
      "limit_exceeded",
    ]);
  });

  test("16 KiB in all, not one byte more", () => {
    const full = (last: number): Buffer =>
      Buffer.concat([pair("k", "v".repeat(8_191)), pair("l", "v".repeat(8_000)), pair("m", "v".repeat(last))]);
    expect(errorsOf([full(190), full(191)])).toEqual([undefined, "limit_exceeded"]);
  });
});

describe("over time", () => {
  test("a cancel more is forgiven every 10 ms", () => {
    const world = createRawWorld({
      serverLimits: { cancelBurst: 2 },
      onRequest: ({ call }) => ({ onCancel: () => call.settle() }),
    });
    let sequence = 0;
    const cancelOne = (): void => world.send(request(++sequence), frame({ kind: FrameKind.cancel, sequence }));
    cancelOne();
    cancelOne();
    world.settle(10);
    cancelOne();
    world.settle(0);
    expect(world.goaway()).toBeUndefined();
    cancelOne();
    world.settle(0);
    expect(world.goaway()).toBe(GoawayCode.enhanceCalm);
  });

  test("a server whose words nobody takes cuts the connection after closeMs, not before", () => {
    const world = createWorld({ serverLimits: { closeMs: 200 } });
    world.environment.advance(1);
    world.clientEnd.pause();
    world.clientEnd.write(Buffer.from("no frame at all, twenty bytes"));
    world.environment.advance(1);
    expect([world.server.state, world.serverEnd.isClosed]).toEqual(["closed", false]);
    world.environment.advance(198);
    expect(world.serverEnd.isClosed).toBe(false);
    world.environment.advance(2);
    expect(world.serverEnd.isClosed).toBe(true);
  });

  test("calls get the grace of an old connection, and no more", () => {
    const world = createWorld({ serverLimits: { maxAgeMs: 1_000, ageGraceMs: 500, keepaliveMs: 0 } });
    const call = world.start();
    world.environment.advance(1_000 * 0.9 + 499);
    expect(call.outcomes).toBe(0);
    world.environment.advance(1_000 * 0.2 + 10);
    expect(call.error?.reason).toBe("connection_lost");
  });

  test("idle connections of a server do not all end in the same moment when they are old", () => {
    const ends = [1, 2, 3, 4].map((seed) => {
      const world = createWorld({ seed, serverLimits: { maxAgeMs: 10_000, keepaliveMs: 0 } });
      world.environment.advance(1);
      let elapsed = 0;
      for (; world.server.state === "open"; elapsed += 10) world.environment.advance(10);
      return elapsed;
    });
    expect(new Set(ends).size).toBeGreaterThan(2);
    for (const end of ends) expect([end >= 9_000, end <= 11_000]).toEqual([true, true]);
  });
});

describe("to the millisecond", () => {
  test("keepaliveMs without a byte while a call runs, then a ping; keepaliveTimeoutMs without one, then the end", () => {
    const world = createRawWorld({ serverLimits: { keepaliveMs: 3_000, keepaliveTimeoutMs: 700 } });
    const pings = (): number => world.frames.filter(({ kind }) => kind === FrameKind.ping).length;
    world.send(request(1));
    world.settle(0);
    world.settle(2_999);
    expect(pings()).toBe(0);
    world.settle(1);
    expect(pings()).toBe(1);
    world.settle(699);
    expect(world.server.state).toBe("open");
    world.settle(1);
    expect(world.server.state).toBe("closed");
  });

  test("idleMs without a new call, then the connection goes", () => {
    const world = createRawWorld({
      serverLimits: { idleMs: 1_000 },
      onRequest: ({ call }) => void (call.respond(noBody), call.settle()),
    });
    world.settle(400);
    world.send(request(1));
    world.settle(0);
    world.settle(999);
    expect(world.goaway()).toBeUndefined();
    world.settle(1);
    expect(world.goaway()).toBe(GoawayCode.idle);
  });
});

describe("messages that come in", () => {
  test("items may be as long as maxMessageBytes, and not a byte longer", () => {
    const world = createRawWorld({ serverLimits: { maxMessageBytes: 10 } });
    const item = (sequence: number, lane: number, bytes: number): Buffer =>
      Buffer.from(frame({ kind: FrameKind.item, sequence, lane, serialization: 1, body: Buffer.alloc(bytes, "i") }));
    world.send(request(1, 0, { flags: 0 }), item(1, 0, 10), request(2, 1, { flags: 0 }), item(2, 1, 11));
    world.settle();
    expect(world.served.map(({ items, cancelled }) => [items.length, cancelled?.reason])).toEqual([
      [1, undefined],
      [0, "limit_exceeded"],
    ]);
  });

  test.each([
    [240_000, true],
    [239_999, false],
  ])("parts of messages may fill maxPartialBytes: with %i, there is more credit for 240,000: %s", (bytes, isMore) => {
    const world = createRawWorld({ serverLimits: { maxPartialBytes: bytes } });
    const part = (sequence: number, lane: number): Uint8Array =>
      request(sequence, lane, { flags: 0x40, body: Buffer.alloc(60_000) });
    const more = frame({
      kind: FrameKind.request,
      sequence: 2,
      lane: 1,
      serialization: 1,
      flags: 0x40,
      body: Buffer.alloc(60_000),
    });
    world.send(part(1, 0), part(2, 1), more, more);
    world.settle();
    expect(world.frames.some(({ kind, lane }) => kind === FrameKind.credit && lane === 1)).toBe(isMore);
  });
});

test("a server stops reading from a client that does not read, above outboundPauseBytes, and goes on later", () => {
  const world = createWorld({
    serverLimits: { outboundPauseBytes: 100_000 },
    network: () => ({ highWaterBytes: 16_384 }),
    onRequest: ({ call }) => void (call.respond(Buffer.alloc(30_000)), call.settle()),
  });
  world.environment.advance(1);
  world.clientEnd.pause();
  const outcomes = Array.from({ length: 3 }, () => world.start({ body: noBody }));
  world.environment.advance(1);
  expect(world.serverEnd.isPaused).toBe(false);
  outcomes.push(...Array.from({ length: 5 }, () => world.start({ body: noBody })));
  world.environment.advance(1);
  expect(world.serverEnd.isPaused).toBe(true);
  world.clientEnd.resume();
  world.environment.advance(10);
  expect([world.serverEnd.isPaused, outcomes.every(({ response }) => response?.length === 30_000)]).toEqual([
    false,
    true,
  ]);
});

describe("connections from one address", () => {
  test("as many as the limit, whatever their ports; a place is free again when one ends", () => {
    const admission = createAdmission(2);
    expect(["10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3", "10.0.0.2:1"].map((address) => admission.enter(address))).toEqual(
      [true, true, false, true],
    );
    admission.leave("10.0.0.1:1");
    expect([admission.enter("10.0.0.1:9"), admission.enter("10.0.0.1:10")]).toEqual([true, false]);
  });

  test("of IPv6 count by their first 64 bits, for who has one has all of these", () => {
    const admission = createAdmission(2);
    const enter = (...addresses: readonly string[]): boolean[] => addresses.map((address) => admission.enter(address));
    expect(enter("[2001:db8:0:1::1]:1", "[2001:db8:0:1:ffff::2]:2", "[2001:db8:0:1::3]:3")).toEqual([
      true,
      true,
      false,
    ]);
    expect(enter("[2001:db8:0:2::1]:1", "[2001:db8:0:2::1%eth0]:2", "[2001:db8:0:2::1%eth1]:3")).toEqual([
      true,
      true,
      false,
    ]);
    admission.leave("[2001:db8:0:1::1]:1");
    expect(enter("[2001:db8:0:1::9]:1", "[2001:db8:0:1::9]:2")).toEqual([true, false]);
  });

  test("of IPv4 count by themselves, also where a socket of IPv6 shows them", () => {
    const admission = createAdmission(2);
    const addresses = ["[::ffff:10.0.0.1]:1", "10.0.0.1:2", "[::ffff:10.0.0.1]:3", "[::ffff:10.0.0.2]:1"];
    expect(addresses.map((address) => admission.enter(address))).toEqual([true, true, false, true]);
  });

  test("one too many is closed by a server, and those before it go on", async () => {
    await using server = createServer({ limits: { maxConnectionsPerAddress: 2 } }).add(Lab, echoing);
    const { port } = new URL((await server.listen("tcp://127.0.0.1:0")).replace("tcp:", "http:"));
    const dial = (): ReturnType<typeof createConnection> =>
      createConnection({ port: Number(port), host: "127.0.0.1" }).on("error", () => undefined);
    const first = [dial(), dial()];
    await Promise.all(first.map((socket) => new Promise((resolve) => socket.on("connect", resolve))));
    const third = dial();
    await new Promise((resolve) => third.on("close", resolve));
    expect(first.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    for (const socket of first) socket.destroy();
  });
});

describe("the limits option", () => {
  test("takes every limit by name, and says what it takes", () => {
    for (const [name, value] of Object.entries(defaultLimits)) {
      expect(createLimits({ [name]: value })).toEqual(defaultLimits);
      expect(() => createLimits({ [name]: -1 })).toThrow(
        new RegExp(`${name} must be a whole number from \\d+ to \\d+`),
      );
      expect(() => createLimits({ [name]: 2 ** 31 })).toThrow(RangeError);
      expect(() => createLimits({ [name]: 1.5 })).toThrow("found 1.5");
    }
  });

  test("of a server takes those over all connections as well", () => {
    for (const [name, value] of Object.entries(defaultServerLimits)) {
      expect(() => createServer({ limits: { [name]: value } })).not.toThrow();
      expect(() => createServer({ limits: { [name]: 0 } })).toThrow(`${name} must be a whole number above 0; found 0`);
    }
    expect(() => createServer({ limits: { maxFoo: 1 } as object })).toThrow('"maxFoo" is not a limit');
  });
});
