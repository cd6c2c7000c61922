import { both, reads } from "./body.ts";
import { block, eight, four, key, utf8, varint, vary, words } from "./bytes.ts";
import type { Vector } from "./vector.ts";

/** One field of {@link numbers}: name, number, wire form of a value, values. */
interface NumberField {
  readonly name: string;
  readonly number: number;
  readonly wireType: 0 | 1 | 5;
  readonly write: (value: bigint) => string;
  readonly values: readonly bigint[];
}

const two31 = 2n ** 31n;
const two63 = 2n ** 63n;
const safe = 2n ** 53n - 1n;
const zigzag = (value: bigint): string => varint(value < 0n ? -value * 2n - 1n : value * 2n);
const signed32 = [1n, -1n, 127n, 128n, 16_384n, two31 - 1n, -two31];
const unsigned32 = [1n, 127n, 128n, 300n, two31, 2n ** 32n - 1n];
const signed64 = [1n, -1n, 300n, two31, -two31 - 1n, safe + 2n, two63 - 1n, -two63];
const unsigned64 = [1n, 128n, 2n ** 32n, 2n ** 56n, two63, 2n ** 64n - 1n];

const numbers: readonly NumberField[] = [
  { name: "int32", number: 4, wireType: 0, write: varint, values: signed32 },
  { name: "uint32", number: 5, wireType: 0, write: varint, values: unsigned32 },
  { name: "sint32", number: 6, wireType: 0, write: zigzag, values: signed32 },
  { name: "fixed32", number: 7, wireType: 5, write: four, values: unsigned32 },
  { name: "sfixed32", number: 8, wireType: 5, write: four, values: signed32 },
  { name: "int64", number: 9, wireType: 0, write: varint, values: signed64 },
  { name: "uint64", number: 10, wireType: 0, write: varint, values: unsigned64 },
  { name: "sint64", number: 11, wireType: 0, write: zigzag, values: signed64 },
  { name: "fixed64", number: 12, wireType: 1, write: eight, values: unsigned64 },
  { name: "sfixed64", number: 13, wireType: 1, write: eight, values: signed64 },
  { name: "int53", number: 14, wireType: 0, write: varint, values: [1n, -1n, two31, -two31, safe, -safe] },
  { name: "uint53", number: 15, wireType: 0, write: varint, values: [1n, 2n ** 32n, safe] },
];

const scalars: readonly Vector[] = numbers.flatMap(({ name, number, wireType, write, values }) => [
  ...values.map((value) =>
    both(`${name}${value < 0n ? "-minus" : ""}-${String(value).replace("-", "")}`, "BIN-2 BIN-4", "Scalars",
      key(number, wireType) + write(value), { [name]: String(value) }),
  ),
  reads(`${name}-zero-sent`, "BIN-8", "Scalars", key(number, wireType) + write(0n), {}),
  reads(`${name}-twice`, "BIN-6", "Scalars", [3n, 2n].map((value) => key(number, wireType) + write(value)).join(""), { [name]: "2" }),
]); // prettier-ignore

/** The bits of a float or double, most significant first, as values spell them. */
const floats: readonly (readonly [name: string, single: string, double: string])[] = [
  ["one", "3f800000", "3ff0000000000000"],
  ["minus-one-half", "bf000000", "bfe0000000000000"],
  ["minus-zero", "80000000", "8000000000000000"],
  ["smallest", "00000001", "0000000000000001"],
  ["largest", "7f7fffff", "7fefffffffffffff"],
  ["infinity", "7f800000", "7ff0000000000000"],
  ["minus-infinity", "ff800000", "fff0000000000000"],
  ["nan", "7fc00000", "7ff8000000000000"],
];

const floating: readonly Vector[] = floats.flatMap(([name, single, double]) => [
  both(`float-${name}`, "BIN-4", "Scalars", key(16, 5) + four(BigInt(`0x${single}`)), { float: single }),
  both(`double-${name}`, "BIN-4", "Scalars", key(17, 1) + eight(BigInt(`0x${double}`)), { double }),
]);

