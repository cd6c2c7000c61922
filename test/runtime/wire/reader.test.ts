import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { Reader, shortBytes } from "../../../runtime/wire/reader.ts";
import { Writer } from "../../../runtime/wire/writer.ts";

function reader(hex: string): Reader {
  return new Reader(Uint8Array.from(Buffer.from(hex, "hex")));
}

function refusal(hex: string, read: (reader: Reader) => unknown): string {
  try {
    read(reader(hex));
  } catch (error) {
    expect(RpcError.is(error) && error.codeName).toBe("invalid_argument");
    return (error as Error).message;
  }
  return "nothing was refused";
}

describe("varints", () => {
  test("ten bytes with a last byte of 1 are the most", () => {
    expect(reader("ffffffffffffffffff01").uint64()).toBe(0xffff_ffff_ffff_ffffn);
    expect(refusal("ffffffffffffffffff02", (r) => r.uint64())).toContain("longer than 64 bits");
    expect(refusal("ffffffffffffffffff8100", (r) => r.uint64())).toContain("longer than 64 bits");
    expect(refusal("ffffffffffffffffffff01", (r) => r.uint64())).toContain("longer than 64 bits");
  });

  test.each(["", "80", "8080", "80808080", "8080808080", "808080808080", "808080808080808080"])(
    "a varint cut off after %j is refused",
    (hex) => {
      expect(refusal(hex, (r) => r.uint64())).toContain("ends in the middle");
    },
  );

  test("of every length are read alike at the end of the data and far before it", () => {
    for (let bits = 1n; bits <= 64n; bits++) {
      for (const value of [1n << (bits - 1n), (1n << bits) - 1n]) {
        const writer = new Writer();
        writer.uint64(8, value);
        const hex = Buffer.from(writer.finish().subarray(1)).toString("hex");
        for (const behind of ["", "ff".repeat(12)]) {
          const source = reader(hex + behind);
          expect(source.uint64()).toBe(value);
          expect(source.pos).toBe(hex.length / 2);
        }
      }
    }
  });

  test("longer spellings of small numbers are read", () => {
    expect(reader("81808080808080808000").uint64()).toBe(1n);
    expect(reader("8100").int32()).toBe(1);
  });

  test("32-bit readers keep the low half, as protobuf does", () => {
    expect(reader("ffffffffffffffffff01").int32()).toBe(-1);
    expect(reader("8080808010").uint32()).toBe(0);
    expect(reader("8080808010").bool()).toBe(true);
    expect(reader("00").bool()).toBe(false);
  });

  test("int53 refuses what a number cannot hold", () => {
    expect(reader("ffffffffffffff0f").int53()).toBe(Number.MAX_SAFE_INTEGER);
    expect(refusal("8080808080808010", (r) => r.int53())).toContain("2^53");
    expect(refusal("8080808080808010", (r) => r.uint53())).toContain("2^53");
    expect(refusal("ffffffffffffffffff01", (r) => r.uint53())).toContain("2^53");
    expect(reader("81808080808080f0ff01").int53()).toBe(-Number.MAX_SAFE_INTEGER);
    expect(refusal("80808080808080f0ff01", (r) => r.int53())).toContain("2^53");
  });
});

describe("keys", () => {
  test.each([
    ["00", "field number 0"],
    ["07", "field number 0"],
    ["0e", "wire type 6"],
    ["0f", "wire type 7"],
    ["8080808010", "above 536870911"],
    ["ffffffffffffffffff01", "above 536870911"],
  ])("%s is refused: %s", (hex, reason) => {
    expect(refusal(hex, (r) => r.tag())).toContain(reason);
  });

  test("the largest field number is read", () => expect(reader("f8ffffff0f").tag()).toBe(4_294_967_288));
});

describe("lengths", () => {
  test.each([
    ["string", "0561"],
    ["bytes", "0261"],
    ["open", "7f"],
    ["packedInt32", "03"],
    ["packedDouble", "08"],
    ["string", "ffffffff0f"],
    ["string", "80808080808001"],
  ] as const)("%s refuses one behind the end: %s", (method, hex) => {
    expect(refusal(hex, (r) => r[method]([] as never))).toContain("behind the end");
  });

  test("a length counts from the end of the nested message, not of the buffer", () => {
    const outer = reader("0203616263");
    outer.open();
    expect(() => outer.string()).toThrow("behind the end");
  });

  test.each(["fixed32", "sfixed32", "float", "fixed64", "sfixed64", "double"] as const)(
    "%s refuses three bytes",
    (method) => {
      expect(refusal("010203", (r) => r[method]())).toContain("ends in the middle");
    },
  );

  test("a packed list of fixed-size values must hold whole values", () => {
    expect(refusal("0700000000000000", (r) => r.packedDouble([]))).toContain("whole values");
    expect(refusal("03000000", (r) => r.packedFixed32([]))).toContain("whole values");
  });

  test("a varint of a packed list does not reach behind the list", () => {
    expect(refusal("018001", (r) => r.packedInt32([]))).toContain("ends in the middle");
  });
});

