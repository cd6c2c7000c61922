import { refuses } from "./body.ts";
import { nested } from "./bodies.ts";
import { block, byte, eight, four, key, utf8, varint, vary, words } from "./bytes.ts";
import type { Vector } from "./vector.ts";

const brokenText: readonly (readonly [name: string, hex: string])[] = [
  ["lone-continuation", "80"],
  ["cut-two", "c3"],
  ["cut-three", "e282"],
  ["cut-four", "f09f98"],
  ["overlong-slash", "c0af"],
  ["overlong-nul", "c080"],
  ["overlong-three", "e0809f"],
  ["overlong-four", "f08080af"],
  ["surrogate-high", "eda080"],
  ["surrogate-low", "edb080"],
  ["surrogate-pair", "eda0bdedb880"],
  ["above-10ffff", "f4908080"],
  ["five-bytes", "f888808080"],
  ["fe", "fe"],
  ["ff", "ff"],
  ["bad-second", "e28228"],
  ["bad-after-good", "6869c328"],
];

const cut: readonly (readonly [name: string, schema: string, hex: string])[] = [
  ["key-cut", "Note", "80"],
  ["key-only", "Note", key(2, 0)],
  ["varint-cut", "Note", "1080"],
  ["length-missing", "Note", key(1, 2)],
  ["length-cut", "Note", "0a80"],
  ["text-cut", "Note", "0a0561"],
  ["bytes-cut", "Scalars", "1a05ff"],
  ["fixed32-cut", "Scalars", `${key(7, 5)}010203`],
  ["fixed64-cut", "Scalars", `${key(12, 1)}01020304050607`],
  ["float-cut", "Scalars", `${key(16, 5)}0102`],
  ["double-cut", "Scalars", `${key(17, 1)}0102`],
  ["nested-cut", "Tree", `${key(2, 2)}05${words(1, "ab")}`],
  ["nested-inner-beyond", "Tree", block(2, `${key(1, 2)}05616263`) + words(1, "zz")],
  ["map-entry-inner-beyond", "Maps", block(1, `${key(1, 2)}0561`) + words(1, "zzzz")],
  ["packed-cut", "Lists", `${key(4, 2)}0301`],
  ["packed-varint-cut", "Lists", block(4, "0180")],
  ["packed-varint-crosses-the-end", "Lists", block(4, "80") + vary(19, 1)],
  ["packed-fixed32-uneven", "Lists", block(7, "0102030405")],
  ["packed-fixed64-uneven", "Lists", block(12, "010203040506070809")],
  ["unknown-varint-cut", "Note", `${key(99, 0)}8080`],
  ["unknown-bytes-cut", "Note", `${key(99, 2)}0501`],
  ["unknown-fixed32-cut", "Note", `${key(99, 5)}01`],
  ["unknown-fixed64-cut", "Note", `${key(99, 1)}01`],
  ["length-of-4-gib", "Note", `${key(1, 2)}ffffffff0f61`],
  ["length-of-64-bits", "Note", `${key(1, 2)}ffffffffffffffffff01`],
  ["length-negative", "Note", `${key(1, 2)}${varint(-1)}`],
];

const keys: readonly (readonly [name: string, hex: string])[] = [
  ["field-zero", "0001"],
  ["field-zero-bytes", "020100"],
  ["wire-type-6", byte((2 << 3) | 6)],
  ["wire-type-7", byte((2 << 3) | 7)],
  ["field-number-too-high", `${varint(2n ** 32n)}01`],
  ["field-number-64-bits", `${varint(2n ** 63n)}01`],
  ["varint-eleven-bytes", `${key(2, 0)}8080808080808080808001`],
  ["varint-tenth-byte-2", `${key(2, 0)}80808080808080808002`],
  ["varint-endless", `${key(2, 0)}${"ff".repeat(20)}`],
  ["key-eleven-bytes", `${"80".repeat(10)}01`],
  ["group-end-alone", key(99, 4)],
  ["group-open", key(99, 3) + vary(1, 1)],
  ["group-other-number", key(99, 3) + key(98, 4)],
  ["group-crossed", key(99, 3) + key(98, 3) + key(99, 4) + key(98, 4)],
  ["group-of-known-field-open", key(2, 3)],
];