const texts: readonly (readonly [name: string, text: string])[] = [
  ["ascii", "hello"],
  ["two-byte", "é߿"],
  ["three-byte", "ࠀ€￿"],
  ["four-byte", "😀\u{10ffff}"],
  ["nul", "a\0b"],
  ["byte-order-mark", "\ufeffx"],
  ["127-bytes", "x".repeat(127)],
  ["128-bytes", "y".repeat(128)],
  ["combining", "e\u0301"],
];

const textual: readonly Vector[] = [
  ...texts.map(([name, text]) => both(`string-${name}`, "BIN-5", "Scalars", words(2, text), { string: text })),
  both("bytes-all-values", "BIN-4", "Scalars", block(3, "00017f80ff"), { bytes: "00017f80ff" }),
  both("bytes-not-text", "BIN-4", "Scalars", block(3, "c328"), { bytes: "c328" }),
  both("bool-true", "BIN-4", "Scalars", vary(1, 1), { bool: true }),
  reads("bool-other-number", "BIN-4", "Scalars", vary(1, 300), { bool: true }),
  reads("bool-high-bits", "BIN-4", "Scalars", vary(1, 2n ** 63n), { bool: true }),
  both("uuid", "BIN-5", "Scalars", words(20, "123e4567-e89b-12d3-a456-426614174000"), { uuid: "123e4567-e89b-12d3-a456-426614174000" }),
  both("enum-known", "BIN-7", "Scalars", vary(18, 2), { color: "2" }),
  both("enum-negative", "BIN-7", "Scalars", vary(18, -1), { color: "-1" }),
  reads("enum-closed-unknown", "BIN-7", "Scalars", vary(18, 99), {}),
  reads("enum-closed-unknown-after-known", "BIN-7", "Scalars", vary(18, 1) + vary(18, 99), { color: "1" }),
  both("enum-open-known", "BIN-7", "Scalars", vary(19, 1), { shade: "1" }),
  both("enum-open-unknown", "BIN-7", "Scalars", vary(19, 99), { shade: "99" }),
  both("enum-open-negative", "BIN-7", "Scalars", vary(19, -5), { shade: "-5" }),
]; // prettier-ignore

const all = { bool: true, string: "a", int32: "-1", double: "3ff0000000000000", uuid: "" };

