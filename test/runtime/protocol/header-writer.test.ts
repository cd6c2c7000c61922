import { describe, expect, test } from "vitest";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { HeaderTag } from "../../../runtime/protocol/frame.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { createLimits, defaultLimits, type Limits } from "../../../runtime/protocol/limits.ts";
import { encodeTag, hex } from "./vectors.ts";

type Pairs = readonly (readonly [string, string])[];

function encodePair(key: string, value: string): Uint8Array {
  return encodeTag(HeaderTag.metadata, Buffer.concat([Buffer.from([key.length]), Buffer.from(key + value)]));
}

function failure(pairs: unknown, limits: Limits = defaultLimits): RpcError {
  try {
    new HeaderWriter().metadata(pairs as Pairs, limits);
  } catch (error) {
    return RpcError.from(error);
  }
  throw new Error("nothing was thrown");
}

test("a header is written whole, however long each part of it is", () => {
  for (let length = 0; length < 300; length++) {
    const text = "x".repeat(length);
    const value = Uint8Array.from({ length }, (_, index) => index);
    const writer = new HeaderWriter()
      .text(HeaderTag.errorMessage, text)
      .metadata([["key", "value"]], defaultLimits)
      .number(HeaderTag.attempt, 5)
      .raw(0xf0, value)
      .metadata([["k", `${text}ü`]], defaultLimits)
      .number(HeaderTag.credit, 0x0102030405)
      .text(HeaderTag.errorId, "");
    const parts = [
      encodeTag(HeaderTag.errorMessage, Buffer.from(text)),
      encodePair("key", "value"),
      encodeTag(HeaderTag.attempt, Uint8Array.of(5)),
      encodeTag(0xf0, value),
      encodePair("k", `${text}ü`),
      encodeTag(HeaderTag.credit, Uint8Array.of(0, 0, 0, 1, 2, 3, 4, 5)),
      encodeTag(HeaderTag.errorId, new Uint8Array(0)),
    ];
    expect([length, hex(writer.finish())]).toEqual([length, hex(Buffer.concat(parts))]);
  }
});

test("a pair fits what is left of the memory, to the last byte", () => {
  for (let filled = 0; filled < 140; filled++) {
    for (const value of ["", "v", "ü"]) {
      const writer = new HeaderWriter().raw(0xf0, new Uint8Array(filled));
      const start = writer.length;
      writer.metadata([["k", value]], defaultLimits);
      expect([filled, hex(writer.finish().subarray(start))]).toEqual([filled, hex(encodePair("k", value))]);
    }
  }
});

test("what is not there is not written", () => {
  const writer = new HeaderWriter().text(HeaderTag.errorId, undefined).metadata(undefined, defaultLimits);
  expect(hex(writer.metadata([], defaultLimits).finish())).toBe("");
  expect(hex(writer.number(HeaderTag.attempt, 1).finish())).toBe("810101");
});

test("what was finished does not change when the writer goes on, or begins again", () => {
  const writer = new HeaderWriter().number(HeaderTag.attempt, 1);
  const first = writer.finish();
  const second = writer.number(HeaderTag.priority, 2).finish();
  const third = writer.reset().number(HeaderTag.credit, 3).finish();
  expect([first, second, third].map(hex)).toEqual(["810101", "810101820102", "040103"]);
  expect(writer.reset().finish()).toHaveLength(0);
});

describe("memory", () => {
  /** How often it changes while so many entries are written. */
  function moves(entries: number, write: (writer: HeaderWriter) => void): number {
    const writer = new HeaderWriter();
    const seen = new Set<Uint8Array>();
    for (let count = 0; count < entries; count++) {
      write(writer);
      seen.add(writer.bytes);
    }
    return seen.size;
  }

  test("is doubled when it is full, so that long headers are not copied for each entry", () => {
    expect(moves(10_000, (writer) => writer.number(HeaderTag.attempt, 1))).toBe(9);
    expect(moves(1_000, (writer) => writer.text(HeaderTag.errorId, "x".repeat(28)))).toBe(9);
  });

  test("stays until there is no room for another entry, and after a reset", () => {
    const writer = new HeaderWriter().number(HeaderTag.attempt, 1);
    const { bytes } = writer;
    writer.text(HeaderTag.errorMessage, "x".repeat(bytes.length - 6));
    expect(writer.bytes).toBe(bytes);
    writer.reset().raw(0xf0, new Uint8Array(bytes.length - 3));
    expect(writer.bytes).toBe(bytes);
    writer.number(HeaderTag.attempt, 1);
    expect(writer.bytes).not.toBe(bytes);
  });
});

