import { schemaSource } from "@rpcgen/runtime/codegen";
import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { expect, test } from "vitest";
import { compactJson } from "../../../templates/descriptor/compact.ts";
import { goldenCases } from "../module/cases.ts";
import { randomSchema } from "../random-schema.ts";
import { schemaOf } from "../render.ts";

/** A file as a program gets it from its generated module. */
function embedded(file: FileDescriptor): FileDescriptor {
  return schemaSource(compactJson(file)).descriptor();
}

function expectWhole(schema: SchemaDescriptor): void {
  for (const file of schema.files) expect(embedded(file)).toEqual(file);
}

test.each(goldenCases())("the embedded schemas of $name are the whole schemas", ({ schemas }) => {
  expectWhole(schemaOf(schemas));
});

test("the embedded schemas of random schemas are the whole schemas", () => {
  for (let seed = 1; seed <= 40; seed++) expectWhole(schemaOf({ "test.rpc": randomSchema(seed) }));
});

test("what does not follow from the rest is kept", () => {
  const text = `
    message Plain {
      userName: string = 1 @proto.name("userName");
      flags?: int32[] = 2 @json("f");
      pick: oneof { left: string = 3 @json("l"); right: Plain = 4; } @proto.name("PICK");
    }
    service Store { @idempotent get(id: int64 = 1): Plain; }
  `;
  expectWhole(schemaOf({ "test.rpc": text }));
});

test("a field that needs no more has its name, number and type", () => {
  const [file] = schemaOf({ "test.rpc": "message User { firstName: string = 1; }" }).files;
  expect(file && compactJson(file)).toContain('"members":[{"name":"firstName","number":1,"type":"string"}]');
});