const structure: readonly Vector[] = [
  both("empty", "BIN-1 FRM-9", "Scalars", "", {}),
  both("empty-message", "BIN-1", "Empty", "", {}),
  both("several-fields", "BIN-1", "Note", words(1, "hi") + vary(2, 5), { text: "hi", count: "5" }),
  reads("fields-in-any-order", "BIN-6", "Note", vary(2, 5) + words(1, "hi"), { text: "hi", count: "5" }),
  reads("padded-varint", "BIN-2", "Note", "1085808000", { count: "5" }),
  reads("padded-key", "BIN-2", "Note", "90800005", { count: "5" }),
  reads("padded-length", "BIN-2", "Note", "0a810061", { text: "a" }),
  reads("int32-from-64-bits", "BIN-4", "Note", vary(2, 2n ** 32n + 5n), { count: "5" }),
  reads("int32-five-bytes", "BIN-4", "Note", key(2, 0) + "ffffffff0f", { count: "-1" }),
  reads("uint32-from-64-bits", "BIN-4", "Scalars", vary(5, 2n ** 40n + 9n), { uint32: "9" }),
  reads("ten-byte-varint", "BIN-2", "Scalars", key(10, 0) + "ffffffffffffffffff01", { uint64: "18446744073709551615" }),
  reads("several-scalars", "BIN-1", "Scalars", vary(1, 1) + words(2, "a") + vary(4, -1) + key(17, 1) + eight(0x3ff0000000000000n), { bool: all.bool, string: all.string, int32: all.int32, double: all.double }),
  reads("unknown-varint", "BIN-3", "Note", vary(99, 7) + vary(2, 5), { count: "5" }),
  reads("unknown-fixed32", "BIN-3", "Note", key(99, 5) + four(7) + vary(2, 5), { count: "5" }),
  reads("unknown-fixed64", "BIN-3", "Note", key(99, 1) + eight(7) + vary(2, 5), { count: "5" }),
  reads("unknown-bytes", "BIN-3", "Note", block(99, "ffffff") + vary(2, 5), { count: "5" }),
  reads("unknown-group", "BIN-3", "Note", key(99, 3) + vary(1, 1) + key(99, 4) + vary(2, 5), { count: "5" }),
  reads("unknown-groups-nested", "BIN-3", "Note", key(99, 3) + key(5, 3) + block(1, "00") + key(5, 4) + key(99, 4) + vary(2, 5), { count: "5" }),
  reads("unknown-highest-number", "BIN-3", "Note", vary(536_870_911, 1) + vary(2, 5), { count: "5" }),
  reads("unknown-last", "BIN-3", "Note", vary(2, 5) + vary(3, 1), { count: "5" }),
  reads("known-number-other-type", "BIN-3", "Note", key(2, 5) + four(9) + vary(1, 3), {}),
  reads("bytes-for-a-number", "BIN-3", "Note", block(2, "05"), {}),
  both("optional-none", "BIN-8", "Optionals", "", {}),
  both("optional-zeros", "BIN-8", "Optionals", vary(1, 0) + block(2, "") + block(3, "") + vary(4, 0) + vary(5, 0) + key(6, 1) + eight(0) + vary(7, 0) + block(8, ""), { bool: false, string: "", bytes: "", int32: "0", uint64: "0", double: "0000000000000000", color: "0", note: {} }),
  both("optional-set", "BIN-8", "Optionals", vary(4, 9) + block(8, words(1, "n")), { int32: "9", note: { text: "n" } }),
  reads("optional-enum-unknown", "BIN-7", "Optionals", vary(7, 99), {}),
  reads("default-absent", "BIN-8", "Defaults", "", {}),
  reads("default-zeros-sent", "BIN-8", "Defaults", vary(1, 0) + block(2, "") + vary(3, 0) + vary(4, 0), { count: "0", text: "", flag: false, color: "0" }),
  reads("default-note", "BIN-8", "Defaults", block(5, vary(2, 1)), { note: { count: "1" } }),
  reads("default-enum-unknown", "BIN-7", "Defaults", vary(4, 99), {}),
  both("required", "BIN-8", "Required", vary(1, 7), { id: "7" }),
  reads("required-zero", "BIN-8", "Required", vary(1, 0), {}),
  both("tree", "BIN-9", "Tree", words(1, "r") + block(2, words(1, "l")) + block(3, "") + block(3, words(1, "c")), { name: "r", left: { name: "l" }, children: [{}, { name: "c" }] }),
  reads("nested-merged", "BIN-6", "Tree", block(2, words(1, "l")) + block(2, block(3, words(1, "c"))), { left: { name: "l", children: [{ name: "c" }] } }),
  reads("nested-merged-last-scalar", "BIN-6", "Tree", block(2, words(1, "a")) + block(2, words(1, "b")), { left: { name: "b" } }),
  both("depth-64", "BIN-11", "Tree", nested(64), tree(64)),
]; // prettier-ignore

/** So many trees, one in the other, below the outermost one. */
export function nested(depth: number): string {
  let hex = "";
  for (let level = 0; level < depth; level++) hex = block(2, hex);
  return hex;
}

function tree(depth: number): unknown {
  return depth === 0 ? {} : { left: tree(depth - 1) };
}

const packed = (number: number, values: readonly string[]): string => block(number, values.join(""));

