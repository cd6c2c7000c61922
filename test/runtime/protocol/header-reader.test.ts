import { describe, expect, test } from "vitest";
import { HeaderTag } from "../../../runtime/protocol/frame.ts";
import {
  decodeMetadata,
  headerEntries,
  HeaderReader,
  type HeaderVerdict,
} from "../../../runtime/protocol/header-reader.ts";
import { createLimits, defaultLimits, type Limits } from "../../../runtime/protocol/limits.ts";
import { encodeTag, hex, unhex } from "./vectors.ts";

/** What a reader makes of a header, which is the same whatever lies before and behind it. */
function verdictOf(header: string, limits: Limits = defaultLimits): HeaderVerdict {
  const bytes = unhex(header);
  const verdict = new HeaderReader(limits).read(bytes, 0, bytes.length);
  for (const around of ["00", "01", "61", "80", "ff"]) {
    const place = unhex(around.repeat(5) + header + around.repeat(200));
    expect([header, around, new HeaderReader(limits).read(place, 5, 5 + bytes.length)]).toEqual([
      header,
      around,
      verdict,
    ]);
  }
  return verdict;
}

const entry = (tag: number, value: string): string => hex(encodeTag(tag, unhex(value)));
const utf8 = (text: string): string => hex(Buffer.from(text));
const pair = (key: string, value: string): string =>
  entry(HeaderTag.metadata, hex(Uint8Array.of(Buffer.byteLength(key))) + utf8(key) + utf8(value));

/** What a header says that holds nothing. */
const nothing = {
  methodId: 0,
  deadlineMicros: -1,
  credit: 0,
  errorCode: 0,
  goawayCode: 0,
  attempt: 0,
  priority: -1,
  retryAfter: -1,
  metadataEntries: 0,
  metadataBytes: 0,
};

test("no header, an empty one and one that comes after another say nothing", () => {
  const reader = new HeaderReader(defaultLimits);
  expect(reader).toMatchObject(nothing);
  expect(reader.retainMetadata()).toBeUndefined();
  const tags = [1, 3, 4, 5, 0x0a, 0x81, 0x82, 0x89];
  const full = unhex(tags.map((tag) => entry(tag, "07")).join("") + pair("k", "v"));
  expect(reader.read(full, 0, full.length)).toBe("ok");
  for (const name of Object.keys(nothing) as (keyof typeof nothing)[])
    expect([name, reader[name]]).not.toEqual([name, nothing[name]]);
  expect(reader.read(full, 3, 3)).toBe("ok");
  expect(reader).toMatchObject(nothing);
  expect([reader.retainMetadata(), ...tags.map((tag) => reader.has(tag))]).toEqual([
    undefined,
    ...tags.map(() => false),
  ]);
});

describe("an entry", () => {
  test.each(["01", "02", "83", "8a", "90", "0280", "9080", "0281", "90ff", "0201", "900202", "01040000ff", "8102ff"])(
    "that the header %s does not hold is malformed",
    (header) => {
      expect(verdictOf(header)).toBe("malformed");
      expect(verdictOf(`810101${header}`)).toBe("malformed");
    },
  );

  test.each([128, 129, 255, 256, 16_382, 16_383])("of %d bytes is read to its last one, not beyond", (length) => {
    const whole = entry(HeaderTag.errorMessage, "61".repeat(length));
    expect(verdictOf(whole)).toBe("ok");
    expect(verdictOf(whole.slice(0, -2))).toBe("malformed");
    expect(verdictOf(`${whole}810101`)).toBe("ok");
  });

  test("has a length of one byte below 128, and of two up to 16,383 [HDR-2]", () => {
    for (const [length, bytes] of [
      ["8000", 0],
      ["8100", 1],
      ["ff00", 127],
      ["8080", 16_384],
      ["8081", 16_512],
      ["8180", 1],
      ["81ff", 129],
    ] as const)
      for (const tag of ["02", "90"])
        expect([length, verdictOf(tag + length + "61".repeat(bytes))]).toEqual([length, "malformed"]);
  });
});

test("what is malformed is told before all else, of the rest what comes first", () => {
  const unknown = "0b00";
  const badKey = pair("K", "v");
  const limits = createLimits({ maxMetadataEntries: 0 });
  const malformed = "0100";
  expect([verdictOf(unknown), verdictOf(badKey), verdictOf(pair("k", "v"), limits)]).toEqual([
    "unsupported",
    "metadata_invalid",
    "metadata_limit",
  ]);
  for (const first of [unknown, badKey]) {
    expect(verdictOf(first + malformed)).toBe("malformed");
    expect(verdictOf(`${first}810101`)).toBe(verdictOf(first));
    for (const second of [unknown, badKey]) expect(verdictOf(first + second)).toBe(verdictOf(first));
  }
  expect(verdictOf(unknown + pair("k", "v"), limits)).toBe("unsupported");
  expect(verdictOf(pair("k", "v") + unknown, limits)).toBe("metadata_limit");
});

