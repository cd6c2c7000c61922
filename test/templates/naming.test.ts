import { describe, expect, test } from "vitest";
import { namesOf } from "../../templates/naming.ts";
import { schemaOf } from "./render.ts";

function namesIn(text: string): ReturnType<ReturnType<typeof namesOf>["file"]> {
  return namesOf(schemaOf({ "test.rpc": `edition 2026; package acme.v1;\n${text}` })).file("test.rpc");
}

describe("names of generated code", () => {
  test("join nested names with an underscore", () => {
    expect(namesIn("message User { message Handle { a: string = 1; } }").message("User.Handle").type).toBe(
      "User_Handle",
    );
  });

  test("give way to a declared name of the same spelling", () => {
    const names = namesIn("message User { a: string = 1; } message UserInit { b: string = 1; }");
    expect(names.message("UserInit").type).toBe("UserInit");
    expect(names.message("User").init).toBe("UserInit_");
  });

  test.each(["Date", "Promise", "Map", "Uint8Array"])("escape the global %s", (name) => {
    expect(namesIn(`message ${name} { a: string = 1; }`).message(name).type).toBe(`${name}_`);
  });

  test("escape members that would be found where none was set", () => {
    const { members } = namesIn("message M { then: string = 1; valid: string = 3; }").message("M");
    expect(Object.fromEntries(members)).toEqual({ then: "then_", valid: "valid" });
  });

  test("escape methods that every client has", () => {
    const { methods } = namesIn("message M {} service S { close(M): M; get(M): M; }").service("S");
    expect([...methods.values()].map(({ member }) => member)).toEqual(["close_", "get"]);
  });

  test("tell apart modules whose paths differ only in case", () => {
    const names = namesOf(
      schemaOf({ "Users.rpc": "edition 2026; package a;", "users.rpc": "edition 2026; package b;" }),
    );
    expect([names.file("Users.rpc").module, names.file("users.rpc").module]).toEqual(["Users.rpc", "users_.rpc"]);
  });
});