const lists: readonly Vector[] = [
  both("list-bools", "BIN-10", "Lists", packed(1, ["01", "00", "01"]), { bools: [true, false, true] }),
  both("list-strings", "BIN-10", "Lists", words(2, "a") + words(2, "") + words(2, "b"), { strings: ["a", "", "b"] }),
  both("list-bytes", "BIN-10", "Lists", block(3, "00") + block(3, ""), { bytes: ["00", ""] }),
  ...numbers.filter(({ name }) => !name.endsWith("53")).flatMap(({ name, number, wireType, write, values }) => {
    const field = number;
    const lot = [...values, 0n];
    const value = { [`${name}s`]: lot.map(String) };
    return [
      both(`list-${name}`, "BIN-10", "Lists", packed(field, lot.map(write)), value),
      reads(`list-${name}-unpacked`, "BIN-10", "Lists", lot.map((each) => key(field, wireType) + write(each)).join(""), value),
      reads(`list-${name}-both-ways`, "BIN-10", "Lists", packed(field, [write(1n), write(2n)]) + key(field, wireType) + write(3n) + packed(field, [write(4n)]), { [`${name}s`]: ["1", "2", "3", "4"] }),
    ];
  }),
  both("list-floats", "BIN-10", "Lists", packed(14, [four(0x3f800000), four(0xff800000)]), { floats: ["3f800000", "ff800000"] }),
  both("list-doubles", "BIN-10", "Lists", packed(15, [eight(0x3ff0000000000000n), eight(0)]), { doubles: ["3ff0000000000000", "0000000000000000"] }),
  both("list-colors", "BIN-10", "Lists", packed(16, ["01", "02"]), { colors: ["1", "2"] }),
  reads("list-colors-unknown-left-out", "BIN-7", "Lists", packed(16, ["01", varint(99), "02"]), { colors: ["1", "2"] }),
  both("list-shades-unknown-kept", "BIN-7", "Lists", packed(17, ["01", varint(99), "00"]), { shades: ["1", "99", "0"] }),
  both("list-notes", "BIN-9", "Lists", block(18, vary(2, 1)) + block(18, ""), { notes: [{ count: "1" }, {}] }),
  both("list-unpacked", "BIN-10", "Lists", vary(19, 1) + vary(19, 0) + vary(19, -1), { unpacked: ["1", "0", "-1"] }),
  reads("list-unpacked-given-packed", "BIN-10", "Lists", packed(19, ["01", "02"]), { unpacked: ["1", "2"] }),
  reads("list-packed-empty", "BIN-10", "Lists", block(4, ""), {}),
]; // prettier-ignore

const entry = (field: number, hexOfKey: string, hexOfValue: string): string => block(field, hexOfKey + hexOfValue);

const maps: readonly Vector[] = [
  both("map-texts", "BIN-10", "Maps", entry(1, words(1, "a"), words(2, "x")), { texts: [["a", "x"]] }),
  both("map-several", "BIN-10", "Maps", entry(1, words(1, "a"), words(2, "x")) + entry(1, words(1, "b"), words(2, "y")), { texts: [["a", "x"], ["b", "y"]] }),
  both("map-zeros", "BIN-10", "Maps", entry(2, vary(1, 0), vary(2, 0)), { numbers: [["0", "0"]] }),
  both("map-numbers", "BIN-10", "Maps", entry(2, vary(1, -1), vary(2, -(2n ** 63n))), { numbers: [["-1", "-9223372036854775808"]] }),
  both("map-flags", "BIN-10", "Maps", entry(3, vary(1, 1), key(2, 1) + eight(0x3ff0000000000000n)), { flags: [[true, "3ff0000000000000"]] }),
  both("map-notes", "BIN-10", "Maps", entry(4, vary(1, 2n ** 64n - 1n), block(2, words(1, "n"))), { notes: [["18446744073709551615", { text: "n" }]] }),
  both("map-colors", "BIN-10", "Maps", entry(5, vary(1, 3), vary(2, 1)), { colors: [["-2", "1"]] }),
  both("map-blobs", "BIN-10", "Maps", entry(6, key(1, 1) + eight(7), block(2, "ff")), { blobs: [["7", "ff"]] }),
  reads("map-key-missing", "BIN-10", "Maps", entry(1, "", words(2, "x")), { texts: [["", "x"]] }),
  reads("map-value-missing", "BIN-10", "Maps", entry(1, words(1, "a"), ""), { texts: [["a", ""]] }),
  reads("map-both-missing", "BIN-10", "Maps", block(4, ""), { notes: [["0", {}]] }),
  reads("map-value-first", "BIN-10", "Maps", entry(1, words(2, "x"), words(1, "a")), { texts: [["a", "x"]] }),
  reads("map-key-twice", "BIN-10", "Maps", entry(1, words(1, "a"), words(2, "x")) + entry(1, words(1, "a"), words(2, "y")), { texts: [["a", "y"]] }),
  reads("map-unknown-in-entry", "BIN-3", "Maps", entry(1, words(1, "a"), words(2, "x") + vary(9, 1)), { texts: [["a", "x"]] }),
  both("map-proto", "BIN-10", "Maps", entry(1, words(1, "__proto__"), words(2, "x")), { texts: [["__proto__", "x"]] }),
]; // prettier-ignore

