import type {
  Declaration,
  FieldDescriptor,
  MessageDescriptor,
  MethodDescriptor,
  SchemaDescriptor,
} from "@rpcgen/runtime/descriptor";
import { methodIdFromPath } from "@rpcgen/runtime/descriptor";
import { describe, expect, test } from "vitest";
import { check } from "../../../compiler/index.ts";
import { createMemoryHost } from "../../../compiler/source/host.ts";
import { filesOf } from "../semantics/check-text.ts";

describe("names", () => {
  test("fields are snake_case in protobuf and lowerCamel in JSON", () => {
    const { members } = message(
      "message M { createdAt: bool = 1; userID: bool = 2; line2Text: bool = 3; HTTPCode: bool = 4; a_b: bool = 5; }",
      "M",
    );
    const names = members.map((member) => (member.kind === "field" ? [member.wireName, member.jsonName] : []));
    expect(names).toEqual([
      ["created_at", "createdAt"],
      ["user_id", "userId"],
      ["line2_text", "line2Text"],
      ["http_code", "httpCode"],
      ["a_b", "aB"],
    ]);
  });

  test("@proto.name and @json go before the rules", () => {
    expect(field('message M { aB: bool = 1 @proto.name("old") @json("other"); }')).toMatchObject({
      wireName: "old",
      jsonName: "other",
    });
  });

  test("enum members carry the name of their enum", () => {
    const text = "message M { enum OrderState { unspecified = 0; inProgress = 1; } }";
    expect(declared(text, "M.OrderState")).toMatchObject({
      fullName: "p.v1.M.OrderState",
      members: [{ wireName: "ORDER_STATE_UNSPECIFIED" }, { wireName: "ORDER_STATE_IN_PROGRESS", number: 1 }],
    });
  });

  test("methods are PascalCase and known by the hash of their path", () => {
    const method = methods("service Users { getAll(); }")[0];
    expect(method).toMatchObject({ name: "getAll", wireName: "GetAll", path: "/p.v1.Users/GetAll" });
    expect(method?.id).toBe(methodIdFromPath("/p.v1.Users/GetAll"));
  });
});

describe("order", () => {
  test("nested types follow their message, inline shapes precede their service, instances stand last by name", () => {
    const text = `service S { get(id: int32 = 1): { b: Page<B> = 1; a: Page<A> = 2; }; }
      message A { message N {} } message B {} message Page<T> { items: T[] = 1; }`;
    expect(names(text)).toEqual(["S.GetRequest", "S.GetResult", "S", "A", "A.N", "B", "Page_A", "Page_B"]);
  });

  test("files are sorted by path whatever the order of entries", () => {
    const host = createMemoryHost({ "/b.rpc": "message B {}", "/a.rpc": "message A {}" });
    expect(check(["b.rpc", "a.rpc"], host).schema.files.map(({ path }) => path)).toEqual(["a.rpc", "b.rpc"]);
  });

  test("the same schema gives the same descriptor", () => {
    const text = "message A<T> { b: T = 1; } message C { d?: A<C> = 1; e: map<string, int32> = 2; }";
    expect(JSON.stringify(schema(text))).toBe(JSON.stringify(schema(text)));
  });
});

describe("presence", () => {
  test.each([
    ["f: int32 = 1;", "implicit"],
    ["f?: int32 = 1;", "explicit"],
    ["f: uuid = 1;", "implicit"],
    ["f: timestamp = 1;", "explicit"],
    ["f?: M = 1;", "explicit"],
    ["f: int32[] = 1;", "implicit"],
    ["f: map<string, M> = 1;", "implicit"],
    ["f: int32 = 1 @default(3);", "explicit"],
    ["f: int32 = 1 @required;", "explicit"],
    ["f: E = 1;", "implicit"],
    ["f: U = 1;", "explicit"],
  ])("%s is %s", (text, presence) => {
    const others = "enum E { zero = 0; } union U { a: int32 = 1; }";
    expect(field(`message M { ${text} } ${others}`)).toMatchObject({ presence });
  });

  test("cases of oneofs and unions are explicit", () => {
    const { members } = message("message M { o?: oneof { a: int32 = 1; }; }", "M");
    expect(members[0]).toMatchObject({
      kind: "oneof",
      optional: true,
      wireName: "o",
      cases: [{ presence: "explicit" }],
    });
    expect(declared("union U { a: int32 = 1; }", "U")).toMatchObject({ cases: [{ presence: "explicit" }] });
  });
});