describe("metadata", () => {
  const small = createLimits({
    maxMetadataEntries: 2,
    maxMetadataBytes: 10,
    maxMetadataKeyBytes: 3,
    maxMetadataValueBytes: 5,
  });

  test.each([
    [
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [[["abc", ""]]],
    [[["a", "12345"]]],
    [[["a", "12ü4"]]],
    [
      [
        ["abc", "123"],
        ["de", "12"],
      ],
    ],
    [
      [
        ["abc", "1ü"],
        ["de", "ü"],
      ],
    ],
  ] as const)("within small limits is written: %j", (pairs) => {
    const bytes = new HeaderWriter().metadata(pairs, small).finish();
    expect(hex(bytes)).toBe(hex(Buffer.concat(pairs.map(([key, value]) => encodePair(key, value)))));
  });

  test.each([
    [
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
      "2 entries; found 3",
    ],
    [[["abcd", ""]], "3 bytes in a key; found 4"],
    [[["a", "123456"]], "5 bytes in a value; found 6"],
    [[["a", "1234ü"]], "5 bytes in a value; found 6"],
    [
      [
        ["abc", "123"],
        ["de", "123"],
      ],
      "10 bytes; found 11",
    ],
    [
      [
        ["abc", "123"],
        ["def", "12"],
      ],
      "10 bytes; found 11",
    ],
    [
      [
        ["abc", "1ü"],
        ["de", "1ü"],
      ],
      "10 bytes; found 11",
    ],
  ] as const)("above them is refused: %j may have %s", (pairs, text) => {
    const { reason, message } = failure(pairs, small);
    expect([reason, message]).toEqual(["limit_exceeded", `Metadata may have ${text}.`]);
  });

  test("has keys of small letters, digits, dot, dash and underscore", () => {
    const isWritten = (key: string, value: string): boolean => {
      try {
        return hex(new HeaderWriter().metadata([[key, value]], defaultLimits).finish()) === hex(encodePair(key, value));
      } catch (error) {
        return RpcError.from(error).reason !== "malformed_message";
      }
    };
    const letters = Array.from({ length: 300 }, (_, unit) => String.fromCharCode(unit));
    for (const [before, behind] of [
      ["", ""],
      ["a", ""],
      ["", "a"],
    ] as const)
      for (const value of ["v", "ü"]) {
        const fine = letters.filter((letter) => isWritten(before + letter + behind, value));
        expect(fine.join("")).toBe("-.0123456789_abcdefghijklmnopqrstuvwxyz");
      }
  });

  test.each([
    [[[5, "v"]], "found number and string"],
    [[["k", null]], "found string and object"],
    [[["", "v"]], 'metadata key ""'],
    [[["Key", "v"]], 'metadata key "Key"'],
    [[["Key", "ü"]], 'metadata key "Key"'],
    [[["k", "\ud800"]], '"k" has a lone surrogate'],
    [[["k", "v\udfff"]], '"k" has a lone surrogate'],
  ])("of other things is refused: %j", (pairs, text) => {
    const { reason, message } = failure(pairs);
    expect([reason, message]).toEqual(["malformed_message", expect.stringContaining(text)]);
  });

  test("whose key is bad and long is refused in few words", () => {
    const { message } = failure([["K".repeat(100_000), "v"]]);
    expect(message).toContain(`"${"K".repeat(64)}"`);
    expect(message.length).toBeLessThan(200);
  });

  test("that is refused leaves what stood before it", () => {
    for (const pairs of [[["Key", "v"]], [["Key", "ü"]], [["k", "\ud800"]]] as const) {
      const writer = new HeaderWriter().number(HeaderTag.attempt, 1);
      expect(() => writer.metadata(pairs, defaultLimits)).toThrow(RpcError);
      expect(hex(writer.number(HeaderTag.priority, 2).finish())).toBe("810101820102");
    }
  });
});

test("a value above 16,383 bytes is refused, whoever writes it", () => {
  const large = createLimits({ maxMetadataValueBytes: 100_000, maxMetadataBytes: 100_000 });
  const writer = new HeaderWriter();
  for (const write of [
    () => writer.raw(0xf0, new Uint8Array(16_384)),
    () => writer.text(HeaderTag.errorMessage, "ü".repeat(8_192)),
    () => writer.metadata([["k", "v".repeat(16_382)]], large),
  ])
    expect(write).toThrow(/16383 bytes; found 16384/);
  expect(writer.finish()).toHaveLength(0);
});
