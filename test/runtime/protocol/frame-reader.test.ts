import { describe, expect, test } from "vitest";
import { FrameReader } from "../../../runtime/protocol/frame-reader.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";
import { frameVectors, readFrames, unhex } from "./vectors.ts";

/** A frame as its reader showed it. */
interface Seen {
  readonly memory: Uint8Array;
  readonly body: Uint8Array;
  readonly frameBytes: number;
}

interface Recorder {
  readonly reader: FrameReader;
  readonly frames: Seen[];
  readonly faults: string[];
}

function record(): Recorder {
  const frames: Seen[] = [];
  const faults: string[] = [];
  const reader = new FrameReader(
    {
      onFrame: (frame) => void frames.push({ memory: frame.bytes, body: frame.body(), frameBytes: frame.frameBytes }),
      onFault: ({ code, message }) => void faults.push(`${code}: ${message}`),
    },
    defaultLimits,
  );
  return { reader, frames, faults };
}

/** An item of so many bytes of header and body, each byte of the body another one. */
function item(headerBytes: number, bodyBytes: number): Uint8Array {
  const frame = Buffer.alloc(20 + headerBytes + bodyBytes, 0x81);
  frame.set(unhex("3bef010400000000000001000000000000010000"));
  frame.writeUInt32BE(headerBytes + bodyBytes, 4);
  frame.writeUInt16BE(headerBytes, 8);
  for (let at = 0; at < bodyBytes; at++) frame[20 + headerBytes + at] = at % 251;
  return new Uint8Array(frame);
}

const ping = unhex("3bef010800000000000000000000000000000001");

function push({ reader }: Recorder, bytes: Uint8Array, ...cuts: number[]): void {
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(from, to));
    from = to;
  }
}

test("a frame that lies whole in a piece is read where it lies, to the last byte of the piece", () => {
  for (const bytes of [ping, item(6, 100), new Uint8Array([...ping, ...item(0, 9)])]) {
    const seen = record();
    seen.reader.push(bytes);
    expect(seen.frames.map(({ memory }) => memory === bytes)).toEqual(seen.frames.map(() => true));
    expect([seen.frames.length > 0, seen.reader.isPartial]).toEqual([true, false]);
  }
});

test("a reader is inside a frame from its first byte to the one before its last", () => {
  const seen = record();
  const bytes = item(3, 30);
  expect(seen.reader.isPartial).toBe(false);
  for (let at = 0; at < bytes.length; at++) {
    seen.reader.push(bytes.subarray(at, at + 1));
    expect(seen.reader.isPartial).toBe(at < bytes.length - 1);
  }
  seen.reader.push(bytes.subarray(0, 5));
  seen.reader.stop();
  expect(seen.reader.isPartial).toBe(false);
});

test("the bytes of a frame are those of its three parts, wherever it lies", () => {
  for (const cuts of [[], [1], [25], [40]]) {
    const seen = record();
    push(seen, new Uint8Array([...ping, ...item(6, 100), ...item(0, 2)]), ...cuts);
    expect(seen.frames.map(({ frameBytes }) => frameBytes)).toEqual([20, 126, 22]);
  }
});

test.each([1, 7, 19, 20, 21, 64, 300])("a stream of frames reads the same in pieces of %d bytes", (size) => {
  const good = frameVectors.filter(({ frame, hex }) => frame !== undefined && hex.length < 1_000);
  const whole = Buffer.concat(good.map(({ hex }) => unhex(hex)));
  const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
    whole.subarray(at * size, (at + 1) * size),
  );
  expect(readFrames(pieces)).toEqual(good.map(({ frame }) => frame));
});

describe("memory for a frame that is cut", () => {
  test("grows with what arrives", () => {
    const seen = record();
    const bytes = item(0, 1_000);
    push(seen, bytes, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000);
    expect(seen.frames.map(({ memory }) => memory.length)).toEqual([1_024]);
  });

  test("is not more than what has come, when that fills it", () => {
    const seen = record();
    push(seen, item(0, 236), 200);
    expect(seen.frames.map(({ memory }) => memory.length)).toEqual([256]);
  });

  test("is kept for the next frame up to 4 KiB", () => {
    for (const [length, isKept] of [
      [300, true],
      [4_096, true],
      [4_097, false],
    ] as const) {
      const seen = record();
      push(seen, item(0, length - 20), Math.floor(length / 2));
      push(seen, item(0, 30), 10);
      expect([length, seen.frames[0]?.memory === seen.frames[1]?.memory]).toEqual([length, isKept]);
    }
  });

  test.each([0, 500])("belongs to the body alone once 16 KiB have arrived, behind a header of %d bytes", (header) => {
    for (const [total, cut, isOwn] of [
      [16_383, 10, false],
      [16_383, 1_000, false],
      [16_384, 10, true],
      [16_384, 1_000, true],
      [30_000, 20 + header, true],
      [30_000, 300, true],
    ] as const) {
      const seen = record();
      const bytes = item(header, total - 20 - header);
      push(seen, bytes, cut);
      const [frame] = seen.frames;
      expect([total, cut, frame?.body]).toEqual([total, cut, bytes.subarray(20 + header)]);
      expect([total, cut, frame?.body.buffer !== frame?.memory.buffer]).toEqual([total, cut, isOwn]);
      if (isOwn) expect(frame?.body.buffer.byteLength).toBe(total - 20 - header);
    }
  });
});

describe("a fault", () => {
  test.each([
    ["3aef", "1: A frame must begin with 3bef; found 3aef."],
    ["3b0f", "1: A frame must begin with 3bef; found 3b0f."],
    ["0001", "1: A frame must begin with 3bef; found 0001."],
  ])("of the magic %s says what was found", (magic, text) => {
    const seen = record();
    push(seen, new Uint8Array([...unhex(magic), ...ping.subarray(2)]));
    expect([seen.frames, seen.faults]).toEqual([[], [text]]);
  });

  test("behind a good frame is told from that place", () => {
    const seen = record();
    push(seen, new Uint8Array([...ping, ...unhex("1234"), ...ping.subarray(2)]));
    expect(seen.faults).toEqual(["1: A frame must begin with 3bef; found 1234."]);
  });

  test("in a frame that was cut ends the reading there and then", () => {
    const seen = record();
    const wrong = new Uint8Array([...ping.subarray(0, 2), 9, ...ping.subarray(3), ...ping, ...ping, ...ping]);
    push(seen, wrong, 10);
    seen.reader.push(ping);
    expect([seen.frames, seen.faults.length, seen.reader.isPartial]).toEqual([[], 1, false]);
  });

  test("of the length comes one byte above the limit, whatever the header has", () => {
    for (const headerBytes of [0, 6]) {
      const fixed = Buffer.from(item(headerBytes, 0).subarray(0, 20));
      fixed.writeUInt32BE(headerBytes + defaultLimits.maxFrameBytes, 4);
      const fits = record();
      push(fits, fixed);
      expect([fits.faults, fits.reader.isPartial]).toEqual([[], true]);
      fixed.writeUInt32BE(headerBytes + defaultLimits.maxFrameBytes + 1, 4);
      const tooLong = record();
      push(tooLong, fixed);
      expect(tooLong.faults).toEqual(["2: The body of a frame may have 66560 bytes; found 66561."]);
    }
  });
});
