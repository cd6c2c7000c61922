import { describe, expect, test } from "vitest";
import { fromJson, toJson } from "../../../runtime/codec/json-value.ts";
import { fromJson as refuseFromJson, toJson as refuseToJson } from "../../../runtime/codegen/browser-json.ts";
import { emptyType } from "../../../runtime/codegen/index.ts";
import { Note } from "../fixture/lab.ts";

const note = { text: "a", count: 7, data: new Uint8Array([1]) };

describe("JSON that is imported by itself", () => {
  test("is what the members of a message give", () => {
    expect(toJson(Note, note)).toEqual(Note.toJson(note));
    expect(fromJson(Note, toJson(Note, note))).toEqual(Note.create(note));
    expect(fromJson(emptyType, toJson(emptyType, undefined))).toBeUndefined();
  });

  test("takes the same options", () => {
    expect(() => fromJson(Note, { later: 1 })).toThrow("later");
    expect(fromJson(Note, { later: 1 }, { ignoreUnknown: true })).toEqual(Note.create());
  });
});

test("bundles for pages name the import that has it", () => {
  expect(() => refuseToJson(Note)).toThrow('import { toJson } from "@rpcgen/runtime/json"');
  expect(() => refuseFromJson(Note)).toThrow("as in fromJson(User, value)");
});
