import { describe, expect, test } from "vitest";
import { HeaderTag } from "../../../runtime/protocol/frame.ts";
import { FrameWriter } from "../../../runtime/protocol/frame-writer.ts";
import { collect, hex, readFrames } from "./vectors.ts";

interface Batch {
  readonly bytes: Uint8Array;
  readonly done: () => void;
}

/** Flushes and keeps what comes, sent or not. */
function flush(
  writer: FrameWriter,
  isWritable: boolean = true,
): { readonly batches: Batch[]; readonly result: boolean } {
  const batches: Batch[] = [];
  const result = writer.flush((bytes, done) => (batches.push({ bytes, done }), isWritable));
  return { batches, result };
}

function writeItem(writer: FrameWriter, bodyBytes: number, fill: number = 7): void {
  writer.begin(4, 1, 0, 0, 0x10000, 0, bodyBytes);
  writer.copy(new Uint8Array(bodyBytes).fill(fill));
}

test("a tag with a number of four bytes is what readers know", () => {
  const writer = new FrameWriter();
  writer.begin(1, 1, 0x10, 0, 0x10000, 6, 0);
  writer.tag32(HeaderTag.methodId, 0x811c9dc5);
  expect(hex(collect(writer)).slice(40)).toBe("0104811c9dc5");
});

test("every byte of the fixed part has its place", () => {
  const writer = new FrameWriter();
  // As long as a frame has to be to use all four bytes of its length; nobody touches the memory behind the fixed part.
  writer.begin(0x11, 0x22, 0x33, 0x81020304, 0x85060708, 0x8a0b, 0x01020304 - 0x8a0b);
  const [batch] = flush(writer).batches;
  expect(hex(batch?.bytes ?? new Uint8Array(0))).toBe("3bef0111010203048a0b22338102030485060708");
});

test.each([0, 1, 63, 64, 65, 66, 100])("the first %d bytes of a longer piece, or all of it, are copied", (length) => {
  const source = Uint8Array.from({ length: 120 }, (_, index) => index + 1);
  for (const whole of [source, source.slice(0, length)]) {
    const writer = new FrameWriter();
    writer.begin(4, 1, 0, 0, 0x10000, 0, length);
    writer.copy(whole, length);
    writer.begin(8, 0, 0, 0, 1, 0, 0);
    const frames = readFrames([collect(writer)]);
    expect(frames.map((frame) => ("body" in frame ? frame.body : ""))).toEqual([hex(source.subarray(0, length)), ""]);
  }
});