test("packed lists of any numbers are read, wherever a number ends", () => {
  const int32 = fc.oneof(fc.integer(), fc.integer({ min: -70, max: 300 }), fc.nat(3_000_000));
  const lists = fc.array(int32, { maxLength: 40 });
  fc.assert(
    fc.property(lists, fc.nat(12), (values, behind) => {
      const writer = new Writer();
      writer.packedInt32(values);
      writer.packedUint32(values.map((value) => value >>> 0));
      writer.packedSint32(values);
      writer.packedInt64(values.map(BigInt));
      const end = writer.pos;
      for (let index = 0; index < behind; index++) writer.tag(0x7f);
      const source = new Reader(writer.finish());
      const [int, uint, sint, long]: [number[], number[], number[], bigint[]] = [[7], [7], [7], [7n]];
      source.packedInt32(int);
      source.packedUint32(uint);
      source.packedSint32(sint);
      source.packedInt64(long);
      expect(int).toEqual([7, ...values]);
      expect(uint).toEqual([7, ...values.map((value) => value >>> 0)]);
      expect(sint).toEqual([7, ...values]);
      expect(long).toEqual([7n, ...values.map(BigInt)]);
      expect(source.pos).toBe(end);
    }),
  );
});

test("each packed reader appends what its scalar reader reads", () => {
  const cases = [
    ["packedBool", "020100", [true, false]],
    ["packedInt32", "0bffffffffffffffffff0102", [-1, 2]],
    ["packedUint32", "0102", [2]],
    ["packedSint32", "0103", [-2]],
    ["packedInt64", "0102", [2n]],
    ["packedUint64", "0102", [2n]],
    ["packedSint64", "0103", [-2n]],
    ["packedInt53", "0102", [2]],
    ["packedUint53", "0102", [2]],
    ["packedFixed32", "04ffffffff", [4_294_967_295]],
    ["packedSfixed32", "04ffffffff", [-1]],
    ["packedFixed64", "08ffffffffffffffff", [0xffff_ffff_ffff_ffffn]],
    ["packedSfixed64", "08ffffffffffffffff", [-1n]],
    ["packedFloat", "040000803f", [1]],
    ["packedDouble", "08000000000000f03f", [1]],
  ] as const;
  for (const [method, hex, values] of cases) {
    const found: unknown[] = [];
    const source = reader(hex);
    source[method](found as never);
    expect([method, ...found]).toEqual([method, ...values]);
    expect(source.pos).toBe(source.end);
  }
});

describe("limits", () => {
  const limits = { maxDepth: 2, maxElements: 3 };
  const limited = (hex: string): Reader => new Reader(Buffer.from(hex, "hex"), limits);

  test("nesting is refused one level too deep", () => {
    const source = limited("020100");
    source.open();
    source.open();
    expect(() => source.open()).toThrow("nested too deeply");
  });

  test("closing gives the level back", () => {
    const source = limited("000000");
    for (let index = 0; index < 3; index++) source.close(source.open());
    expect(source.pos).toBe(3);
  });

  test("values are refused one beyond the limit", () => {
    expect(() => limited("03010101").packedInt32([])).not.toThrow();
    expect(() => limited("0401010101").packedInt32([])).toThrow("too many values");
    expect(() => limited(`10${"00".repeat(16)}`).packedFixed32([])).toThrow("too many values");
    const source = limited("00");
    for (let index = 0; index < 3; index++) source.element();
    expect(() => source.element()).toThrow("too many values");
  });
});

describe("skipping", () => {
  test.each([
    ["08ac02", 3],
    ["090102030405060708", 9],
    ["0a03010203", 5],
    ["0d01020304", 5],
    ["0b0c", 2],
    ["0b10010c", 4],
    ["0b1314120161 0c".replace(" ", ""), 7],
  ])("%s is stepped over as a whole", (hex, length) => {
    const source = reader(`${hex}ff`);
    source.skip(source.tag());
    expect(source.pos).toBe(length);
  });

  test.each([
    ["0c", "did not begin"],
    ["0b14", "number of another"],
    ["0b", "ends in the middle"],
    ["0b08", "ends in the middle"],
    ["0b0e", "wire type 6"],
    ["0d0102", "ends in the middle"],
    ["0901", "ends in the middle"],
    ["0a05", "behind the end"],
  ])("%s is refused: %s", (hex, reason) => {
    expect(refusal(hex, (r) => r.skip(r.tag()))).toContain(reason);
  });

  test("64 groups may be nested and 65 may not", () => {
    const groups = (count: number): string => "0b".repeat(count) + "0c".repeat(count);
    expect(refusal(groups(64), (r) => r.skip(r.tag()))).toBe("nothing was refused");
    expect(refusal(groups(65), (r) => r.skip(r.tag()))).toContain("nested too deeply");
    expect(refusal("0b".repeat(1_000_000), (r) => r.skip(r.tag()))).toContain("nested too deeply");
  });
});