const shape = (hex: string): string => block(1, hex);

/** Also right: a writer that writes fields which always have a value, though they were not given. */
function orWith(vector: Vector, ...also: readonly string[]): Vector {
  return { ...vector, also };
}

const withShape = (vector: Vector): Vector => orWith(vector, shape("") + vector.hex);

const choices: readonly Vector[] = [
  withShape(both("oneof-text", "BIN-9", "Choices", words(2, "1"), { by: { case: "phone", value: "1" } })),
  withShape(both("oneof-zero", "BIN-9", "Choices", vary(3, 0), { by: { case: "number", value: "0" } })),
  withShape(both("oneof-empty-text", "BIN-9", "Choices", block(2, ""), { by: { case: "phone", value: "" } })),
  withShape(both("oneof-message", "BIN-9", "Choices", block(4, vary(2, 1)), { by: { case: "note", value: { count: "1" } } })),
  withShape(both("oneof-void", "BIN-9", "Choices", block(5, ""), { by: { case: "none", value: {} } })),
  reads("oneof-void-with-fields", "BIN-3", "Choices", block(5, vary(1, 1)), { by: { case: "none", value: {} } }),
  reads("oneof-last-wins", "BIN-6", "Choices", words(2, "1") + vary(3, 4), { by: { case: "number", value: "4" } }),
  reads("oneof-first-again", "BIN-6", "Choices", words(2, "1") + vary(3, 4) + words(2, "2"), { by: { case: "phone", value: "2" } }),
  reads("oneof-message-merged", "BIN-6", "Choices", block(4, words(1, "t")) + block(4, vary(2, 1)), { by: { case: "note", value: { text: "t", count: "1" } } }),
  reads("oneof-none", "BIN-9", "Choices", "", {}),
  withShape(both("oneof-required-set", "BIN-9", "Choices", vary(6, 0), { always: { case: "left", value: false } })),
  reads("oneof-two", "BIN-9", "Choices", words(2, "1") + block(7, "00"), { by: { case: "phone", value: "1" }, always: { case: "right", value: "00" } }),
  both("union-double", "BIN-9", "Shape", key(1, 1) + eight(0x3ff0000000000000n), { case: "circle", value: "3ff0000000000000" }),
  both("union-text", "BIN-9", "Shape", words(2, "x"), { case: "label", value: "x" }),
  both("union-void", "BIN-9", "Shape", block(4, ""), { case: "nothing", value: {} }),
  reads("union-none", "BIN-9", "Shape", "", {}),
  reads("union-unknown-case", "BIN-3", "Shape", vary(9, 1), {}),
  both("union-field", "BIN-9", "Choices", shape(words(2, "x")), { shape: { case: "label", value: "x" } }),
]; // prettier-ignore

const time = (seconds: bigint | number, nanos = 0): string =>
  (BigInt(seconds) === 0n ? "" : vary(1, seconds)) + (nanos === 0 ? "" : vary(2, nanos));
const times = block(1, time(1, 250_000_000)) + block(2, time(-1, -500_000_000));
const zeroUuid = "00000000-0000-0000-0000-000000000000";
const value = (number: number, hex: string): string => block(number, hex);

