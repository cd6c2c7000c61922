import { expect, test } from "vitest";
import {
  createLimits,
  defaultLimits,
  initialConnectionBytes,
  initialPeerLimits,
  initialStreamBytes,
  type Limits,
} from "../../../runtime/protocol/limits.ts";

test("the defaults are frozen, whole and not negative", () => {
  expect(Object.isFrozen(defaultLimits)).toBe(true);
  for (const value of Object.values(defaultLimits)) expect(Number.isInteger(value) && value >= 0).toBe(true);
});

test("changes are laid over the defaults, undefined changes nothing", () => {
  const limits = createLimits({ maxCalls: 5, idleMs: undefined } as unknown as Partial<Limits>);
  expect(limits).toEqual({ ...defaultLimits, maxCalls: 5 });
  expect(Object.isFrozen(limits)).toBe(true);
  expect(createLimits()).toEqual(defaultLimits);
});

test.each([
  [{ maxFrameBytes: 65_535 }, "maxFrameBytes must be a whole number from 65536"],
  [{ maxCalls: 0 }, "from 1 to 65535; found 0"],
  [{ maxCalls: 65_536 }, "found 65536"],
  [{ keepaliveMs: 1.5 }, "found 1.5"],
  [{ keepaliveMs: -1 }, "from 0"],
  [{ keepaliveMs: Number.NaN }, "found NaN"],
  [{ slowPeerMs: "5" as unknown as number }, "slowPeerMs"],
])("%o is refused", (changes, text) => {
  expect(() => createLimits(changes)).toThrow(text);
  expect(() => createLimits(changes)).toThrow(RangeError);
});

test("a name that is no limit is refused with the names that are", () => {
  expect(() => createLimits({ maxCall: 5 } as Partial<Limits>)).toThrow(/"maxCall" is not a limit.*maxCalls/);
});

/** [default, least, most] as they are documented: what a wrong sign in the table of the runtime would change. */
const documented: Readonly<Record<keyof Limits, readonly [normal: number, least: number, most: number]>> = {
  handshakeMs: [5_000, 1, 600_000],
  maxOptionBytes: [8_192, 256, 65_536],
  maxFrameBytes: [66_560, 65_536, 16_777_216],
  maxHeaderBytes: [32_768, 1_024, 65_535],
  maxMessageBytes: [4_194_304, 0, 1_073_741_824],
  maxChunkedMessages: [8, 1, 1_000],
  maxPartialBytes: [4_194_304, 0, 2_147_483_647],
  partialFrameMs: [10_000, 1, 600_000],
  maxMetadataBytes: [16_384, 0, 2_147_483_647],
  maxMetadataEntries: [64, 0, 2_147_483_647],
  maxMetadataKeyBytes: [128, 1, 255],
  maxMetadataValueBytes: [8_192, 0, 2_147_483_647],
  maxCalls: [1_000, 1, 65_535],
  maxWaitingCalls: [10_000, 0, 2_147_483_647],
  maxRequestBytes: [67_108_864, 0, 2_147_483_647],
  maxDeadlineMs: [600_000, 0, 2_147_483_647],
  cancelBurst: [1_000, 0, 2_147_483_647],
  cancelsPerSecond: [100, 0, 2_147_483_647],
  idleFrameBurst: [1_000, 0, 2_147_483_647],
  idleFramesPerSecond: [100, 0, 2_147_483_647],
  minPingIntervalMs: [10_000, 0, 2_147_483_647],
  minIdlePingIntervalMs: [60_000, 0, 2_147_483_647],
  pingStrikes: [2, 0, 1_000],
  keepaliveMs: [20_000, 0, 2_147_483_647],
  keepaliveTimeoutMs: [10_000, 0, 2_147_483_647],
  idleMs: [900_000, 0, 2_147_483_647],
  maxAgeMs: [0, 0, 2_147_483_647],
  ageGraceMs: [30_000, 0, 2_147_483_647],
  streamCreditBytes: [262_144, 262_144, 1_073_741_824],
  connectionCreditBytes: [1_048_576, 1_048_576, 1_073_741_824],
  outboundPauseBytes: [1_048_576, 0, 2_147_483_647],
  maxOutboundBytes: [67_108_864, 0, 2_147_483_647],
  slowPeerMs: [10_000, 1, 600_000],
  closeMs: [1_000, 1, 60_000],
};

test.each(Object.entries(documented))("%s has its default, and may be what is documented", (name, bounds) => {
  const [normal, least, most] = bounds;
  expect(defaultLimits[name as keyof Limits]).toBe(normal);
  for (const value of [least, most]) expect(createLimits({ [name]: value })).toHaveProperty(name, value);
  for (const value of [least - 1, most + 1])
    expect(() => createLimits({ [name]: value })).toThrow(`from ${least} to ${most}; found ${value}.`);
});

test("limits that were made are taken as they are", () => {
  const limits = createLimits({ maxCalls: 5 });
  expect(createLimits(limits)).toBe(limits);
});

test("what a peer may take for granted is as written down", () => {
  expect(initialPeerLimits).toEqual({ maxFrameBytes: 65_536, maxMessageBytes: 4_194_304, maxCalls: 1_000 });
  expect([initialStreamBytes, initialConnectionBytes]).toEqual([262_144, 1_048_576]);
});
