import { describe, expect, test } from "vitest";
import {
  frameHead,
  type WebSocketFault,
  type WebSocketFrameEvents,
  WebSocketFrameReader,
} from "../../../runtime/transport/websocket-frame.ts";
import { WebSocketSession } from "../../../runtime/transport/websocket-session.ts";
import { clientFrame } from "./node-websocket.ts";

const maxFrameBytes = 65_556;

interface Reading {
  readonly payload: Buffer;
  readonly pings: readonly string[];
  readonly closes: readonly number[];
  readonly fault: WebSocketFault | undefined;
}

/** Reads `bytes` in pieces of `size`. */
function read(bytes: Uint8Array, size: number = bytes.length): Reading {
  const payload: Uint8Array[] = [];
  const pings: string[] = [];
  const closes: number[] = [];
  const events: WebSocketFrameEvents = {
    onPayload: (piece) => void payload.push(piece.slice()),
    onPing: (piece) => void pings.push(Buffer.from(piece).toString()),
    onClose: (code) => void closes.push(code),
  };
  const reader = new WebSocketFrameReader(maxFrameBytes);
  let fault: WebSocketFault | undefined;
  for (let at = 0; at < bytes.length && fault === undefined; at += size) {
    fault = reader.push(bytes.subarray(at, at + size), events);
  }
  return { payload: Buffer.concat(payload), pings, closes, fault };
}

const text = (value: string): Uint8Array => Buffer.from(value);
const random = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) & 0xff));

describe("frames of a client", () => {
  test.each([0, 1, 125, 126, 127, 65_535, 65_536, maxFrameBytes])("of %d bytes are read", (length) => {
    const wanted = random.subarray(0, length);
    expect(read(clientFrame(2, wanted)).payload.equals(wanted)).toBe(true);
  });

  test.each([1, 2, 3, 5, 7, 64])("are read in pieces of %d bytes", (size) => {
    const messages = [random.subarray(0, 3), random.subarray(3, 200), random.subarray(200, 600)];
    const stream = Buffer.concat([
      clientFrame(2, messages[0] as Uint8Array),
      clientFrame(9, text("still there?")),
      clientFrame(2, messages[1] as Uint8Array, { isFinal: false }),
      clientFrame(9, text("between")),
      clientFrame(0, messages[2] as Uint8Array),
      clientFrame(8, Uint8Array.of(0x03, 0xe8)),
    ]);
    const found = read(stream, size);
    expect(found.payload.equals(random.subarray(0, 600))).toBe(true);
    expect(found.pings).toEqual(["still there?", "between"]);
    expect(found.closes).toEqual([1000]);
    expect(found.fault).toBeUndefined();
  });

  test("cut at every byte give no fault and no byte too many", () => {
    const stream = Buffer.concat([clientFrame(2, random.subarray(0, 130)), clientFrame(9, text("ping"))]);
    for (let length = 0; length < stream.length; length++) {
      const found = read(stream.subarray(0, length));
      expect(found.fault).toBeUndefined();
      expect(found.payload.equals(random.subarray(0, found.payload.length))).toBe(true);
    }
  });

  test("behind a close frame are not read", () => {
    const found = read(Buffer.concat([clientFrame(8, new Uint8Array(0)), clientFrame(2, text("late"))]));
    expect(found).toMatchObject({ closes: [1005], fault: undefined });
    expect(found.payload.length).toBe(0);
  });

  test("are not read any more once the reader was stopped, also in the same piece", () => {
    const reader = new WebSocketFrameReader(maxFrameBytes);
    let count = 0;
    const events = { onPayload: () => (count++, reader.stop()), onPing: () => undefined, onClose: () => undefined };
    reader.push(Buffer.concat([clientFrame(2, text("a")), clientFrame(2, text("b"))]), events);
    expect(count).toBe(1);
  });
});

const masked = [0x80, 1, 2, 3, 4] as const;

