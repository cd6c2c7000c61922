import { fc } from "../../property.ts";
import { expect, test } from "vitest";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { HeaderTag } from "../../../runtime/protocol/frame.ts";
import { decodeMetadata, HeaderReader } from "../../../runtime/protocol/header-reader.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";

type Pairs = readonly (readonly [string, string])[];

function read(bytes: Uint8Array): HeaderReader {
  const reader = new HeaderReader(defaultLimits);
  expect(reader.read(bytes, 0, bytes.length)).toBe("ok");
  return reader;
}

function failure(pairs: unknown): RpcError {
  try {
    new HeaderWriter().metadata(pairs as Pairs, defaultLimits);
  } catch (error) {
    return RpcError.from(error);
  }
  throw new Error("nothing was thrown");
}

test("numbers take the fewest of 1, 4 or 8 bytes and come back", () => {
  for (const [value, size] of [
    [0, 1],
    [255, 1],
    [256, 4],
    [0xffffffff, 4],
    [0x100000000, 8],
    [Number.MAX_SAFE_INTEGER, 8],
  ] as const) {
    const header = new HeaderWriter().number(HeaderTag.deadline, value).finish();
    expect([header.length, read(header).deadlineMicros]).toEqual([2 + size, value]);
  }
});

test("every number has its field", () => {
  const writer = new HeaderWriter()
    .number(HeaderTag.methodId, 1)
    .number(HeaderTag.credit, 2)
    .number(HeaderTag.errorCode, 3);
  writer
    .number(HeaderTag.goawayCode, 4)
    .number(HeaderTag.attempt, 5)
    .number(HeaderTag.priority, 6)
    .number(HeaderTag.retryAfter, 7);
  expect(read(writer.finish())).toMatchObject({
    methodId: 1,
    credit: 2,
    errorCode: 3,
    goawayCode: 4,
    attempt: 5,
    priority: 6,
    retryAfter: 7,
  });
});

test("nothing of a header remains in the next", () => {
  const reader = read(
    new HeaderWriter()
      .number(HeaderTag.methodId, 9)
      .number(HeaderTag.attempt, 2)
      .metadata([["a", "b"]], defaultLimits)
      .finish(),
  );
  reader.read(new Uint8Array(0), 0, 0);
  expect(reader).toMatchObject({ methodId: 0, deadlineMicros: -1, attempt: 0, priority: -1, metadataEntries: 0 });
  expect([reader.has(HeaderTag.methodId), reader.retainMetadata()]).toEqual([false, undefined]);
});

test("text comes back, and only when it is there", () => {
  const reader = read(
    new HeaderWriter().text(HeaderTag.errorMessage, "größer ☃").text(HeaderTag.errorId, undefined).finish(),
  );
  expect([reader.text(HeaderTag.errorMessage), reader.text(HeaderTag.errorId)]).toEqual(["größer ☃", undefined]);
});

test("a value of 16,383 bytes is written, one more is refused", () => {
  const fits = new HeaderWriter().text(HeaderTag.errorMessage, "x".repeat(16_383)).finish();
  expect(read(fits).text(HeaderTag.errorMessage)).toHaveLength(16_383);
  expect(() => new HeaderWriter().text(HeaderTag.errorMessage, "x".repeat(16_384))).toThrow(RangeError);
});

test("metadata comes back in order, repeated keys included, long after its frame is gone", () => {
  const key = fc.stringMatching(/^[a-z0-9._-]{1,20}$/);
  const value = fc.string({ unit: "grapheme", maxLength: 100 });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 30 }), (pairs) => {
      const bytes = new HeaderWriter().metadata(pairs, defaultLimits).finish();
      const kept = read(bytes).retainMetadata();
      bytes.fill(0);
      expect(decodeMetadata(kept)).toEqual(pairs);
    }),
  );
});

test("what the reader would refuse is not written", () => {
  expect(failure([["k".repeat(129), "v"]]).reason).toBe("limit_exceeded");
  expect(failure([["k", "v".repeat(8_193)]]).reason).toBe("limit_exceeded");
  expect(failure(Array(65).fill(["k", "v"])).reason).toBe("limit_exceeded");
  expect(
    failure([
      ["k", "v".repeat(8_191)],
      ["k", "v".repeat(8_191)],
      ["k", ""],
    ]).reason,
  ).toBe("limit_exceeded");
  for (const key of ["", "Key", "a b", "ключ", "k\n"]) expect(failure([[key, "v"]]).reason).toBe("malformed_message");
  expect(failure([["k", "\ud800"]]).message).toContain("surrogate");
  expect(failure([["k", 5]]).message).toContain("number");
});