describe("a number", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("may have %d bytes", (length) => {
    const reader = new HeaderReader(defaultLimits);
    const header = unhex(`${entry(HeaderTag.credit, "05".padStart(length * 2, "0"))}${entry(HeaderTag.attempt, "02")}`);
    expect(reader.read(header, 0, header.length)).toBe("ok");
    expect(reader).toMatchObject({ credit: 5, attempt: 2 });
  });

  test("has no more than eight, and is a safe integer", () => {
    expect(verdictOf(entry(HeaderTag.credit, "05".padStart(18, "0")))).toBe("malformed");
    expect(verdictOf(entry(HeaderTag.credit, "001fffffffffffff"))).toBe("ok");
    expect(verdictOf(entry(HeaderTag.credit, "0020000000000000"))).toBe("malformed");
    expect(verdictOf(entry(HeaderTag.credit, "ffffffffffffffff"))).toBe("malformed");
  });
});

describe("a pair of metadata", () => {
  test.each([
    ["", "malformed"],
    ["00", "malformed"],
    ["0061", "malformed"],
    ["01", "malformed"],
    ["0161", "ok"],
    ["0261", "malformed"],
    ["0361", "malformed"],
    ["ff61", "malformed"],
    ["026161", "ok"],
    ["016141", "ok"],
    ["014161", "metadata_invalid"],
    ["02614161", "metadata_invalid"],
    ["0161c3a9", "ok"],
    ["0161c3", "metadata_invalid"],
    ["016180", "metadata_invalid"],
    ["01c3a9", "metadata_invalid"],
  ])("of the bytes %s is %s", (value, verdict) => {
    expect(verdictOf(entry(HeaderTag.metadata, value))).toBe(verdict);
    expect(verdictOf(entry(HeaderTag.metadata, value) + pair("next", "one"))).toBe(verdict);
  });

  test("has a key of small letters, digits, dot, dash and underscore [HDR-8]", () => {
    const reader = new HeaderReader(defaultLimits);
    for (const place of [0, 1, 2]) {
      const fine: number[] = [];
      for (let byte = 0; byte < 256; byte++) {
        const header = Uint8Array.of(HeaderTag.metadata, 4, 3, 0x61, 0x61, 0x61);
        header[3 + place] = byte;
        if (reader.read(header, 0, header.length) === "ok") fine.push(byte);
      }
      expect(String.fromCharCode(...fine)).toBe("-.0123456789_abcdefghijklmnopqrstuvwxyz");
    }
  });

  test.each([
    ["two pairs", pair("a", "1") + pair("b", "2"), "ok"],
    ["a third", pair("a", "1") + pair("b", "2") + pair("c", "3"), "metadata_limit"],
    ["a key of three bytes", pair("abc", ""), "ok"],
    ["a key of four", pair("abcd", ""), "metadata_limit"],
    ["a value of five bytes", pair("a", "12345"), "ok"],
    ["a value of six", pair("a", "123456"), "metadata_limit"],
    ["ten bytes in all", pair("abc", "123") + pair("de", "12"), "ok"],
    ["eleven", pair("abc", "123") + pair("de", "123"), "metadata_limit"],
    ["eleven, the other way", pair("abc", "123") + pair("def", "12"), "metadata_limit"],
  ])("within small limits: %s", (_, header, verdict) => {
    const limits = createLimits({
      maxMetadataEntries: 2,
      maxMetadataBytes: 10,
      maxMetadataKeyBytes: 3,
      maxMetadataValueBytes: 5,
    });
    expect(verdictOf(header, limits)).toBe(verdict);
  });

  test("is found among other entries, long ones too, wherever the header lies", () => {
    const header = unhex(
      [
        "00",
        entry(0x90, "8a020161"),
        entry(HeaderTag.attempt, "01"),
        pair("a", "1"),
        entry(0xf0, "8a".repeat(200)),
      ].join("") +
        pair("b", "ü".repeat(100)) +
        entry(0xff, "") +
        pair("a", "") +
        "8a0301",
    );
    const reader = new HeaderReader(defaultLimits);
    expect(reader.read(header, 1, header.length - 3)).toBe("ok");
    const kept = reader.retainMetadata();
    expect(kept).toEqual(header.slice(1, -3));
    expect(decodeMetadata(kept)).toEqual([
      ["a", "1"],
      ["b", "ü".repeat(100)],
      ["a", ""],
    ]);
    expect(decodeMetadata(undefined)).toEqual([]);
  });
});

test("text is found wherever it stands, and that of a tag which is not known is not", () => {
  const texts = [entry(2, utf8("/a.B/c")), entry(6, ""), entry(0x90, utf8("x")), entry(0x88, utf8("e".repeat(130)))];
  for (const order of [texts, texts.toReversed()]) {
    const header = unhex(`ff${order.join("")}ff`);
    const reader = new HeaderReader(defaultLimits);
    expect(reader.read(header, 1, header.length - 1)).toBe("ok");
    expect([2, 6, 0x88, 7, 0x90].map((tag) => reader.text(tag))).toEqual([
      "/a.B/c",
      "",
      "e".repeat(130),
      undefined,
      undefined,
    ]);
  }
});

test("the entries of a header are those between its bounds", () => {
  const header = unhex(`0101${entry(5, "07")}${entry(7, "61".repeat(128))}${entry(0x88, "")}0101`);
  expect([...headerEntries(header, 2, header.length - 2)]).toEqual([
    [5, 4, 1],
    [7, 8, 128],
    [0x88, 138, 0],
  ]);
});

test("a reader that has forgotten a header finds nothing in it", () => {
  const header = unhex(entry(HeaderTag.errorMessage, "61"));
  const reader = new HeaderReader(defaultLimits);
  reader.read(header, 0, header.length);
  reader.forget();
  expect(reader.text(HeaderTag.errorMessage)).toBeUndefined();
});
