import { describe, expect, test } from "vitest";
import { base64FromBytes, bytesFromBase64 } from "../../../runtime/codec/base64.ts";
import { binaryCodec } from "../../../runtime/codec/binary.ts";
import { durationFromJson, durationToJson } from "../../../runtime/codec/duration.ts";
import { JsonReader } from "../../../runtime/codec/json-reader.ts";
import { JsonWriter } from "../../../runtime/codec/json-writer.ts";
import { createJsonCodec, jsonCodec } from "../../../runtime/codec/json.ts";
import type { JsonValue } from "../../../runtime/codec/message-type.ts";
import { createCodecRegistry } from "../../../runtime/codec/registry.ts";
import { timestampFromJson, timestampToJson } from "../../../runtime/codec/timestamp.ts";
import { emptyType } from "../../../runtime/codegen/message-type.ts";

const reader = new JsonReader("test.M");
const writer = new JsonWriter("test.M");

describe("base64", () => {
  test("of every length agrees with Buffer, in both alphabets", () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_none, at) => (at * 83 + 251) & 255);
      const buffer = Buffer.from(bytes);
      expect(base64FromBytes(bytes)).toBe(buffer.toString("base64"));
      for (const text of [buffer.toString("base64"), buffer.toString("base64url")])
        expect(bytesFromBase64(text)).toEqual(bytes);
    }
  });

  test("of more than one chunk has no padding inside", () => {
    const bytes = new Uint8Array(0x3000 * 2 + 1).fill(7);
    expect(base64FromBytes(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  });

  test.each(["a", "a===", "=", "ab=", "a b=", "ab=c", "ab==c", "é", "abcde"])("%j is refused", (text) => {
    expect(bytesFromBase64(text)).toBeUndefined();
  });
});

describe("numbers", () => {
  test.each([
    ["int32", "1e2", 100],
    ["int32", 5.0, 5],
    ["uint32", "4294967295", 4_294_967_295],
    ["int64", "-9223372036854775808", -0x8000_0000_0000_0000n],
    ["int64", 5, 5n],
    ["uint64", "18446744073709551615", 0xffff_ffff_ffff_ffffn],
    ["int53", "9007199254740991", 9_007_199_254_740_991],
    ["double", "NaN", Number.NaN],
    ["double", "-Infinity", -Infinity],
    ["double", "1.5", 1.5],
    ["float", 1.5, 1.5],
  ] as const)("%s reads %j", (method, json, value) => expect(reader[method](json)).toBe(value));

  test.each([
    ["int32", 2_147_483_648],
    ["int32", 1.5],
    ["int32", ""],
    ["int32", " 1"],
    ["int32", "0x10"],
    ["int32", "1_000"],
    ["int32", true],
    ["uint32", -1],
    ["int64", "9223372036854775808"],
    ["int64", 9_007_199_254_740_992],
    ["int64", "1.5"],
    ["uint64", "-1"],
    ["int53", "9007199254740992"],
    ["uint53", -1],
    ["double", "infinity"],
    ["double", "1e999"],
    ["float", 3.5e38],
    ["bool", "true"],
    ["bool", 1],
    ["string", 5],
    ["string", "\ud800"],
    ["bytes", "a"],
    ["bytes", 5],
  ] as const)("%s refuses %j", (method, json) => expect(() => reader[method](json)).toThrow("test.M: "));

  test("NaN and the infinities are written as strings, 64-bit integers too", () => {
    expect([writer.double(Number.NaN), writer.float(-Infinity), writer.int64(5n), writer.int53(7)]).toEqual([
      "NaN",
      "-Infinity",
      "5",
      "7",
    ]);
  });
});

describe("times", () => {
  test.each([
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"],
    ["2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123Z"],
    ["2026-01-31T12:00:00+02:30", "2026-01-31T09:30:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("%s is read", (text, iso) => expect(timestampFromJson(reader, text).toISOString()).toBe(iso));

  test.each(
    [
      ["2026-02-30T00:00:00Z", "2026-01-31", "2026-01-31T24:00:00Z", "2026-01-31T12:00:60Z", "2026-01-31t12:00:00z"],
      [
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-01-31T12:00:00+24:00",
        "12026-01-31T12:00:00Z",
      ],
    ].flat(),
  )("%s is refused", (text) => expect(() => timestampFromJson(reader, text)).toThrow("expected a time"));

  test("are written without a needless fraction", () => {
    expect(timestampToJson(writer, new Date("2026-01-31T12:00:00.000Z"))).toBe("2026-01-31T12:00:00Z");
    expect(timestampToJson(writer, new Date("2026-01-31T12:00:00.250Z"))).toBe("2026-01-31T12:00:00.250Z");
  });
});

describe("durations", () => {
  test.each([
    [0, "0s"],
    [1500, "1.500s"],
    [-0.5, "-0.000500s"],
    [0.000001, "0.000000001s"],
    [999.9999999, "1s"],
    [315_576_000_000_000, "315576000000s"],
  ])("%d ms are %s", (ms, text) => expect(durationToJson(writer, ms)).toBe(text));

  test.each([
    ["1.5s", 1500],
    ["-1.5s", -1500],
    ["-0s", 0],
  ])("%s is %d ms", (text, ms) => expect(durationFromJson(reader, text)).toBe(ms));

  test.each(["1.5", "1.s", ".5s", "1e3s", "315576000001s", "1.0000000001s", ""])("%j is refused", (text) => {
    expect(() => durationFromJson(reader, text)).toThrow("expected a duration");
  });
});

test("errors name the path", () => {
  const path = new JsonReader("test.M");
  const read = (): void => {
    for (const key of path.open({ lines: [{}, { labels: { "a b": 1 } }] })) {
      for (const line of path.list(path.item(key))) {
        for (const inner of path.open(line)) for (const [, item] of path.map(path.item(inner))) path.string(item);
        path.close();
      }
    }
  };
  expect(read).toThrow('test.M at lines[1].labels["a b"]: expected a string, found 1');
});

describe("codecs", () => {
  test("are found by id and by name", () => {
    const registry = createCodecRegistry();
    expect(registry.byId(1)).toBe(binaryCodec);
    expect(registry.byName("json")).toBe(jsonCodec);
    expect(registry.byId(9)).toBeUndefined();
    expect(() => createCodecRegistry([binaryCodec, binaryCodec])).toThrow("share an id or a name");
  });

  test("carry an empty message", () => {
    for (const codec of [binaryCodec, jsonCodec])
      expect(codec.decode(emptyType, codec.encode(emptyType, undefined))).toBeUndefined();
  });

  test("refuse what is not JSON", () => {
    expect(() => jsonCodec.decode(emptyType, Buffer.from("{"))).toThrow("not valid JSON");
    expect(() => jsonCodec.decode(emptyType, Uint8Array.of(0xff))).toThrow("not valid UTF-8");
    expect(() => jsonCodec.decode(emptyType, Buffer.from("[]"))).toThrow("expected an object");
  });

  test("in JSON skip unknown fields unless told otherwise", () => {
    const bytes = Buffer.from(JSON.stringify({ later: 1 } satisfies JsonValue));
    expect(jsonCodec.decode(emptyType, bytes)).toBeUndefined();
    expect(() => createJsonCodec({ ignoreUnknown: false }).decode(emptyType, bytes)).toThrow('unknown field "later"');
  });
});