test("exactly the limits are written and read", () => {
  for (const pairs of [
    [["k".repeat(128), "v"]],
    [["k", "v".repeat(8_192)]],
    Array(64).fill(["k", "v"]),
    [
      ["k", "v".repeat(8_191)],
      ["k", "v".repeat(8_191)],
    ],
  ] as Pairs[]) {
    expect(decodeMetadata(read(new HeaderWriter().metadata(pairs, defaultLimits).finish()).retainMetadata())).toEqual(
      pairs,
    );
  }
});

test("lengths of values take one byte up to 127, two from 128 on", () => {
  for (const length of [0, 1, 127, 128, 129, 255, 256, 16_383]) {
    const text = "x".repeat(length);
    const bytes = new HeaderWriter().text(HeaderTag.errorMessage, text).number(HeaderTag.attempt, 1).finish();
    expect(bytes.length).toBe((length < 128 ? 2 : 3) + length + 3);
    expect([read(bytes).text(HeaderTag.errorMessage), read(bytes).attempt]).toEqual([text, 1]);
  }
});

test("pairs of every length and of any text come back", () => {
  for (const keyBytes of [1, 2, 60, 127, 128])
    for (const value of ["", "v", "v".repeat(63), "v".repeat(126), "v".repeat(127), "\x7f", "\x80", "ü".repeat(64)]) {
      const pairs: Pairs = [
        ["k".repeat(keyBytes), value],
        ["next", "one"],
      ];
      const reader = read(new HeaderWriter().metadata(pairs, defaultLimits).finish());
      expect(decodeMetadata(reader.retainMetadata())).toEqual(pairs);
      expect(reader.metadataBytes).toBe(keyBytes + Buffer.byteLength(value) + 7);
    }
});

test("a pair with a bad key leaves nothing behind", () => {
  const writer = new HeaderWriter().number(HeaderTag.attempt, 1);
  expect(() => writer.metadata([["Key", "v"]], defaultLimits)).toThrow(RpcError);
  expect(Buffer.from(writer.finish()).toString("hex")).toBe("810101");
});

/** [HDR-4, HDR-5] once more, as a table of what a value of one byte that is no text does. */
const texts = [2, 6, 7, 8, 9, 0x84, 0x85, 0x86, 0x87, 0x88];
const numbers = [1, 3, 4, 5, 10, 0x81, 0x82, 0x89];

test("every tag is a number, a text, or not known", () => {
  const reader = new HeaderReader(defaultLimits);
  const verdict = (tag: number, ...value: number[]): string => {
    const bytes = Uint8Array.of(tag, value.length, ...value);
    return reader.read(bytes, 0, bytes.length);
  };
  for (let tag = 0; tag < 256; tag++) {
    const isSkipped = tag >= 0x80 ? "ok" : "unsupported";
    const isText = texts.includes(tag);
    const isNumber = numbers.includes(tag);
    const isOther = tag === HeaderTag.traceContext || tag === HeaderTag.metadata;
    expect([tag, verdict(tag, 0xff)]).toEqual([tag, isText || isOther ? "malformed" : isNumber ? "ok" : isSkipped]);
    expect([tag, verdict(tag)]).toEqual([tag, isNumber || isOther ? "malformed" : isText ? "ok" : isSkipped]);
  }
});

test("every known tag but pairs of metadata stands once, and is told from its neighbours", () => {
  for (const tag of [...texts, ...numbers]) {
    const once = Uint8Array.of(tag, 1, 1);
    const reader = read(once);
    expect([...texts, ...numbers].filter((other) => reader.has(other))).toEqual([tag]);
    const twice = Uint8Array.of(...once, ...once);
    expect(new HeaderReader(defaultLimits).read(twice, 0, twice.length)).toBe("malformed");
  }
});

test("random headers never throw", () => {
  const reader = new HeaderReader(defaultLimits);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      if (reader.read(bytes, 0, bytes.length) === "ok") decodeMetadata(reader.retainMetadata());
    }),
    { numRuns: 5000 },
  );
});
