import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { wireLimits } from "../../../runtime/wire/limits.ts";
import { Reader } from "../../../runtime/wire/reader.ts";
import { encodeWith } from "../../../runtime/wire/writer-pool.ts";
import { Writer } from "../../../runtime/wire/writer.ts";

function written(write: (writer: Writer) => void, capacity = 16): string {
  const writer = new Writer(capacity);
  write(writer);
  return Buffer.from(writer.finish()).toString("hex");
}

function refusal(write: (writer: Writer) => void): string {
  const writer = new Writer();
  try {
    write(writer);
  } catch (error) {
    expect(RpcError.is(error) && error.codeName).toBe("invalid_argument");
    // At most the key: no part of the value.
    expect(writer.pos).toBeLessThanOrEqual(1);
    return (error as Error).message;
  }
  return "nothing was refused";
}

describe("integers", () => {
  test.each([
    ["int32", -1, "ffffffffffffffffff01"],
    ["int32", 300, "ac02"],
    ["uint32", 4_294_967_295, "ffffffff0f"],
    ["sint32", -2_147_483_648, "ffffffff0f"],
    ["fixed32", 4_294_967_295, "ffffffff"],
    ["sfixed32", -2, "feffffff"],
    ["int64", -1n, "ffffffffffffffffff01"],
    ["int64", 0x7fff_ffff_ffff_ffffn, "ffffffffffffffff7f"],
    ["uint64", 0xffff_ffff_ffff_ffffn, "ffffffffffffffffff01"],
    ["sint64", -0x8000_0000_0000_0000n, "ffffffffffffffffff01"],
    ["fixed64", 1n, "0100000000000000"],
    ["sfixed64", -1n, "ffffffffffffffff"],
    ["int53", -1, "ffffffffffffffffff01"],
    ["int53", Number.MAX_SAFE_INTEGER, "ffffffffffffff0f"],
    ["uint53", 4_294_967_296, "8080808010"],
  ] as const)("%s %s is %s", (method, value, hex) => {
    expect(written((writer) => writer[method](8, value as never))).toBe(`08${hex}`);
    expect(new Reader(Buffer.from(hex, "hex"))[method]()).toBe(value);
  });

  test.each([
    ["int32", 2_147_483_648],
    ["int32", 1.5],
    ["int32", "5"],
    ["int32", Number.NaN],
    ["uint32", -1],
    ["sint32", null],
    ["fixed32", 4_294_967_296],
    ["sfixed32", undefined],
    ["int64", 1],
    ["int64", 0x8000_0000_0000_0000n],
    ["uint64", -1n],
    ["uint64", 0x1_0000_0000_0000_0000n],
    ["sint64", -0x8000_0000_0000_0001n],
    ["fixed64", "1"],
    ["sfixed64", 0x8000_0000_0000_0000n],
    ["int53", 9_007_199_254_740_992],
    ["uint53", -1],
    ["bool", 1],
    ["float", "1"],
    ["double", 1n],
    ["string", 5],
    ["bytes", [1]],
  ] as const)("%s refuses %s", (method, value) => {
    expect(refusal((writer) => writer[method](8, value as never))).toMatch(/^expected /);
  });
});

test("a huge bigint is not printed in full", () => {
  expect(refusal((writer) => writer.int64(8, 1n << 100_000n))).toContain("more than 128 bits");
});

test("what was written is read again, for every 64-bit integer", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -0x8000_0000_0000_0000n, max: 0x7fff_ffff_ffff_ffffn }), (value) => {
      const writer = new Writer();
      writer.int64(8, value);
      writer.sint64(16, value);
      writer.sfixed64(25, value);
      const reader = new Reader(writer.finish());
      expect([reader.tag(), reader.int64()]).toEqual([8, value]);
      expect([reader.tag(), reader.sint64()]).toEqual([16, value]);
      expect([reader.tag(), reader.sfixed64()]).toEqual([25, value]);
    }),
  );
});

test.each([0, 1, 23, 24, 25, 41, 42, 43, 127, 128, 200, 16_383, 16_384, 70_000])(
  "text of %i units keeps its length",
  (length) => {
    for (const character of ["a", "é", "€"]) {
      const text = character.repeat(length);
      const writer = new Writer(1);
      writer.string(2_000_002, text);
      const reader = new Reader(writer.finish());
      expect([reader.tag(), reader.string()]).toEqual([2_000_002, text]);
    }
  },
);

test.each([0, 2, 126, 128, 16_384, 3_000_000])("a nested message of %i bytes gets the right length", (length) => {
  const writer = new Writer(1);
  const mark = writer.begin(10, {});
  for (let index = 0; index < length; index += 2) writer.bool(8, true);
  writer.end(mark);
  const reader = new Reader(writer.finish());
  reader.tag();
  reader.open();
  expect(reader.end - reader.pos).toBe(length);
});

test("64 levels may be nested and 65 may not", () => {
  const nest = (levels: number) => (writer: Writer) => {
    for (let level = 0; level < levels; level++) writer.begin(10, {});
  };
  expect(() => nest(64)(new Writer())).not.toThrow();
  expect(() => nest(65)(new Writer())).toThrow("nested deeper than 64");
});

test("a list may hold a million values and not one more", () => {
  const { maxElements } = wireLimits;
  expect(() => new Writer().list(new Array(maxElements).fill(0))).not.toThrow();
  expect(refusal((writer) => writer.list(new Array(maxElements + 1).fill(0)))).toContain("more than 1000000 values");
  expect(refusal((writer) => writer.packedInt32(new Array(maxElements + 1).fill(0)))).toContain(
    "more than 1000000 values",
  );
});

test("lists, maps and messages must be what they say", () => {
  expect(refusal((writer) => writer.list("abc" as never))).toBe('expected an array, found "abc"');
  expect(refusal((writer) => writer.map({} as never))).toBe("expected a Map, found an object");
  expect(refusal((writer) => writer.begin(10, null))).toBe("expected an object, found null");
});

describe("the pooled writer", () => {
  test("leaks nothing of what it wrote before", () => {
    const poison = "POISON".repeat(200);
    encodeWith("poison", (writer) => writer.string(10, poison), undefined);
    const bytes = encodeWith("small", (writer) => writer.string(10, "ok"), undefined);
    expect(Buffer.from(bytes).toString("hex")).toBe("0a026f6b");
  });

  test("is not shared with an encoding that runs inside another", () => {
    const outer = encodeWith(
      "outer",
      (writer) => {
        writer.uint32(8, 1);
        const inner = encodeWith("inner", (other) => other.uint32(8, 7), undefined);
        writer.bytes(18, inner);
      },
      undefined,
    );
    expect(Buffer.from(outer).toString("hex")).toBe("080112020807");
  });

  test("works again after an error, which names the path of field numbers", () => {
    const broken = (writer: Writer): void => {
      writer.begin(42, {});
      writer.int32(24, "x" as never);
    };
    expect(() => encodeWith("test.M", broken, undefined)).toThrow(
      'test.M, field 5 > 3: expected an integer of 32 bits, found "x"',
    );
    expect(encodeWith("test.M", (writer) => writer.uint32(8, 1), undefined)).toEqual(Uint8Array.of(8, 1));
  });

  test("passes on errors that are not its own", () => {
    const boom = new Error("boom");
    expect(() =>
      encodeWith(
        "test.M",
        () => {
          throw boom;
        },
        undefined,
      ),
    ).toThrow(boom);
  });
});
