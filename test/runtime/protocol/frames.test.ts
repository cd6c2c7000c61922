import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { maxCredit } from "../../../runtime/protocol/frame.ts";
import { FrameReader } from "../../../runtime/protocol/frame-reader.ts";
import { FrameWriter } from "../../../runtime/protocol/frame-writer.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";
import { bytewise, collect, type FrameVector, frameVectors, hex, readFrames, unhex, writeFrame } from "./vectors.ts";

function expected(vector: FrameVector): unknown[] {
  if (vector.fault !== undefined) return [{ fault: vector.fault }];
  if (vector.frame !== undefined) return [vector.frame];
  return vector.verdict === "ok" ? readFrames([unhex(vector.hex)]) : [{ verdict: vector.verdict }];
}

describe.each(frameVectors.map((vector) => [vector.id, vector] as const))("vector %s", (_, vector) => {
  const bytes = unhex(vector.hex);

  test("reads as written down", () => {
    expect(readFrames([bytes])).toEqual(expected(vector));
  });

  test("reads the same byte by byte", () => {
    expect(readFrames(bytewise(bytes))).toEqual(expected(vector));
  });

  test("reads the same from any two pieces", () => {
    const ends = bytes.length > 400 ? 400 : bytes.length;
    for (let cut = 1; cut < ends; cut++)
      expect(readFrames([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected(vector));
  });

  test("reports nothing but a fault for any beginning of it", () => {
    for (let length = 0; length < Math.min(bytes.length, 400); length++) {
      const events = readFrames([bytes.subarray(0, length)]);
      expect(events.filter((event) => !("fault" in event))).toEqual([]);
    }
  });
});

describe.each(frameVectors.filter(({ frame }) => frame !== undefined).map((vector) => [vector.id, vector] as const))(
  "vector %s",
  (_, vector) => {
    test("is written as read", () => {
      expect(hex(writeFrame(vector.frame as NonNullable<FrameVector["frame"]>))).toBe(vector.hex);
    });
  },
);

test("verdict ok means one frame", () => {
  const fine = frameVectors.filter(({ verdict }) => verdict === "ok");
  expect(fine.length).toBeGreaterThan(0);
  for (const vector of fine) expect(readFrames([unhex(vector.hex)])[0]).toHaveProperty("kind", 1);
});

test("a stream of frames reads the same in any segmentation", () => {
  const good = frameVectors.filter(({ frame }) => frame !== undefined);
  const whole = Buffer.concat(good.map((vector) => unhex(vector.hex)));
  const wanted = good.map((vector) => vector.frame);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 200 }), (sizes) => {
      const pieces: Uint8Array[] = [];
      for (let at = 0, index = 0; at < whole.length; index++) {
        const size = sizes[index % sizes.length] as number;
        pieces.push(whole.subarray(at, at + size));
        at += size;
      }
      expect(readFrames(pieces)).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
});

test("random changes to good frames never throw and never report more than the bytes can hold", () => {
  const good = frameVectors.filter(({ frame }) => frame !== undefined).map((vector) => unhex(vector.hex));
  const whole = Buffer.concat(good);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 64 }), (changes, size) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(readFrames(pieces).length).toBeLessThanOrEqual(bytes.length / 20 + 1);
    }),
    { numRuns: 2000 },
  );
});

test("random bytes never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readFrames([Buffer.concat([Buffer.from("3bef01", "hex"), bytes])]);
    }),
    { numRuns: 2000 },
  );
});

test("a body of exactly the limit is read whatever header it has, one byte more is a fault before any memory is taken", () => {
  const { maxFrameBytes } = defaultLimits;
  for (const headerBytes of [0, 6]) {
    const fixed = Buffer.from("3bef0102000000000000011000000000000100000a", "hex").subarray(0, 20);
    fixed.writeUInt32BE(headerBytes + maxFrameBytes, 4);
    fixed.writeUInt16BE(headerBytes, 8);
    expect(readFrames([Buffer.concat([fixed, Buffer.alloc(headerBytes + maxFrameBytes, 7)])])).toHaveLength(1);
    fixed.writeUInt32BE(headerBytes + maxFrameBytes + 1, 4);
    expect(readFrames([fixed])).toEqual([{ fault: 2 }]);
  }
});

test("a header of exactly the limit is read, one byte more is a fault", () => {
  const faults: number[] = [];
  const frames: number[] = [];
  for (const length of [32_768, 32_769]) {
    const reader = new FrameReader(
      { onFrame: () => void frames.push(length), onFault: ({ code }) => void faults.push(code) },
      defaultLimits,
    );
    const bytes = Buffer.alloc(20 + length);
    bytes.set([0x3b, 0xef, 1, 1]);
    bytes.writeUInt32BE(length, 4);
    bytes.writeUInt16BE(length, 8);
    reader.push(bytes);
  }
  expect([frames, faults]).toEqual([[32_768], [2]]);
});