const values: readonly (readonly [name: string, schema: string, hex: string])[] = [
  ["int53-too-high", "Scalars", vary(14, 2n ** 53n)],
  ["int53-too-low", "Scalars", vary(14, -(2n ** 53n))],
  ["uint53-too-high", "Scalars", vary(15, 2n ** 53n)],
  ["uint53-negative", "Scalars", vary(15, -1)],
  ["uuid-wrong", "Scalars", words(20, "123e4567")],
  ["required-absent", "Required", ""],
  ["required-unknown-only", "Required", vary(9, 1)],
  ["timestamp-too-early", "Builtins", block(1, vary(1, -62_135_596_801))],
  ["timestamp-too-late", "Builtins", block(1, vary(1, 253_402_300_800))],
  ["timestamp-nanos-negative", "Builtins", block(1, vary(2, -1))],
  ["timestamp-nanos-too-many", "Builtins", block(1, vary(2, 1_000_000_000))],
  ["duration-too-long", "Builtins", block(2, vary(1, 315_576_000_001))],
  ["duration-mixed-signs", "Builtins", block(2, vary(1, 1) + vary(2, -1))],
  ["duration-nanos-too-many", "Builtins", block(2, vary(2, 1_000_000_000))],
  ["json-infinite", "Builtins", block(3, key(2, 1) + eight(0x7ff0000000000000n))],
  ["json-nan", "Builtins", block(3, key(2, 1) + eight(0x7ff8000000000000n))],
];

const inJson: readonly (readonly [name: string, hex: string])[] = [
  ["cut", utf8('{"count":')],
  ["nothing", ""],
  ["array", utf8("[]")],
  ["trailing", utf8("{} {}")],
  ["not-utf8", `${utf8('{"text":"')}ff${utf8('"}')}`],
  ["wrong-type", utf8('{"count":true}')],
  ["out-of-range", utf8('{"count":2147483648}')],
  ["fraction", utf8('{"count":1.5}')],
];

/** Bodies that no reader may accept, however they begin. */
export const hostileBodies: readonly Vector[] = [
  ...brokenText.map(([name, hex]) => refuses(`utf8-${name}`, "BIN-5", "Note", block(1, hex))),
  refuses("utf8-in-map-key", "BIN-5", "Maps", block(1, block(1, "ff"))),
  refuses("utf8-in-list", "BIN-5", "Lists", block(2, "ff")),
  refuses("utf8-in-oneof", "BIN-5", "Choices", block(2, "ff")),
  ...cut.map(([name, schema, hex]) => refuses(`cut-${name}`, "BIN-2", schema, hex)),
  ...keys.map(([name, hex]) => refuses(`key-${name}`, name.includes("group") ? "BIN-3" : "BIN-2", "Note", hex)),
  ...values.map(([name, schema, hex]) =>
    refuses(`value-${name}`, /^(?:timestamp|duration|json)/u.test(name) ? "BIN-12" : name.startsWith("required") ? "BIN-8" : name.startsWith("uuid") ? "BIN-5" : "BIN-4", schema, hex),
  ),
  refuses("depth-65", "BIN-11", "Tree", nested(65)),
  refuses("depth-1000", "BIN-11", "Tree", nested(1_000)),
  refuses("depth-groups", "BIN-11", "Note", key(99, 3).repeat(65) + key(99, 4).repeat(65)),
  refuses("trailing-byte", "BIN-2", "Note", `${vary(2, 5)}00`),
  refuses("packed-fixed-overrun", "BIN-2", "Lists", `${key(7, 2)}08${four(1)}`),
  ...inJson.map(([name, hex]): Vector => ({
    id: `json-refused-${name}`,
    reqs: ["FRM-7"],
    level: "recommended",
    kind: "body",
    schema: "conformance.v1.Note",
    serialization: "json",
    hex,
    expect: { error: true, code: 3 },
  })),
]; // prettier-ignore