describe("types", () => {
  test.each([
    ["int32[]", true],
    ["bool[]", true],
    ["E[]", true],
    ["A[]", true],
    ["string[]", false],
    ["M[]", false],
    ["timestamp[]", false],
  ])("%s is packed: %s", (type, packed) => {
    expect(field(`message M { f: ${type} = 1; } enum E { zero = 0; } type A = int64;`)).toMatchObject({
      type: { packed },
    });
  });

  test("@packed(false) sends numbers one by one", () => {
    expect(field("message M { f: int32[] = 1 @packed(false); }")).toMatchObject({ type: { packed: false } });
  });

  test("an alias gives its name and the constraints of the whole chain, the innermost first", () => {
    const text = 'type A = string @len(3..); type B = A @email; message M { f: B = 1 @pattern("x"); }';
    expect(field(text)).toMatchObject({
      type: {
        kind: "scalar",
        alias: { name: "B", file: "main.rpc", brand: false },
        constraints: [
          { kind: "length", unit: "characters", min: 3 },
          { kind: "format", format: "email" },
        ],
      },
      constraints: [{ kind: "pattern", pattern: "x" }],
    });
  });

  test("@js changes the type at the field or at an alias, and @js(bigint) takes it back", () => {
    const text = "type N = int64 @js(number); message M { a: int64 = 1 @js(string); b: N = 2; c: N = 3 @js(bigint); }";
    const types = message(text, "M").members.map((member) => (member.kind === "field" ? member.type : undefined));
    expect(types.map((type) => (type?.kind === "scalar" ? type.js : "?"))).toEqual(["string", "number", undefined]);
  });

  test("an instance belongs to the file that uses the generic, within a generic too", () => {
    const files = schema(`import { Tree } from "./tree.rpc";
      message User { tree?: Tree<User> = 1; }
// file: tree.rpc
package tree.v1;
message Tree<T> { value: T = 1; children: Tree<T>[] = 2; }
`).files;
    const main = files.find(({ path }) => path === "main.rpc");
    expect(main?.declarations.map(({ fullName }) => fullName)).toEqual(["p.v1.User", "p.v1.Tree_User"]);
    expect(main?.declarations[1]).toMatchObject({
      origin: "instance",
      members: [{ type: { name: "User" } }, { type: { element: { name: "Tree_User", file: "main.rpc" } } }],
    });
    expect(main?.imports).toEqual([]);
    expect(files.find(({ path }) => path === "tree.rpc")?.declarations).toEqual([]);
  });

  test.each([
    ["Page<string>", "Page_String"],
    ["Page<Page<int32>>", "Page_Page_Int32"],
    ["Page<M.N>", "Page_M_N"],
    ["Page<A>", "Page_A"],
    ["Box<string[]>", "Box_StringList"],
    ["Box<map<string, M>>", "Box_Map_String_M"],
  ])("%s is named %s", (type, name) => {
    const text = `message M { f?: ${type} = 1; message N {} } message Page<T> { items: T[] = 1; } message Box<T> { v: T = 1; } type A = string;`;
    expect(field(text)).toMatchObject({ type: { name } });
  });
});

describe("constraints", () => {
  test.each([
    ["string", "@len(3)", { kind: "length", unit: "characters", min: 3, max: 3 }],
    ["bytes", "@len(..3)", { kind: "length", unit: "bytes", max: 3 }],
    ["int32[]", "@len(1..)", { kind: "length", unit: "items", min: 1 }],
    ["string", "@bytes(1..2)", { kind: "length", unit: "bytes", min: 1, max: 2 }],
    ["bytes", "@maxSize(64KiB)", { kind: "length", unit: "bytes", max: 65536 }],
    ["int64", "@min(9223372036854775807)", { kind: "range", min: "9223372036854775807" }],
    ["double", "@gt(0.5) @lt(2)", { kind: "range", min: "0.5", max: "2", minExclusive: true, maxExclusive: true }],
    ["duration", "@max(2s)", { kind: "range", max: "2000" }],
    ["int32[]", "@unique", { kind: "unique" }],
    ["int32", "@notIn([1])", { kind: "not_in", values: [{ kind: "int", value: "1" }] }],
    ["E", "@in([zero])", { kind: "in", values: [{ kind: "enum", member: "zero", number: 0 }] }],
  ])("%s %s", (type, annotation, constraint) => {
    expect(field(`message M { f: ${type} = 1 ${annotation}; } enum E { zero = 0; }`)?.constraints).toMatchObject([
      constraint,
    ]);
  });

  test("a check of a message names its fields, one of a field its value", () => {
    const text =
      '@check("size(name) > limit && role == owner", "no") message M { name: string = 1; limit: int64 = 2; role: R = 3; age: int32 = 4 @check("this > 1"); } enum R { zero = 0; owner = 1; }';
    const { checks, members } = message(text, "M");
    expect(checks).toMatchObject([
      {
        message: "no",
        expression: {
          operator: "&&",
          domain: "bool",
          left: {
            domain: "bigint",
            left: { kind: "size", of: { kind: "field", object: { kind: "this" }, name: "name" } },
          },
          right: { domain: "enum", right: { kind: "literal", value: { member: "owner" } } },
        },
      },
    ]);
    expect(members[3]).toMatchObject({
      constraints: [{ message: "must satisfy this > 1", expression: { domain: "number", left: { kind: "this" } } }],
    });
  });
});

