import { describe, expect, test } from "vitest";
import { check } from "../../../compiler/index.ts";
import { createMemoryHost } from "../../../compiler/source/host.ts";
import type { MethodType } from "../../../runtime/call/method-type.ts";
import { createConfiguration } from "../../../runtime/configuration/index.ts";
import { memoryConfiguration } from "../../../runtime/configuration/memory/memory.ts";
import { createMocks } from "../../../runtime/governance/fallback/mock.ts";
import { degradation, type DegradationOptions, type DescribedSchema } from "../../../runtime/governance/index.ts";
import { Code, RpcError } from "../../../runtime/index.ts";
import type { OutputPart } from "../../../templates/template.ts";
import { evaluate, renderCodecs } from "../../codec/support/load.ts";
import { createFleet } from "../client/fleet.ts";
import { unwell } from "./repeatable.ts";

function described(text: string): DescribedSchema {
  const host = createMemoryHost({ "/p/main.rpc": text });
  const { schema, diagnostics } = check(["main.rpc"], host, { workingDirectory: "/p" });
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const [file] = schema.files;
  if (file === undefined) throw new Error("no file");
  return { descriptor: () => file };
}

/** What the method `get` of a schema is answered with, in the JSON mapping. */
function shown(text: string): readonly unknown[] | undefined {
  const response = { fromJson: (json: unknown) => json, validate: () => [] };
  return createMocks([described(`package p; ${text}`)]).of({ path: "/p.S/Get", response } as unknown as MethodType);
}

describe("a mock", () => {
  test("has the examples of fields and of the aliases of their types, and leaves the rest to defaults", () => {
    const text = `type Mail = string @email @example("a@b.c");
      message M { name: string = 1 @example("Ada"); mail: Mail = 2; mails: Mail[] = 3; age: int32 = 4; size: int32 = 5 @min(1) @default(7); }
      service S { get(): M; }`;
    expect(shown(text)).toEqual([{ name: "Ada", mail: "a@b.c", mails: ["a@b.c"] }]);
  });

  test.each([
    ["int32 = 1 @min(3)", 3],
    ["int32 = 1 @gt(3)", 4],
    ["int32 = 1 @lt(0)", -1],
    ["int64 = 1 @gt(9007199254740993)", "9007199254740994"],
    ["double = 1 @gt(0) @lt(1)", 0.5],
    ["string = 1 @len(3..5)", "xxx"],
    ["bytes = 1 @bytes(3)", "AAAA"],
    ["string = 1 @email", "name@example.com"],
    ['string = 1 @in(["s", "m"])', "s"],
    ["duration = 1 @min(1500ms)", "1.5s"],
    ["string[] = 1 @items(2..)", ["", ""]],
    ["string = 1 @required", ""],
    ["uuid = 1 @required", "00000000-0000-4000-8000-000000000000"],
    ["E = 1 @in([b])", 1],
  ])("without an example of %s has %j", (field, value) => {
    const text = `enum E { a = 0; b = 1; } message M { f: ${field}; } service S { get(): M; }`;
    expect(shown(text)).toEqual([{ f: value }]);
  });

  test("builds messages within, and optional ones and items where an example is in them", () => {
    const text = `message A { x: int32 = 1 @example(1); }
      message B { y: int32 = 1; }
      message M { a: A = 1; b: B = 2; oa?: A = 3; ob?: B = 4; la: A[] = 5; lb: B[] = 6; ma: map<string, A> = 7; }
      service S { get(): M; }`;
    expect(shown(text)).toEqual([{ a: { x: 1 }, b: {}, oa: { x: 1 }, la: [{ x: 1 }] }]);
  });

  test("chooses the case with an example, and puts no message into itself", () => {
    const text = `message Node { id: int32 = 1 @example(1); next?: Node = 2; children: Node[] = 3;
        pick: oneof { a: string = 4; b: string = 5 @example("b"); }; none?: oneof { c: string = 6; d: void = 7; }; u: U = 8; }
      union U { node: Node = 1; text: string = 2 @example("t"); }
      service S { get(): Node; }`;
    expect(shown(text)).toEqual([{ id: 1, b: "b", u: { text: "t" } }]);
  });

  test("is what the method itself shows, item by item where that is a stream", () => {
    const types = "message M { a: int32 = 1 @example(1); }";
    expect(shown(`${types} service S { @example({ a: 5 }) get(): M; }`)).toEqual([{ a: 5 }]);
    expect(shown(`${types} service S { @example([{ a: 5 }, { a: 6 }]) get(): stream M; }`)).toEqual([
      { a: 5 },
      { a: 6 },
    ]);
    expect(shown(`${types} service S { get(): stream M; }`)).toEqual([{ a: 1 }]);
    expect(shown(`${types} service S { get(); }`)).toEqual([{}]);
  });

  test("is there for methods of its schemas only", () => {
    expect(shown("message M {} service Other { get(): M; }")).toBeUndefined();
  });

  test("of messages that multiply ends", () => {
    const level = (index: number) =>
      `message L${index} { ${[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `f${n}: L${index + 1} = ${n};`).join(" ")} }`;
    const text = `${[0, 1, 2, 3, 4].map(level).join("\n")} message L5 { x: int32 = 1 @example(1); } service S { get(): L0; }`;
    expect(JSON.stringify(shown(text)).length).toBeLessThan(100_000);
  });
});

