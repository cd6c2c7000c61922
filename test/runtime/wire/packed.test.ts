import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { Reader } from "../../../runtime/wire/reader.ts";
import { Writer } from "../../../runtime/wire/writer.ts";

const int32 = fc.oneof(fc.integer({ min: -130, max: 130 }), fc.integer());
const uint32 = fc.oneof(fc.nat(130), fc.nat(70_000), fc.nat(0xffff_ffff));
const int64 = fc.bigInt({ min: -0x8000_0000_0000_0000n, max: 0x7fff_ffff_ffff_ffffn });
const uint64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const small64 = fc.bigInt({ min: -300n, max: 300n });

/** By kind of value: the methods for one and for many, and what to try. */
const kinds = [
  ["bool", "packedBool", fc.boolean()],
  ["int32", "packedInt32", int32],
  ["uint32", "packedUint32", uint32],
  ["sint32", "packedSint32", int32],
  ["fixed32", "packedFixed32", uint32],
  ["sfixed32", "packedSfixed32", int32],
  ["int64", "packedInt64", fc.oneof(small64, int64)],
  ["uint64", "packedUint64", fc.oneof(fc.bigInt({ min: 0n, max: 300n }), uint64)],
  ["sint64", "packedSint64", fc.oneof(small64, int64)],
  ["fixed64", "packedFixed64", uint64],
  ["sfixed64", "packedSfixed64", int64],
  ["int53", "packedInt53", fc.maxSafeInteger()],
  ["uint53", "packedUint53", fc.maxSafeNat()],
  ["float", "packedFloat", fc.float()],
  ["double", "packedDouble", fc.double()],
] as const;

/** What stands behind a key of one byte. */
function withoutKey(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer(16);
  write(writer);
  return writer.finish().subarray(1);
}

describe.each(kinds)("packed %s", (single, packed, arbitrary) => {
  const lists = fc.array(arbitrary as fc.Arbitrary<never>, { maxLength: 150 });

  test("is what its values are one by one, and is read as they are", () => {
    fc.assert(
      fc.property(lists, (values) => {
        const alone = Buffer.concat(values.map((value) => withoutKey((writer) => writer[single](8, value))));
        const expected = withoutKey((writer) => writer.bytes(8, alone));
        const many = new Writer(1);
        many[packed](values);
        const bytes = many.finish();
        expect(Buffer.from(bytes)).toEqual(Buffer.from(expected));
        const source = new Reader(Buffer.concat([bytes, Buffer.of(7)]));
        const read: unknown[] = ["before"];
        source[packed](read as never);
        const singles = new Reader(alone);
        expect(read).toEqual(["before", ...values.map(() => singles[single]())]);
        expect(source.pos).toBe(bytes.length);
        expect(source.end).toBe(bytes.length + 1);
      }),
    );
  });

  test("is refused with any number of its bytes missing", () => {
    fc.assert(
      fc.property(lists, fc.nat(), (values, missing) => {
        const writer = new Writer();
        writer[packed](values);
        const bytes = writer.finish();
        const cut = bytes.subarray(0, bytes.length - 1 - (missing % bytes.length));
        expect(() => new Reader(cut)[packed]([])).toThrow("malformed message");
      }),
    );
  });
});

test("a packed varint that goes on behind the list is refused", () => {
  for (const method of ["packedBool", "packedInt32", "packedUint64", "packedSint64", "packedInt53"] as const) {
    const source = new Reader(Uint8Array.of(3, 1, 0x80, 0x80, 0x01, 0x01));
    expect(() => source[method]([])).toThrow("ends in the middle");
  }
});

test("more packed values than a message may hold are refused before there is room for them", () => {
  const bytes = Buffer.concat([Buffer.of(0x81, 0x89, 0x7a), Buffer.alloc(2_000_001)]);
  const values: number[] = [];
  expect(() => new Reader(bytes).packedInt32(values)).toThrow("too many values");
  expect(values).toEqual([]);
});

test("the length of a list is read once", () => {
  for (const [, packed] of kinds) {
    let asked = 0;
    const values = new Proxy([], {
      get: (target, key) => (key === "length" ? [2, 300, 300][Math.min(asked++, 2)] : Reflect.get(target, key)),
    });
    const writer = new Writer();
    expect(() => writer[packed](values)).toThrow(/^expected /);
    expect(asked).toBe(1);
  }
});