describe("methods", () => {
  test("what stands at the service counts where the method says nothing", () => {
    const [get, put, up] = methods(`
      @timeout(2s) @retry(max: 2) @cache(1s) @auth("a") service S {
        @readonly @timeout(500ms) get();
        @auth put();
        @idempotent up(stream E);
      } message E {}`);
    expect(get?.policy).toEqual({
      timeoutMs: 500,
      retry: { max: 2, on: ["unavailable"] },
      cache: { ttlMs: 1000 },
      auth: { scopes: ["a"] },
    });
    expect(get?.idempotency).toBe("readonly");
    expect(put?.policy).toEqual({ timeoutMs: 2000, auth: { scopes: [] } });
    expect(up?.policy).toEqual({ timeoutMs: 2000, auth: { scopes: ["a"] } });
  });

  test("every policy of a method arrives", () => {
    const [get] = methods(`service S {
      @idempotent @hedge(max: 2, delay: 20ms) @rateLimit(10, 1s) @priority(3) @compress(false) @maxMessage(1MiB)
      @hashKey(id) @route({ zone: "a" }) @group("g") @alias("fetch") @http(put: "/v1/{id}", body: "*")
      get(id: string = 1);
    }`);
    expect(get?.policy).toEqual({
      hedge: { max: 2, delayMs: 20 },
      rateLimit: { calls: 10, perMs: 1000 },
      priority: 3,
      compress: false,
      maxMessageBytes: 1048576,
      hashKey: "id",
      route: { zone: "a" },
      group: "g",
      alias: "fetch",
      http: { method: "PUT", path: "/v1/{id}", body: "*" },
    });
  });

  test("kinds follow the streams, and errors are those of the service, then those of the method, each once", () => {
    const all = methods(`error A {} error B(not_found) {} error C {} errors AB = A | B;
      message M {} service S throws B { a(M): M throws AB | C; b(stream M): M; c(M): stream M; d(stream M): stream M; @oneway e(); }`);
    expect(all.map(({ kind }) => kind)).toEqual(["unary", "client_stream", "server_stream", "bidi_stream", "unary"]);
    expect(all[0]?.errors.map(({ name }) => name)).toEqual(["B", "A", "C"]);
    expect(all[4]).toMatchObject({
      oneway: true,
      request: { kind: "builtin", name: "void" },
      response: { name: "void" },
    });
  });
});

describe("what is passed on", () => {
  test("docs, deprecation, declared and interop annotations", () => {
    const text = `annotation owner(team: string, level?: int32) on message;
      /** A user. */ @owner("x", level: 3) @deprecated("why") @unstable @ts.name("Person") @lint.ignore("r", "w") message M {}`;
    expect(declared(text, "M")).toMatchObject({
      doc: "A user.",
      deprecated: { reason: "why" },
      unstable: true,
      annotations: [
        {
          name: "p.v1.owner",
          arguments: [
            { name: "team", value: { value: "x" } },
            { name: "level", value: { value: "3" } },
          ],
        },
        { name: "ts.name" },
      ],
    });
  });

  test("reserved numbers and names, with max as the highest number", () => {
    expect(declared('message M { reserved 2, 4..9, 100..max, "old"; }', "M")).toMatchObject({
      reserved: {
        numbers: [
          { from: 2, to: 2 },
          { from: 4, to: 9 },
          { from: 100, to: 536870911 },
        ],
        names: ["old"],
      },
    });
    expect(declared("enum E { zero = 0; reserved 5..max; }", "E")).toMatchObject({
      reserved: { numbers: [{ from: 5, to: 2147483647 }], names: [] },
    });
  });

  test("constants are evaluated", () => {
    expect(declared('const A = 3; const B = [A, 1.5, 2s, 1KiB, "x", true];', "B")).toMatchObject({
      value: {
        values: [
          { kind: "int", value: "3" },
          { kind: "float", value: 1.5 },
          { kind: "duration", ms: 2000 },
          { kind: "size", bytes: 1024 },
          { kind: "string", value: "x" },
          { kind: "bool", value: true },
        ],
      },
    });
  });

  test("re-exports name the file and what they pass on", () => {
    const [, main] = schema(
      'export { A as B } from "./a.rpc";\nexport * from "./a.rpc";\n// file: a.rpc\nmessage A {}\n',
    ).files;
    expect(main?.reexports).toEqual([{ path: "a.rpc", names: [{ name: "A", as: "B" }] }, { path: "a.rpc" }]);
  });
});