describe("a mock is validated before it is given out", () => {
  /** What the method `get` of a schema is answered with, read and validated by the types that are generated from `types`. */
  function replies(text: string, types: string = text, emit = parts): readonly unknown[] | undefined {
    const file = described(`package p; ${types}`).descriptor();
    const response = evaluate(renderCodecs(file, { files: [file] }, { emit }))["M"];
    return createMocks([described(`package p; ${text}`)]).of({ path: "/p.S/Get", response } as unknown as MethodType);
  }

  const parts: readonly OutputPart[] = ["types", "codec", "json", "validate"];
  const service = "service S { get(): M; }";

  test("and is the reply when it keeps to all constraints", () => {
    const text = `message M { code: string = 1 @pattern("^[A-Z]{3}$") @example("EUR"); } ${service}`;
    expect(replies(text)).toEqual([{ code: "EUR" }]);
  });

  test("and fails the call, naming method, field and constraint, where no example keeps to them", () => {
    const text = `message Price { code: string = 1 @pattern("^[A-Z]{3}$"); } message M { price: Price = 1; } ${service}`;
    const failure = failureOf(() => replies(text));
    expect(failure).toMatchObject({ code: Code.internal, reason: "constraint_violated" });
    expect(failure.message).toMatch(/^The mock of \/p\.S\/Get breaks a constraint: price\.code: .*@example/);
    expect(failure.violations).toMatchObject([{ path: "price.code", rule: "pattern" }]);
  });

  test("item by item where it is a stream", () => {
    const text = (size: number): string =>
      `message M { a: int32 = 1 @max(${size}); } service S { @example([{ a: 1 }, { a: 2 }]) get(): stream M; }`;
    expect(replies(text(2))).toEqual([{ a: 1 }, { a: 2 }]);
    expect(failureOf(() => replies(text(2), text(1).replace(/@example.*?\]\)/, ""))).violations).toMatchObject([
      { path: "a", rule: "max" },
    ]);
  });

  test("and by the types of the method, when the schema is of another version", () => {
    const failure = failureOf(() =>
      replies(`message M { a: string = 1 @example("x"); } ${service}`, `message M { a: int32 = 1; } ${service}`),
    );
    expect(failure).toMatchObject({ code: Code.internal, reason: "malformed_message" });
    expect(failure.message).toMatch(/^The mock of \/p\.S\/Get is no reply: .*\ba\b/);
  });

  test("so that types without validation have none", () => {
    const failure = failureOf(() =>
      replies(`message M { a: int32 = 1; } ${service}`, undefined, ["types", "codec", "json"]),
    );
    expect(failure.message).toMatch(/^The mock of \/p\.S\/Get cannot be validated: .* add it to "emit"/);
  });
});

function failureOf(action: () => unknown): RpcError {
  try {
    action();
  } catch (error) {
    return RpcError.from(error);
  }
  throw new Error("nothing was thrown");
}

