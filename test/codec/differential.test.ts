import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBufbuildPeer } from "./support/bufbuild.ts";
import { evaluate, renderCodecs } from "./support/load.ts";
import { createProtobufjsPeer } from "./support/protobufjs.ts";
import { schemas } from "./support/random-schema.ts";
import { valuesOf } from "./support/random-value.ts";

const schemaCount = 200;
const valuesPerSchema = 200;
const batch = 10;
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

/** What JSON keeps of a value: no -0 and no order of members. */
function asText(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe(`random schemas (seed ${seed})`, () => {
  const all = fc.sample(schemas, { seed, numRuns: schemaCount });
  for (let start = 0; start < schemaCount; start += batch) {
    test(`schemas ${start} to ${start + batch - 1} agree with protobufjs and protobuf-es in bytes and JSON`, () => {
      for (const file of all.slice(start, start + batch)) {
        const source = renderCodecs(file);
        const type = evaluate(source)["M0"]!;
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
            const json = type.toJson(value);
            expect(asText(json)).toEqual(asText(buf.jsonFromBytes("M0", bytes)));
            expect(hex(buf.bytesFromJson("M0", json))).toBe(text);
            expect(type.fromJson(buf.jsonFromBytes("M0", bytes) as never)).toEqual(value);
          }),
          { seed, numRuns: valuesPerSchema },
        );
      }
    });
  }
});