describe("bytes", () => {
  /** Whether so many bytes at the beginning of so much memory come as a view of it. */
  const isView = (length: number, memoryBytes: number): boolean => {
    const memory = new Uint8Array(memoryBytes).fill(9);
    memory[0] = length;
    const bytes = new Reader(memory).bytes();
    expect([bytes.length, new Set(bytes)]).toEqual([length, new Set(length === 0 ? [] : [9])]);
    return bytes.buffer === memory.buffer;
  };

  test("a quarter of their memory or more is a view, less is copied", () => {
    expect([isView(100, 400), isView(99, 400)]).toEqual([true, false]);
  });

  test("few of them are copied, however much of their memory they are", () => {
    expect([isView(shortBytes + 1, shortBytes + 2), isView(shortBytes, shortBytes + 1)]).toEqual([true, false]);
  });

  test("the result is never a Buffer", () => {
    for (const length of [1, 90]) {
      const buffer = Buffer.alloc(100);
      buffer[0] = length;
      expect(Object.getPrototypeOf(new Reader(buffer).bytes())).toBe(Uint8Array.prototype);
    }
  });
});

test("errors name the byte where the trouble is", () => {
  expect(refusal("080a00", (r) => [r.tag(), r.tag(), r.tag()])).toBe("malformed message at byte 2: field number 0");
});

test("strings of any length and script are read alike, wherever in a message they stand", () => {
  const letters = fc.constantFrom("a", "Z", "~", "\u0000", "é", "茶", "🚀");
  const plain = fc.string({ maxLength: 130 }).map((text) => text.replace(/[^ -~]/g, "."));
  const texts = fc.array(fc.oneof(plain, plain, fc.string({ unit: letters, maxLength: 60 })), { maxLength: 60 });
  fc.assert(
    fc.property(texts, fc.nat(40), (all, offset) => {
      const writer = new Writer();
      for (const text of all) writer.string(10, text);
      const memory = new Uint8Array(offset + writer.pos + 3).fill(0xc3);
      memory.set(writer.finish(), offset);
      const source = new Reader(memory.subarray(offset, memory.length - 3));
      expect(all.map(() => [source.tag(), source.string()])).toEqual(all.map((text) => [10, text]));
      expect(source.pos).toBe(source.end);
    }),
  );
});

test("a letter that is not ASCII is found wherever in a short string it stands", () => {
  for (let length = 2; length <= 20; length++) {
    for (let at = 0; at <= length - 2; at++) {
      const texts = ["a".repeat(80), `${"b".repeat(at)}é${"b".repeat(length - at - 2)}`, "c".repeat(20)];
      const parts = texts.map((text) => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]));
      const source = new Reader(Buffer.concat(parts));
      expect(texts.map(() => source.string())).toEqual(texts);
    }
  }
});

test("strings and doubles of messages in several memories, small and large, are read in turn", () => {
  const readers = [10, 200, 70_000, 10].map((behind, index) => {
    const writer = new Writer();
    for (const text of ["x".repeat(90 + index), "y".repeat(20), "é"]) writer.string(10, text);
    writer.double(17, index + 0.25);
    const bytes = writer.finish();
    const memory = Buffer.alloc(bytes.length + behind, 0xff);
    memory.set(bytes, index);
    return new Reader(memory.subarray(index, index + bytes.length));
  });
  const read = (step: (source: Reader, index: number) => unknown): unknown[] => readers.map(step);
  const next = (source: Reader): unknown => [source.tag(), source.string()];
  expect(read(next)).toEqual([90, 91, 92, 93].map((length) => [10, "x".repeat(length)]));
  expect(read(next)).toEqual(readers.map(() => [10, "y".repeat(20)]));
  expect(read(next)).toEqual(readers.map(() => [10, "é"]));
  expect(read((source) => [source.tag(), source.double()])).toEqual([0, 1, 2, 3].map((index) => [17, index + 0.25]));
});

test("a byte outside UTF-8 is found in any of the strings of a message", () => {
  const parts = Array.from({ length: 40 }, (_, index) => Buffer.from("x".repeat(index * 3 + 1)));
  for (let wrong = 0; wrong < parts.length; wrong++) {
    const all = parts.map((part, index) =>
      index === wrong ? Buffer.concat([part.subarray(1), Buffer.of(0xff)]) : part,
    );
    const source = new Reader(Buffer.concat(all.flatMap((part) => [Buffer.of(part.length), part])));
    for (let index = 0; index < wrong; index++) expect(source.string()).toBe(String(all[index]));
    expect(() => source.string()).toThrow("not valid UTF-8");
  }
});