const lab = `package lab.v1;
  message Note { text: string = 1 @example("from the schema"); count: int32 = 2 @example(41); data: bytes = 3; }
  service Lab {
    echo(Note): Note;
    @example([{ text: "one" }, { text: "two" }]) list(Note): stream Note;
    sum(stream Note): Note;
    chat(stream Note): stream Note;
  }`;
const method = "lab.v1.Lab/Echo";

async function scene(options: DegradationOptions, fail = false) {
  const plugin = degradation({ schemas: [described(lab)], ...options });
  const state = { asked: 0 };
  const handlers = () => ({
    echo: () => {
      state.asked++;
      if (fail) throw unwell();
      return { text: "from the server" };
    },
  });
  const fleet = await createFleet({ count: 1, plugins: [plugin], handlers });
  const texts = async (items: AsyncIterable<{ text: string }>) => {
    const found: string[] = [];
    for await (const { text } of items) found.push(text);
    return found;
  };
  return {
    fleet,
    plugin,
    state,
    texts,
    echo: async () => (await fleet.run(fleet.lab.echo({ text: "x" }))).text,
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

describe("a client", () => {
  test("is answered from the schema, and the server is not asked", async () => {
    await using world = await scene({ rules: [{ method, when: "mock" }] });
    const reply = await world.fleet.run(world.fleet.lab.echo({ text: "x" }));
    expect(reply).toMatchObject({ text: "from the schema", count: 41 });
    expect([world.state.asked, world.plugin.substituted]).toEqual([0, 1]);
  });

  test("gets a reply of its own each time", async () => {
    await using world = await scene({ rules: [{ method, when: "mock" }] });
    const first = await world.fleet.run(world.fleet.lab.echo({}));
    first.text = "changed";
    expect(await world.echo()).toBe("from the schema");
  });

  test("gets the items of streams, without what it sends being read", async () => {
    await using world = await scene({ rules: [{ method: "lab.v1.Lab", when: "mock" }] });
    const { lab: client } = world.fleet;
    const unread: Iterable<object> = {
      [Symbol.iterator]: () => {
        throw new Error("read");
      },
    };
    expect(await world.fleet.run(world.texts(client.list({})))).toEqual(["one", "two"]);
    expect((await world.fleet.run(client.sum(unread))).count).toBe(41);
    expect(await world.fleet.run(world.texts(client.chat(unread)))).toEqual(["from the schema"]);
  });

  test("gets a mock when the server fails, where the rule says so", async () => {
    await using world = await scene({ rules: [{ method, use: [{ mock: "schema" }] }] }, true);
    expect(await world.echo()).toBe("from the schema");
  });

  test("is switched to mocks and back by a live document, which names no schemas", async () => {
    await using world = await scene({});
    const source = memoryConfiguration();
    await using live = createConfiguration({
      source,
      parts: { degradation: world.plugin },
      environment: world.fleet.environment,
    });
    const set = async (rules: unknown): Promise<void> => {
      source.set("rpc", { degradation: { rules } });
      await world.fleet.environment.advanceAsync(1);
    };
    expect(await world.echo()).toBe("from the server");
    await set([{ method, when: "mock" }]);
    expect(await world.echo()).toBe("from the schema");
    await set([{ method, when: "mocked" }]);
    expect(live.history[0]?.error).toContain('rules[0].when is "mocked"');
    await set([{ method, use: [{ mock: "anything" }] }]);
    expect(live.history[0]?.error).toContain('rules[0].use holds {"mock":"anything"}');
    expect(await world.echo()).toBe("from the schema");
    await set([]);
    expect(await world.echo()).toBe("from the server");
  });
});

describe("a mock without a schema", () => {
  test("is refused when there are none", () => {
    expect(() => degradation({ rules: [{ method, when: "mock" }] })).toThrow("degradation({ schemas: [shopSchema] })");
  });

  test("fails the call when none is of its method", async () => {
    const schemas = [described("package other; message M {} service S { get(): M; }")];
    await using world = await scene({ schemas, rules: [{ method, when: "mock" }] });
    await expect(world.echo()).rejects.toThrow("there is no substitute for its reply");
  });
});
