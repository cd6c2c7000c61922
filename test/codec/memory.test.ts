import type { JsonValue } from "@rpcgen/runtime/codegen";
import { expect, test } from "vitest";
import { JsonReader } from "../../runtime/codec/json-reader.ts";
import { JsonWriter } from "../../runtime/codec/json-writer.ts";
import { memoryFor } from "../../runtime/wire/message-memory.ts";
import { Reader } from "../../runtime/wire/reader.ts";
import { heapBytes } from "../runtime/fixture/heap.ts";
import { type AnyType, evaluate, renderCodecs } from "./support/load.ts";
import { builtin, field, file, list, map, message, oneof, reference, scalar } from "./support/schema.ts";

// What readers say that a message takes, beside what the heap says. Short messages that become large are what strangers would send.

const kinds = ["Plain", "Wide", "Heavy", "Deep"] as const;
const schema = file([
  message("Plain", [field("id", 1, scalar("int32")), field("text", 2, scalar("string"))]),
  message(
    "Wide",
    Array.from({ length: 60 }, (_, at) => field(`number${at}`, at + 1, scalar("int32"))),
  ),
  message("Heavy", [
    field("data", 1, scalar("bytes")),
    field("labels", 2, map(scalar("string"), scalar("int32"))),
    field("names", 3, list(scalar("string"))),
    field("at", 4, builtin("timestamp")),
    field("any", 5, builtin("any")),
    oneof("pick", [field("a", 6, scalar("bool"))], false),
  ]),
  message("Deep", [field("heavy", 1, reference("message", "Heavy")), field("also", 2, reference("message", "Heavy"))]),
  ...kinds.map((name) => message(`${name}List`, [field("items", 1, list(reference("message", name)))])),
  message("Lists", [
    field("texts", 1, list(scalar("string"))),
    field("bigs", 2, list(scalar("int64"))),
    field("blobs", 3, list(scalar("bytes"))),
    field("labels", 4, map(scalar("string"), scalar("string"))),
  ]),
]);

/** What `make` leaves in the heap. */
function measured<T>(make: () => T): { readonly bytes: number; readonly made: T } {
  const before = heapBytes();
  const made = make();
  return { bytes: heapBytes() - before, made };
}

const count = 20_000;
const modules = evaluate(renderCodecs(schema));

function typeNamed(name: string): AnyType {
  return modules[name] as AnyType;
}

function repeated(hex: string): Uint8Array {
  return Buffer.from(hex.repeat(count), "hex");
}

const wires: readonly (readonly [type: string, hex: string])[] = [
  ...kinds.map((name) => [`${name}List`, "0a00"] as const),
  ["Lists", "0a0461c3a962"],
  ["Lists", "10ffffffffff7f"],
  ["Lists", "1a0101"],
];

test.each(wires)("%s of %s: the estimate is between half and four times what the heap takes", (type, hex) => {
  const wire = repeated(hex);
  const reader = new Reader(wire);
  const { bytes, made } = measured(() => typeNamed(type).read(reader) as unknown);
  expect(made).toBeTypeOf("object");
  expect(reader.heldBytes / bytes).toBeGreaterThan(0.5);
  expect(reader.heldBytes / bytes).toBeLessThan(4);
});

test("JSON of 1,000,000 values in all is written and read, one more is not", () => {
  const values = Array.from({ length: 999_999 }, () => 0);
  const writer = new JsonWriter("T");
  writer.list(values);
  writer.map(new Map([["a", 1]]));
  expect(() => writer.list([0])).toThrow("T: a message holds more than 1000000 values");
  const reader = new JsonReader("T");
  const read = (items: Iterable<unknown>): number => [...items].length;
  expect(read(reader.list(values))).toBe(999_999);
  expect(read(reader.map({ a: 1 }))).toBe(1);
  expect(() => read(reader.map({ b: 1 }))).toThrow("a message holds more than 1000000 values");
  expect(() => read(new JsonReader("T").list([...values, 0, 0]))).toThrow("a message holds more than 1000000 values");
});

test.each(kinds)("JSON of %s: the same", (name) => {
  const json: JsonValue = { items: Array.from({ length: count }, () => ({})) };
  const most = memoryFor(3 * count);
  const reader = new JsonReader(name, {}, most);
  const { bytes, made } = measured(() => typeNamed(`${name}List`).readJson(reader, json) as unknown);
  expect(made).toBeTypeOf("object");
  expect(reader.heldBytes / bytes).toBeGreaterThan(0.5);
  expect(reader.heldBytes / bytes).toBeLessThan(4);
});

test("a message that would take more than it may is given up on the way, in both forms", () => {
  const many = 300_000;
  const wire = Buffer.from("0a00".repeat(many), "hex");
  const fault = expect.objectContaining({ reason: "limit_exceeded", message: expect.stringContaining("64 MiB") });
  expect(() => typeNamed("HeavyList").decode(wire)).toThrow(fault);
  const json: JsonValue = { items: Array.from({ length: many }, () => ({})) };
  expect(() => typeNamed("HeavyList").readJson(new JsonReader("HeavyList", {}, memoryFor(3 * many)), json)).toThrow(
    fault,
  );
  expect((typeNamed("HeavyList").fromJson(json) as { readonly items: unknown[] }).items).toHaveLength(many);
});

test("messages that hold two of the next are worked out once each, however many there are", () => {
  const next = (at: number) => reference("message", `Step${at + 1}`);
  const steps = Array.from({ length: 60 }, (_, at) =>
    message(`Step${at}`, [field("one", 1, next(at)), field("other", 2, next(at))]),
  );
  const text = renderCodecs(file([...steps, message("Step60", [])]));
  expect(text).toContain("function readStep58(reader: Reader, previous?: Step58): Step58 {\n  reader.hold(152);");
  // What no reader has room for.
  expect(text).toContain(
    `function readStep0(reader: Reader, previous?: Step0): Step0 {\n  reader.hold(${2 ** 31 - 1 - 64});`,
  );
});