const builtin: readonly Vector[] = [
  reads("builtins-absent", "BIN-8", "Builtins", "", {}),
  reads("timestamp", "BIN-12", "Builtins", block(1, time(1_769_817_600, 250_000_000)), { at: "1769817600.25" }),
  reads("timestamp-before-1970", "BIN-12", "Builtins", block(1, time(-1, 999_000_000)), { at: "-0.001" }),
  reads("timestamp-first", "BIN-12", "Builtins", block(1, time(-62_135_596_800)), { at: "-62135596800" }),
  reads("timestamp-last", "BIN-12", "Builtins", block(1, time(253_402_300_799, 999_000_000)), { at: "253402300799.999" }),
  reads("duration", "BIN-12", "Builtins", block(2, time(1, 500_000_000)), { after: "1.5" }),
  reads("duration-nanosecond", "BIN-12", "Builtins", block(2, time(0, 1_000_000)), { after: "0.001" }),
  reads("duration-negative", "BIN-12", "Builtins", block(2, time(-1, -500_000_000)), { after: "-1.5" }),
  reads("duration-longest", "BIN-12", "Builtins", block(2, time(315_576_000_000)), { after: "315576000000" }),
  reads("json-null", "BIN-12", "Builtins", block(3, vary(1, 0)), {}),
  reads("json-number", "BIN-12", "Builtins", block(3, key(2, 1) + eight(0x3ff8000000000000n)), { json: 1.5 }),
  reads("json-string", "BIN-12", "Builtins", block(3, words(3, "x")), { json: "x" }),
  reads("json-true", "BIN-12", "Builtins", block(3, vary(4, 1)), { json: true }),
  reads("json-list", "BIN-12", "Builtins", block(3, value(6, block(1, words(3, "x")) + block(1, vary(4, 0)))), { json: ["x", false] }),
  reads("json-object", "BIN-12", "Builtins", block(3, value(5, block(1, words(1, "k") + block(2, words(3, "v"))))), { json: { k: "v" } }),
  reads("any", "BIN-12", "Builtins", block(4, words(1, "type.googleapis.com/conformance.v1.Note") + block(2, vary(2, 1))), { any: { typeUrl: "type.googleapis.com/conformance.v1.Note", value: "1001" } }),
  orWith(both("builtins-encoded", "BIN-12", "Builtins", times + block(3, words(3, "x")), { at: "1.25", after: "-1.5", json: "x" }), times + block(3, words(3, "x")) + block(4, "")),
  orWith(both("uuid-optional", "BIN-5", "Builtins", words(5, zeroUuid), { uuid: zeroUuid }), block(1, "") + block(2, "") + block(3, vary(1, 0)) + block(4, "") + words(5, zeroUuid)),
]; // prettier-ignore

const inJson = (id: string, schema: string, text: string, meaning: unknown, isExact = true): Vector => ({
  id: `json-${id}`,
  reqs: ["FRM-7"],
  level: "recommended",
  kind: "body",
  schema: `conformance.v1.${schema}`,
  serialization: "json",
  hex: utf8(text),
  value: meaning,
  ...(isExact ? { encoded: utf8(text) } : {}),
  expect: { ok: true },
});

const json: readonly Vector[] = [
  inJson("empty", "Note", "{}", {}),
  inJson("note", "Note", '{"text":"hi","count":5}', { text: "hi", count: "5" }),
  inJson("spaces", "Note", ' { "count" : 5 } ', { count: "5" }, false),
  inJson("number-as-text", "Note", '{"count":"5"}', { count: "5" }, false),
  inJson("null-is-absent", "Note", '{"text":null,"count":5}', { count: "5" }, false),
  inJson("unknown-member", "Note", '{"nobody":[1,{}],"count":5}', { count: "5" }, false),
  inJson("64-bits-are-text", "Scalars", '{"int64":"-9223372036854775808","uint64":"18446744073709551615"}', { int64: "-9223372036854775808", uint64: "18446744073709551615" }),
  inJson("bytes-in-base64", "Scalars", '{"bytes":"AAF/gP8="}', { bytes: "00017f80ff" }),
  inJson("infinity", "Scalars", '{"double":"-Infinity"}', { double: "fff0000000000000" }),
  inJson("enum", "Scalars", '{"color":"COLOR_BLUE"}', { color: "2" }),
  inJson("enum-number", "Scalars", '{"color":2}', { color: "2" }, false),
  inJson("map", "Maps", '{"numbers":{"-1":"5"}}', { numbers: [["-1", "5"]] }),
  inJson("list", "Lists", '{"int32s":[1,0,-1]}', { int32s: ["1", "0", "-1"] }),
  inJson("union", "Shape", '{"label":"x"}', { case: "label", value: "x" }),
  inJson("timestamp", "Builtins", '{"at":"2026-01-31T00:00:00.250Z"}', { at: "1769817600.25" }, false),
  inJson("duration", "Builtins", '{"after":"-1.500s"}', { after: "-1.5" }, false),
]; // prettier-ignore

/** Bodies that are well formed. */
export const bodies: readonly Vector[] = [
  ...scalars,
  ...floating,
  ...textual,
  ...structure,
  ...lists,
  ...maps,
  ...choices,
  ...builtin,
  ...json,
];