function schema(text: string): SchemaDescriptor {
  const files = filesOf(`package p.v1;\n${text}`);
  const { schema: result, diagnostics } = check(["main.rpc"], createMemoryHost(files), {
    workingDirectory: "/project",
  });
  expect(diagnostics.map(({ message: found }) => found)).toEqual([]);
  return result;
}

function declarations(text: string): readonly Declaration[] {
  return schema(text).files.find(({ path }) => path === "main.rpc")?.declarations ?? [];
}

function names(text: string): string[] {
  return declarations(text).map(({ name }) => name);
}

function declared(text: string, name: string): Declaration | undefined {
  return declarations(text).find((declaration) => declaration.name === name);
}

function message(text: string, name: string): MessageDescriptor {
  const found = declared(text, name);
  if (found?.kind !== "message") throw new Error(`no message ${name}`);
  return found;
}

/** The first field of message `M`. */
function field(text: string): FieldDescriptor | undefined {
  const [first] = message(text, "M").members;
  return first?.kind === "field" ? first : undefined;
}

function methods(text: string): readonly MethodDescriptor[] {
  return declarations(text).flatMap((declaration) => (declaration.kind === "service" ? declaration.methods : []));
}

describe("examples", () => {
  const types = `
    type Mail = string @email @example("ada@example.com");
    enum Role { unspecified = 0; siteAdmin = 1; }
    message Address { streetName: string = 1; at?: timestamp = 2; }
    union Contact { mail: Mail = 1; nobody: void = 2; }`;

  test.each([
    ["string = 1", '"a"', "a"],
    ["bytes = 1", '"ä"', "w6Q="],
    ["int64 = 1", "9007199254740993", "9007199254740993"],
    ["int32 = 1", "64KiB", 65536],
    ["double = 1", "1.5", 1.5],
    ["duration = 1", "1500ms", "1.5s"],
    ["duration = 1", "20s", "20s"],
    ["timestamp = 1", '"2026-01-31T12:00:00Z"', "2026-01-31T12:00:00Z"],
    ["Role = 1", "siteAdmin", "ROLE_SITE_ADMIN"],
    ["Role[] = 1", "[siteAdmin, Role.unspecified]", ["ROLE_SITE_ADMIN", "ROLE_UNSPECIFIED"]],
    ["map<string, Role> = 1", "{ a: siteAdmin }", { a: "ROLE_SITE_ADMIN" }],
    ["map<bool, int32> = 1", "[{ key: true, value: 1 }]", { true: 1 }],
    ["json = 1", '{ a: [1, "b", true, 1.5] }', { a: [1, "b", true, 1.5] }],
    ["Contact = 1", "{ nobody: {} }", { nobody: {} }],
    ["Address = 1", '{ streetName: "S" }', { streetName: "S" }],
  ])("of %s, %s, is kept in the JSON mapping", (type, written, kept) => {
    expect(field(`${types} message M { f: ${type} @example(${written}); }`)?.example).toEqual(kept);
  });

  test("of an alias stands at the types that are named by it", () => {
    const found = field(`${types} message M { f: Mail[] = 1; }`);
    expect(found?.example).toBeUndefined();
    expect(found?.type).toMatchObject({ kind: "list", element: { example: "ada@example.com" } });
  });

  test("of generics know what stands for the type parameters", () => {
    const found = field(
      `${types} message Page<T> { items: T[] = 1; } message M { f: Page<Role> = 1 @example({ items: [siteAdmin] }); }`,
    );
    expect(found?.example).toEqual({ items: ["ROLE_SITE_ADMIN"] });
  });

  test("of methods are their result, or a list of it", () => {
    const text = `${types} service S {
      @example({ streetName: "a" }) get(): Address;
      @example([{ streetName: "b" }]) watch(): stream Address;
    }`;
    expect(methods(text).map(({ example }) => example)).toEqual([{ streetName: "a" }, [{ streetName: "b" }]]);
  });
});

test("a oneof that is sensitive makes its cases so", () => {
  const { members } = message("message M { @sensitive one: oneof { a: string = 1; b: string = 2; }; }", "M");
  expect(members).toMatchObject([{ cases: [{ sensitive: true }, { sensitive: true }] }]);
});