test("a large body that came in pieces has memory of its own, which nothing changes afterwards", () => {
  const bodies: Uint8Array[] = [];
  const sink = {
    onFrame: (frame: FrameReader) => void bodies.push(frame.body()),
    onFault: () => expect.fail("a fault"),
  };
  const reader = new FrameReader(sink, defaultLimits);
  const fixed = Buffer.from("3bef010200010006000601100000000000010000", "hex");
  const frame = (fill: number): Buffer => Buffer.concat([fixed, Buffer.alloc(6, 0x81), Buffer.alloc(65_536, fill)]);
  const stream = Buffer.concat([frame(1), frame(2), frame(3)]);
  const reused = Buffer.alloc(50_000);
  for (let at = 0; at < stream.length; at += reused.length) {
    const length = stream.copy(reused, 0, at, at + reused.length);
    reader.push(reused.subarray(0, length));
    reused.fill(0xaa);
  }
  expect(bodies.map((body) => [body.length, body.buffer.byteLength])).toEqual([1, 2, 3].map(() => [65_536, 65_536]));
  expect(bodies.map((body) => body.every((byte) => byte === body[0]) && body[0])).toEqual([1, 2, 3]);
});

test("a stopped reader reports nothing more, not even of the piece it is in", () => {
  const frames: number[] = [];
  const reader: FrameReader = new FrameReader(
    {
      onFrame: (frame) => {
        frames.push(frame.kind);
        frame.stop();
      },
      onFault: () => frames.push(-1),
    },
    defaultLimits,
  );
  const bytes = unhex((frameVectors[0] as FrameVector).hex);
  reader.push(Buffer.concat([bytes, bytes]));
  reader.push(bytes);
  expect(frames).toEqual([1]);
});

test("frames of a turn leave in one batch", () => {
  const writer = new FrameWriter();
  for (let count = 0; count < 10; count++) writer.begin(8, 0, 0, 0, count, 0, 0);
  const batches: number[] = [];
  writer.flush((bytes) => batches.push(bytes.length) > 0);
  expect(batches).toEqual([200]);
  expect(writer.waitingBytes).toBe(0);
});

test("memory is not written again before the transport has sent it", () => {
  const writer = new FrameWriter();
  const held: { bytes: Uint8Array; text: string }[] = [];
  const release: (() => void)[] = [];
  for (let round = 0; round < 50; round++) {
    writer.begin(4, 1, 0, 0, round, 0, 100);
    writer.copy(Buffer.alloc(100, round));
    writer.flush((bytes, onWritten) => {
      held.push({ bytes, text: hex(bytes) });
      release.push(onWritten);
      return true;
    });
    if (round % 7 === 6) for (const done of release.splice(0, 3)) done();
  }
  const stillHeld = held.slice(held.length - release.length);
  for (const { bytes, text } of stillHeld) expect(hex(bytes)).toBe(text);
});

test("memory that was sent is used again", () => {
  const writer = new FrameWriter();
  const buffers = new Set<ArrayBufferLike>();
  for (let round = 0; round < 1000; round++) {
    writer.begin(8, 0, 0, 0, round, 0, 0);
    writer.flush((bytes, onWritten) => {
      buffers.add(bytes.buffer);
      onWritten();
      return true;
    });
  }
  expect(buffers.size).toBe(1);
});

test("a turn that does not fit one piece of memory loses nothing", () => {
  const writer = new FrameWriter();
  for (let count = 0; count < 100; count++) {
    writer.begin(4, 1, 0, 0, count, 0, 3_000);
    writer.copy(Buffer.alloc(3_000, count));
  }
  expect(writer.waitingBytes).toBe(100 * 3_020);
  const frames = readFrames([collect(writer)]);
  expect(frames.map((frame) => ("id" in frame ? frame.id : ""))).toEqual(
    Array.from({ length: 100 }, (_, count) => String(count)),
  );
});

test("a sum of credit has 31 bits [FLW-6]", () => {
  expect(maxCredit).toBe(0x7fffffff);
});

test("bytes that are no frame go between frames", () => {
  const writer = new FrameWriter();
  writer.raw(Buffer.from("{}\n"));
  writer.begin(8, 0, 0, 0, 1, 0, 0);
  expect(hex(collect(writer)).startsWith("7b7d0a3bef")).toBe(true);
});
