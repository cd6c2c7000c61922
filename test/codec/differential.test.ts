import { fc, seed } from "../property.ts";
import { describe, expect, test } from "vitest";
import { createBufbuildPeer } from "./support/bufbuild.ts";
import { Writer } from "../../runtime/wire/writer.ts";
import { type AnyType, evaluate, renderCodecs } from "./support/load.ts";
import { createProtobufjsPeer } from "./support/protobufjs.ts";
import { enumeration, field, file, list, map, message, oneof, reference, scalar } from "./support/schema.ts";
import { schemas } from "./support/random-schema.ts";
import { valuesOf } from "./support/random-value.ts";

const schemaCount = 200;
const valuesPerSchema = 200;
const batch = 10;

/** What JSON keeps of a value: no -0 and no order of members. */
function asText(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe(`random schemas (seed ${seed})`, () => {
  const all = fc.sample(schemas, schemaCount);
  for (let start = 0; start < schemaCount; start += batch) {
    test(`schemas ${start} to ${start + batch - 1} agree with protobufjs and protobuf-es in bytes and JSON`, () => {
      for (const file of all.slice(start, start + batch)) {
        const source = renderCodecs(file);
        const { M0: type, Known } = evaluate(source) as Record<"M0" | "Known", AnyType>;
        const options = { types: new Map([["test.Known", Known]]) };
        const isPlain = !source.includes("ToJson(") || !/(?:timestamp|duration|value|any)ToJson\(/.test(source);
        const buf = createBufbuildPeer(file);
        const pbjs = createProtobufjsPeer(file);
        fc.assert(
          fc.property(valuesOf(file, "M0"), (value) => {
            const bytes = type.encode(value);
            const text = hex(bytes);
            expect(type.decode(bytes)).toEqual(value);
            expect(hex(pbjs.encode("M0", value))).toBe(text);
            expect(hex(pbjs.echo("M0", bytes))).toBe(text);
            expect(hex(buf.echo("M0", bytes))).toBe(text);
            const json = type.toJson(value, options);
            expect(asText(json)).toEqual(asText(buf.jsonFromBytes("M0", bytes)));
            expect(hex(buf.bytesFromJson("M0", json))).toBe(text);
            expect(type.fromJson(buf.jsonFromBytes("M0", bytes) as never, options)).toEqual(value);
            if (isPlain) expect(asText(pbjs.json("M0", bytes))).toEqual(asText(json));
          }),
          { numRuns: valuesPerSchema },
        );
      }
    });
  }
});

test("closed enums drop the numbers that they do not declare, and keep the others, as protobuf-es reads them", () => {
  const closed = reference("enum", "Closed");
  const schema = file([
    enumeration("Closed", { unspecified: 0, one: 1, two: 200 }),
    message("M0", [
      field("single", 1, closed),
      field("optional", 2, closed, { optional: true }),
      field("packed", 3, list(closed)),
      field("plain", 4, list(closed, false)),
      field("labels", 5, map(scalar("string"), closed)),
      oneof("choice", [field("first", 6, closed), field("second", 7, scalar("string"))]),
    ]),
  ]);
  const type = evaluate(renderCodecs(schema))["M0"]!;
  const buf = createBufbuildPeer(schema);
  const numbers = fc.constantFrom(0, 1, 200, 2, 5, -1, 2_147_483_647);
  const part = fc.constantFrom(1, 2, 3, 4, 5, 6, 7).chain((number) =>
    fc.record({
      field: fc.constant(number),
      values: fc.array(numbers, { minLength: 1, maxLength: number === 3 ? 4 : 1 }),
      key: fc.nat(3),
    }),
  );
  const fields = fc.array(part, { maxLength: 12 });
  fc.assert(
    fc.property(fields, (parts) => {
      const decoded = type.decode(bytesOf(parts));
      expect(asText(type.toJson(decoded))).toEqual(asText(buf.jsonFromBytes("M0", bytesOf(declaredOnly(parts)))));
    }),
    { numRuns: 2000 },
  );
});

interface EnumPart {
  readonly field: number;
  readonly values: readonly number[];
  readonly key: number;
}

/** What is left where protobuf drops numbers that a closed enum does not declare. */
function declaredOnly(parts: readonly EnumPart[]): EnumPart[] {
  const declared = parts.map((part) => ({
    ...part,
    values: part.values.filter((value) => [0, 1, 200].includes(value)),
  }));
  return declared.filter((part) => part.field === 7 || part.values.length > 0);
}

function bytesOf(parts: readonly EnumPart[]): Uint8Array {
  const writer = new Writer();
  for (const part of parts) writeEnum(writer, part);
  return writer.finish();
}

function writeEnum(writer: Writer, { field: number, values, key }: EnumPart): void {
  const [value = 0] = values;
  const tag = number * 8 + (number === 3 || number === 5 || number === 7 ? 2 : 0);
  if (number === 3) {
    writer.tag(tag);
    writer.packedInt32(values);
  } else if (number === 5) {
    const mark = writer.begin(tag);
    writer.string(10, `k${key}`);
    writer.int32(16, value);
    writer.end(mark);
  } else if (number === 7) {
    writer.string(tag, "text");
  } else {
    writer.int32(tag, value);
  }
}