describe("a fault is found:", () => {
  test.each<[string, readonly number[], number, string]>([
    ["reserved bit 1", [0xc2], 1002, "reserved bit"],
    ["reserved bit 2", [0xa2], 1002, "reserved bit"],
    ["reserved bit 3", [0x92], 1002, "reserved bit"],
    ["no mask", [0x82, 0x01], 1002, "not masked"],
    ["text", [0x81], 1003, "must be binary"],
    ["a continuation of nothing", [0x80], 1002, "without a message"],
    ["a message inside another one", [0x02, ...masked, 0x82], 1002, "inside another"],
    ["a fragment of a ping", [0x09], 1002, "in fragments"],
    ["a fragment of a close frame", [0x08], 1002, "in fragments"],
    ["a ping of 126 bytes", [0x89, 0xfe], 1002, "longer than 125"],
    ["a close frame of 2^16 bytes", [0x88, 0xff], 1002, "longer than 125"],
    ["125 written in two bytes", [0x82, 0xfe, 0, 125], 1002, "more bytes than it needs"],
    ["65,535 written in eight bytes", [0x82, 0xff, 0, 0, 0, 0, 0, 0, 255, 255], 1002, "more bytes than it needs"],
    ["one byte too many", [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 21], 1009, "may have 65556 bytes"],
    ["a length of 2^63", [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], 1009, "may have"],
    ["the largest length", [0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255], 1009, "may have"],
  ])("%s", (_name, bytes, code, message) => {
    for (const size of [1, 3, bytes.length]) {
      const { fault, payload } = read(Uint8Array.from(bytes), size);
      expect(fault).toMatchObject({ code });
      expect(fault?.message).toContain(message);
      expect(payload.length).toBe(0);
    }
  });

  test.each([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])("opcode %d", (opcode) => {
    expect(read(Uint8Array.of(0x80 | opcode)).fault?.message).toContain(`The opcode ${opcode} is not known`);
  });

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])("the close code %d", (code) => {
    const { fault, closes } = read(clientFrame(8, Uint8Array.of(code >>> 8, code & 0xff)));
    expect(fault).toMatchObject({ code: 1002, message: `The close code ${code} may not be sent.` });
    expect(closes).toEqual([]);
  });

  test.each([1000, 1001, 1014, 3000, 4999])("not in the close code %d", (code) => {
    expect(read(clientFrame(8, Uint8Array.of(code >>> 8, code & 0xff))).closes).toEqual([code]);
  });

  test("half a close code", () => {
    expect(read(clientFrame(8, Uint8Array.of(3))).fault?.message).toContain("half a code");
  });

  test("a reason of a close frame that is not UTF-8", () => {
    expect(read(clientFrame(8, Uint8Array.of(3, 0xe8, 0xc0, 0x80))).fault?.code).toBe(1007);
    expect(read(clientFrame(8, Buffer.concat([Uint8Array.of(3, 0xe8), text("grüße")]))).closes).toEqual([1000]);
  });

  test.each([
    ["pings", 9],
    ["pongs", 10],
    ["empty messages", 2],
  ])("a flood of %s", (_name, opcode) => {
    const flood = (count: number): Buffer =>
      Buffer.concat(Array.from({ length: count }, () => clientFrame(opcode, new Uint8Array(0))));
    expect(read(flood(1_000)).fault).toBeUndefined();
    expect(read(flood(1_001)).fault?.code).toBe(1008);
  });

  test("not in pings between data", () => {
    const round = Buffer.concat([clientFrame(9, text("?")), clientFrame(2, text("x"))]);
    expect(read(Buffer.concat(Array.from({ length: 1_500 }, () => round))).fault).toBeUndefined();
  });

  test("random bytes never throw and never give more than they are", () => {
    let state = 42;
    const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24;
    for (let round = 0; round < 2_000; round++) {
      const bytes = Uint8Array.from({ length: 64 }, (_, index) =>
        index === 0 ? [0x82, 0x02, 0x89, 0x88][round & 3]! : next(),
      );
      expect(read(bytes, 1 + (round % 7)).payload.length).toBeLessThan(64);
    }
  });
});

test.each([
  [0, "8200"],
  [125, "827d"],
  [126, "827e007e"],
  [65_535, "827effff"],
  [65_536, "827f0000000000010000"],
])("the head for %d bytes is written", (length, hex) => {
  expect(Buffer.from(frameHead(2, length)).toString("hex")).toBe(hex);
});

test.each([
  [false, 1],
  [true, 0],
])("a ping is answered unless much waits to be sent: %s", (isFull, answers) => {
  const written: Uint8Array[] = [];
  const session = new WebSocketSession({
    maxFrameBytes: 100,
    write: (bytes) => written.push(bytes) > 0,
    isFull: () => isFull,
    onPayload: () => undefined,
    onEnd: () => undefined,
  });
  session.receive(Uint8Array.of(0x89, 0x81, 0, 0, 0, 0, 7));
  expect(written).toEqual(Array.from({ length: answers }, () => Uint8Array.of(0x8a, 1, 7)));
});