describe("a flush", () => {
  test("says what the transport said, and that there is room when there is nothing to write", () => {
    const writer = new FrameWriter();
    expect(flush(writer)).toEqual({ batches: [], result: true });
    writeItem(writer, 10);
    expect(flush(writer, false).result).toBe(false);
    writeItem(writer, 3_000);
    writeItem(writer, 3_000);
    expect(flush(writer, false).result).toBe(false);
  });

  test("says what the transport said last", () => {
    for (const answers of [
      [false, true],
      [true, false],
    ]) {
      const writer = new FrameWriter();
      writeItem(writer, 3_000);
      writeItem(writer, 3_000);
      const left = [...answers];
      expect([writer.flush(() => left.shift() as boolean), left]).toEqual([answers[1], []]);
    }
  });

  test("writes everything once", () => {
    const writer = new FrameWriter();
    for (let count = 0; count < 10; count++) writeItem(writer, 1_000);
    expect(flush(writer).batches.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(10_200);
    expect([writer.waitingBytes, flush(writer).batches]).toEqual([0, []]);
    writeItem(writer, 5);
    expect(flush(writer).batches.map(({ bytes }) => bytes.length)).toEqual([25]);
  });

  test("leaves frames alone that are written while the batch before them is on its way", () => {
    const writer = new FrameWriter();
    writeItem(writer, 10, 1);
    const [first] = flush(writer).batches;
    writeItem(writer, 10, 2);
    first?.done();
    writeItem(writer, 10, 3);
    const { batches } = flush(writer);
    expect(batches.map(({ bytes }) => hex(bytes).replace(/.*?0000000000010000/g, ""))).toEqual(["03".repeat(10)]);
    expect(batches[0]?.bytes.length).toBe(60);
  });
});

describe("memory", () => {
  const sizes = (batches: readonly Batch[]): number[] => batches.map(({ bytes }) => bytes.buffer.byteLength);

  test("doubles within a turn, from 4 to 128 KiB", () => {
    const writer = new FrameWriter();
    for (let count = 0; count < 450; count++) writeItem(writer, 980);
    const { batches } = flush(writer);
    expect(sizes(batches)).toEqual([4, 8, 16, 32, 64, 128, 128, 128].map((kib) => kib * 1024));
    for (const { done } of batches) done();
  });

  test("is filled to its last byte", () => {
    for (const [first, count] of [
      [4_076, 1],
      [4_077, 2],
    ] as const) {
      const writer = new FrameWriter();
      writer.raw(new Uint8Array(first));
      writer.begin(8, 0, 0, 0, 1, 0, 0);
      expect([first, flush(writer).batches.length]).toEqual([first, count]);
    }
    const writer = new FrameWriter();
    writeItem(writer, 4_000);
    writer.raw(new Uint8Array(76));
    expect(flush(writer).batches.length).toBe(1);
    writeItem(writer, 4_000);
    writer.raw(new Uint8Array(77));
    expect(flush(writer).batches.length).toBe(2);
  });

  test("of one frame that is longer has room for it", () => {
    const writer = new FrameWriter();
    writeItem(writer, 200_000);
    expect(sizes(flush(writer).batches)).toEqual([200_020]);
  });

  test("that was sent goes to whoever writes next, if it has just the size", () => {
    const [first, second, third] = [new FrameWriter(), new FrameWriter(), new FrameWriter()];
    for (const [writer, bodyBytes] of [
      [first, 10],
      [second, 5_000],
    ] as const) {
      writeItem(writer, bodyBytes);
      for (const { done } of flush(writer).batches) done();
    }
    writeItem(third, 20);
    const [batch] = flush(third).batches;
    expect(batch?.bytes.buffer.byteLength).toBe(4_096);
    writeItem(first, 10);
    expect(flush(first).batches[0]?.bytes.buffer).not.toBe(batch?.bytes.buffer);
  });

  test("of a writer has the size that did last time, unless more is needed", () => {
    const writer = new FrameWriter();
    writeItem(writer, 7_000);
    for (const { done } of flush(writer).batches) done();
    writeItem(writer, 10);
    const { batches } = flush(writer);
    expect(sizes(batches)).toEqual([7_020]);
    for (const { done } of batches) done();
    writeItem(writer, 7_000);
    const again = flush(writer).batches;
    expect(sizes(again)).toEqual([7_020]);
    for (const { done } of again) done();
    writeItem(writer, 7_001);
    expect(sizes(flush(writer).batches)).toEqual([7_021]);
  });

  test("is not given away while a batch in it is on its way", () => {
    const [writer, other] = [new FrameWriter(), new FrameWriter()];
    writeItem(writer, 10, 1);
    const [first] = flush(writer).batches;
    writeItem(writer, 10, 2);
    const [second] = flush(writer).batches;
    first?.done();
    writeItem(other, 10, 3);
    expect(flush(other).batches[0]?.bytes.buffer).not.toBe(second?.bytes.buffer);
    expect(hex(second?.bytes ?? new Uint8Array(0)).slice(40)).toBe("02".repeat(10));
  });

  test("that is left behind when it has no room goes in one batch with nothing before it", () => {
    const writer = new FrameWriter();
    writeItem(writer, 3_000);
    const [first] = flush(writer).batches;
    writeItem(writer, 3_001);
    expect(writer.waitingBytes).toBe(3_021);
    const { batches } = flush(writer);
    expect([batches.map(({ bytes }) => bytes.length), sizes(batches)]).toEqual([[3_021], [4_096]]);
    expect(batches[0]?.bytes.buffer).not.toBe(first?.bytes.buffer);
  });

  test("has the size that did last time once, not twice in a turn", () => {
    const writer = new FrameWriter();
    writeItem(writer, 7_000);
    for (const { done } of flush(writer).batches) done();
    writeItem(writer, 7_000);
    writeItem(writer, 3_000);
    expect(sizes(flush(writer).batches)).toEqual([7_020, 8_192]);
  });

  test("of a batch that was sent goes to whoever writes next, though its writer has more to write", () => {
    const [writer, other] = [new FrameWriter(), new FrameWriter()];
    writeItem(writer, 3_000);
    writeItem(writer, 3_000);
    const [first, second] = flush(writer).batches;
    writeItem(writer, 10, 1);
    first?.done();
    writeItem(other, 10, 2);
    expect(flush(other).batches[0]?.bytes.buffer).toBe(first?.bytes.buffer);
    const [third] = flush(writer).batches;
    expect(third?.bytes.buffer).toBe(second?.bytes.buffer);
    expect(hex(third?.bytes ?? new Uint8Array(0)).slice(40)).toBe("01".repeat(10));
  });

  test("that is full is not given away while the last batch in it is on its way", () => {
    const [writer, other] = [new FrameWriter(), new FrameWriter()];
    writeItem(writer, 10, 1);
    const [first] = flush(writer).batches;
    writeItem(writer, 10, 2);
    writeItem(writer, 4_050, 3);
    const [second] = flush(writer).batches;
    expect(second?.bytes.buffer).toBe(first?.bytes.buffer);
    first?.done();
    writeItem(other, 10, 4);
    expect(flush(other).batches[0]?.bytes.buffer).not.toBe(second?.bytes.buffer);
    expect(hex(second?.bytes ?? new Uint8Array(0)).slice(40)).toBe("02".repeat(10));
  });

  test("that nobody uses is no more than 1 MiB", () => {
    const size = 140_000;
    const send = (): readonly Batch[] => {
      const writer = new FrameWriter();
      for (let count = 0; count < 20; count++) writeItem(writer, size - 20);
      return flush(writer).batches;
    };
    const first = send();
    expect(sizes(first)).toEqual(Array(20).fill(size));
    for (const { done } of first) done();
    const kept = new Set(first.map(({ bytes }) => bytes.buffer));
    const again = send().filter(({ bytes }) => kept.has(bytes.buffer));
    expect(again.length * size).toBeLessThanOrEqual(1024 * 1024);
  });
});
