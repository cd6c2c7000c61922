import type { JsonValue } from "@rpcgen/runtime/codegen";
import { describe, expect, test } from "vitest";
import { RpcError } from "../../runtime/errors/rpc-error.ts";
import { Reader } from "../../runtime/wire/reader.ts";
import { evaluate, renderCodecs } from "./support/load.ts";
import {
  builtin,
  enumeration,
  field,
  file,
  list,
  map,
  message,
  oneof,
  reference,
  scalar,
  union,
} from "./support/schema.ts";

const everything = file([
  enumeration("Closed", { unspecified: 0, one: 1 }),
  enumeration("Open", { unspecified: 0, one: 1 }, true),
  message("Nothing", []),
  message("Node", [
    field("value", 1, scalar("int32")),
    field("next", 2, reference("message", "Node"), { optional: true }),
  ]),
  message("Needy", [
    field("id", 1, scalar("int32"), { required: true }),
    oneof("pick", [field("a", 2, scalar("bool"))], false),
  ]),
  union("Shape", [
    field("node", 1, reference("message", "Node")),
    field("none", 2, builtin("void")),
    field("text", 3, scalar("string")),
  ]),
  message("All", [
    field("text", 1, scalar("string")),
    field("data", 2, scalar("bytes")),
    field("big", 3, scalar("int64")),
    field("small", 4, scalar("sint32")),
    field("ratio", 5, scalar("double")),
    field("list", 6, list(scalar("int32"))),
    field("names", 7, list(scalar("string"))),
    field("labels", 8, map(scalar("string"), scalar("int32"))),
    field("nodes", 9, map(scalar("int64"), reference("message", "Node"))),
    field("node", 10, reference("message", "Node"), { optional: true }),
    field("closed", 11, reference("enum", "Closed")),
    field("open", 12, reference("enum", "Open")),
    field("closedList", 13, list(reference("enum", "Closed"))),
    field("closedMap", 14, map(scalar("bool"), reference("enum", "Closed"))),
    field("at", 15, builtin("timestamp"), { optional: true }),
    field("took", 16, builtin("duration"), { optional: true }),
    field("payload", 17, builtin("json"), { optional: true }),
    field("shape", 18, reference("union", "Shape"), { optional: true }),
    field("nothings", 19, list(reference("message", "Nothing"))),
    field("some", 20, builtin("any"), { optional: true }),
    field("uid", 21, builtin("uuid")),
    oneof("choice", [
      field("first", 22, scalar("fixed32")),
      field("second", 23, reference("message", "Node")),
      field("third", 24, reference("enum", "Closed")),
    ]),
  ]),
]);
const types = evaluate(renderCodecs(everything));
const All = types["All"]!;
const Node = types["Node"]!;

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!RpcError.is(error)) throw error;
    expect(error.codeName).toBe("invalid_argument");
    return error.message;
  }
  return "nothing was refused";
}

const full = {
  text: "héllo",
  data: Uint8Array.of(1, 2, 3),
  big: -5n,
  small: -7,
  ratio: 1.5,
  list: [1, 300, -1],
  names: ["a", "b"],
  labels: new Map([["k", 1]]),
  nodes: new Map([[9n, { value: 1, next: { value: 2, next: undefined } }]]),
  node: { value: 3, next: undefined },
  closed: "one",
  open: 77,
  closedList: ["one", "unspecified"],
  closedMap: new Map([[true, "one"]]),
  at: new Date("2026-01-31T12:00:00.250Z"),
  took: 1500.25,
  payload: { a: [1, null, "x", { b: true }] },
  shape: { kind: "node", value: { value: 4, next: undefined } },
  nothings: [{}, {}],
  some: { typeUrl: "type.googleapis.com/test.Node", value: Uint8Array.of(8, 1) },
  uid: "123e4567-e89b-12d3-a456-426614174000",
  choice: { kind: "first", value: 5 },
};

test("a value with everything comes back from bytes and from JSON", () => {
  expect(All.decode(All.encode(full))).toEqual(full);
  expect(All.fromJson(JSON.parse(JSON.stringify(All.toJson(full))) as JsonValue)).toEqual(full);
});

test("cut off after any byte, it is refused or is a shorter message; never another error", () => {
  const bytes = All.encode(full);
  for (let end = 0; end < bytes.length; end++) {
    const outcome = refusal(() => All.encode(All.decode(bytes.slice(0, end))));
    if (outcome !== "nothing was refused") expect(outcome).toMatch(/^malformed message at byte/);
  }
});

test("with any one byte changed, it is refused or decoded; never another error", () => {
  const bytes = All.encode(full);
  for (let at = 0; at < bytes.length; at++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff, (bytes[at] ?? 0) ^ 1]) {
      const changed = bytes.slice();
      changed[at] = value;
      refusal(() => All.decode(changed));
    }
  }
});

describe("depth", () => {
  const nested = (levels: number): Uint8Array => {
    let inner: Uint8Array = new Uint8Array(0);
    for (let level = 0; level < levels; level++) {
      const length = inner.length < 128 ? [inner.length] : [(inner.length & 127) | 128, inner.length >> 7];
      inner = Uint8Array.from([0x12, ...length, ...inner]);
    }
    return inner;
  };
  const chain = (levels: number): unknown =>
    levels === 0 ? { value: 0, next: undefined } : { value: 0, next: chain(levels - 1) };

  test("64 levels are read and 65 are refused", () => {
    expect(Node.decode(nested(64))).toEqual(chain(64));
    expect(refusal(() => Node.decode(nested(65)))).toContain("nested too deeply");
  });

  test("64 levels are written and 65 are refused, in both encodings", () => {
    expect(Node.encode(chain(64))).toEqual(nested(64));
    expect(refusal(() => Node.encode(chain(65)))).toContain("nested deeper than 64");
    expect(Node.fromJson(Node.toJson(chain(64)))).toEqual(chain(64));
    expect(refusal(() => Node.toJson(chain(65)))).toContain("nested deeper than 64");
  });

  test("JSON of 65 levels is refused", () => {
    const json = (levels: number): JsonValue => (levels === 0 ? {} : { next: json(levels - 1) });
    expect(Node.fromJson(json(64))).toEqual(chain(64));
    expect(refusal(() => Node.fromJson(json(65)))).toContain("nested deeper than 64");
  });

  test("a value that holds itself is refused", () => {
    const loop: { value: number; next: unknown } = { value: 1, next: undefined };
    loop.next = loop;
    expect(refusal(() => Node.encode(loop))).toContain("nested deeper than 64");
    expect(refusal(() => Node.toJson(loop))).toContain("nested deeper than 64");
  });
});

describe("the limit of values", () => {
  const nothings = (count: number): Uint8Array => {
    const bytes = new Uint8Array(count * 3);
    for (let index = 0; index < count; index++) bytes.set([0x9a, 0x01, 0x00], index * 3);
    return bytes;
  };

  test("a million empty messages are read and one more is refused", () => {
    expect(All.decode(nothings(1_000_000)).nothings).toHaveLength(1_000_000);
    expect(refusal(() => All.decode(nothings(1_000_001)))).toContain("too many values");
  });

  test("a million strings are read and one more is refused", () => {
    const names = (count: number): Uint8Array =>
      new Uint8Array(count * 2).map((_byte, at) => (at % 2 === 0 ? 0x3a : 0));
    expect(All.decode(names(1_000_000)).names).toHaveLength(1_000_000);
    expect(refusal(() => All.decode(names(1_000_001)))).toContain("too many values");
  });
});

describe("__proto__", () => {
  test("is a key like any other in a map", () => {
    const value = { ...All.create(), labels: new Map([["__proto__", 1]]) };
    expect(All.decode(All.encode(value)).labels.get("__proto__")).toBe(1);
    const json = JSON.parse(JSON.stringify(All.toJson(value))) as JsonValue;
    expect(All.fromJson(json).labels.get("__proto__")).toBe(1);
    expect(({} as Record<string, unknown>)["k"]).toBeUndefined();
  });

  test("is a member like any other in a JSON value", () => {
    const payload = JSON.parse('{"__proto__": {"polluted": true}}') as JsonValue;
    for (const decoded of [All.decode(All.encode({ payload })), All.fromJson(All.toJson({ payload }))]) {
      expect(JSON.stringify(decoded.payload)).toBe('{"__proto__":{"polluted":true}}');
      expect(decoded.payload.polluted).toBeUndefined();
    }
  });

  test("is an unknown field of a message", () => {
    expect(refusal(() => Node.fromJson(JSON.parse('{"__proto__": {"value": 1}}') as JsonValue))).toContain(
      "unknown field",
    );
    expect(refusal(() => Node.fromJson({ constructor: 1 }))).toContain("unknown field");
  });
});

describe("fields that the schema does not know", () => {
  test("are skipped, whatever their wire type", () => {
    expect(Node.decode(hex("0801 f806 01 f906 0102030405060708 fa06 0161 fd06 01020304 fb06 0801 fc06"))).toEqual({
      value: 1,
      next: undefined,
    });
  });

  test("are those with a known number and another wire type, too", () => {
    expect(Node.decode(hex("0d01020304 0805")).value).toBe(5);
  });

  test("are members of a closed enum that it does not declare", () => {
    const decoded = All.decode(hex("5801 5805 60ff01 6a03 000501 72040801 1005"));
    expect(decoded.closed).toBe("one");
    expect(decoded.open).toBe(255);
    expect(decoded.closedList).toEqual(["unspecified", "one"]);
    expect(decoded.closedMap.size).toBe(0);
    expect(All.decode(hex("c00105")).choice).toBeUndefined();
  });

  test("a group that ends without having begun is refused", () => {
    expect(refusal(() => Node.decode(hex("14")))).toContain("did not begin");
  });
});

describe("repeated fields", () => {
  test("a message that comes twice is merged", () => {
    const decoded = All.decode(hex("5202 0807 5204 1202 0808"));
    expect(decoded.node).toEqual({ value: 7, next: { value: 8, next: undefined } });
  });

  test("a message case of a oneof that comes twice is merged, another case replaces it", () => {
    expect(All.decode(hex("ba0102 0807 ba0104 1202 0808")).choice.value).toEqual({
      value: 7,
      next: { value: 8, next: undefined },
    });
    expect(All.decode(hex("ba01020807 b50105000000")).choice).toEqual({ kind: "first", value: 5 });
  });

  test("a union that comes twice is merged case by case", () => {
    expect(All.decode(hex("920104 0a020807 920106 0a041202 0808")).shape.value).toEqual({
      value: 7,
      next: { value: 8, next: undefined },
    });
  });

  test("of scalars and map keys the last wins", () => {
    expect(All.decode(hex("0a0161 0a0162")).text).toBe("b");
    expect(All.decode(hex("42050a016b1001 42050a016b1002")).labels).toEqual(new Map([["k", 2]]));
  });

  test("lists are read packed, unpacked and mixed", () => {
    expect(All.decode(hex("32020102 3003 320104")).list).toEqual([1, 2, 3, 4]);
  });

  test("merging costs the same however large the earlier value is", () => {
    const labels = new Map(Array.from({ length: 1000 }, (_none, index) => [`k${index}`, index]));
    const list = Array.from({ length: 1000 }, (_none, index) => index);
    const large = All.decode(All.encode({ list, labels }));
    const touched = countTouches(large);
    const merged = All.read(new Reader(All.encode({ text: "more" })), touched.value);
    expect(merged).toEqual({ ...large, text: "more" });
    expect(merged.labels).toBe(large.labels);
    expect(merged.list).toBe(large.list);
    expect(touched.count()).toBeLessThan(100);
  });

  /** The value, counting every access to its members and to what is in them. */
  function countTouches(value: object): { readonly value: object; count(): number } {
    let count = 0;
    const get = (target: object, key: PropertyKey): unknown => {
      count++;
      return Reflect.get(target, key, target) as unknown;
    };
    return {
      value: new Proxy(value, { get, ownKeys: (target) => (count++, Reflect.ownKeys(target)) }),
      count: () => count,
    };
  }
});

describe("JSON objects", () => {
  const { closedList: _list, ...others } = full;

  test("may name a field by its JSON name or its protobuf name", () => {
    expect(All.fromJson({ closedList: [1] }).closedList).toEqual(["one"]);
    expect(All.fromJson({ closed_list: [1] }).closedList).toEqual(["one"]);
    expect(All.fromJson({ ...(All.toJson(others) as object), closed_list: [1] }).closedList).toEqual(["one"]);
  });

  test("may not name one field twice", () => {
    for (const json of [
      { closedList: ["one"], closed_list: ["one"] },
      { closed_list: [], closedList: null },
    ])
      expect(refusal(() => All.fromJson(json))).toContain('twice, as "closedList" and as "closed_list"');
  });

  test("may not hold two cases of a oneof or union", () => {
    expect(refusal(() => All.fromJson({ first: 1, third: 1 }))).toMatch(/^test.All at third/);
    expect(refusal(() => All.fromJson({ shape: { text: "a", none: {} } }))).toMatch(/^test.All at shape.none/);
    expect(All.fromJson({ first: null, third: 1 }).choice).toEqual({ kind: "third", value: "one" });
  });

  test("leave fields out by null, unless null is a value", () => {
    const names = ["text", "data", "list", "closedList", "closed_list", "node", "at", "some", "first", "shape"];
    for (const name of names) expect(All.fromJson({ [name]: null })).toEqual(All.create());
    expect(All.fromJson({ payload: null }).payload).toBeNull();
  });

  test("may not hold unknown fields, not even null, unless they are to be ignored", () => {
    for (const value of [1, null]) {
      expect(refusal(() => All.fromJson({ nope: value }))).toContain('unknown field "nope"');
      expect(refusal(() => All.fromJson({ shape: { nope: value } }))).toContain('unknown field "nope"');
      expect(All.fromJson({ nope: value }, { ignoreUnknown: true })).toEqual(All.create());
    }
  });
});

describe("required members", () => {
  const Needy = types["Needy"]!;

  test("must be on the wire and in JSON", () => {
    expect(refusal(() => Needy.decode(new Uint8Array(0)))).toBe('test.Needy: the required field "id" is missing');
    expect(refusal(() => Needy.fromJson({}))).toBe('test.Needy: the required field "id" is missing');
    expect(refusal(() => Needy.encode({}))).toContain("field 1: expected an integer");
  });

  test("may be zero, which is sent", () => {
    expect(Buffer.from(Needy.encode({ id: 0 })).toString("hex")).toBe("0800");
    expect(Needy.decode(hex("0800"))).toEqual({ id: 0, pick: { kind: undefined, value: undefined } });
  });
});

describe("values that the types exclude", () => {
  test.each([
    [{ text: 5 }, "test.All, field 1: expected a string, found 5"],
    [{ text: "\ud800" }, "lone surrogate"],
    [{ node: 5 }, "test.All, field 10: expected an object"],
    [{ nodes: new Map([[1n, { value: "x" }]]) }, "field 9 > 2 > 1: expected an integer"],
    [{ closed: "two" }, "expected a member of test.Closed"],
    [{ at: new Date(Number.NaN) }, "years 1 to 9999"],
    [{ took: Infinity }, "expected a duration"],
    [{ uid: "nope" }, "expected a UUID"],
    [{ payload: Number.NaN }, "finite number"],
    [{ choice: { kind: "fourth", value: 1 } }, "expected a member of test.All.choice"],
    [{ shape: { kind: "fourth", value: 1 } }, "expected a member of test.Shape"],
    [{ labels: { k: 1 } }, "expected a Map"],
    [{ names: "abc" }, "expected an array"],
    [null, "test.All: expected an object, found null"],
    [{ data: null }, "test.All, field 2: expected a Uint8Array, found null"],
    [{ list: null }, "test.All, field 6: expected an array, found null"],
    [{ list: 5 }, "expected an array, found 5"],
    [{ names: null }, "expected an array, found null"],
    [{ labels: null }, "expected a Map, found null"],
    [{ closedList: null }, "test.All, field 13: expected an array, found null"],
    [{ closedList: "abc" }, 'expected an array, found "abc"'],
    [{ closedList: [null] }, "expected a member of test.Closed"],
    [{ node: null }, "expected an object, found null"],
    [{ text: null }, "expected a string, found null"],
    [{ at: null }, "expected a Date, found null"],
    [{ some: null }, "found null"],
    [{ nothings: [null] }, "expected an object, found null"],
  ])("%j is refused when it is written: %s", (value, reason) => {
    expect(refusal(() => All.encode(value))).toContain(reason);
    expect(refusal(() => All.toJson(value))).not.toBe("nothing was refused");
  });

  test("decoding takes a Uint8Array and nothing else", () => {
    expect(refusal(() => All.decode("abc" as never))).toContain("expected the bytes of a message");
  });
});

test("a getter is read once", () => {
  let reads = 0;
  const value = {
    get text(): string {
      return reads++ === 0 ? "a" : "changed";
    },
  };
  expect(All.decode(All.encode(value)).text).toBe("a");
  expect(reads).toBe(1);
});

test("times and durations out of range are refused", () => {
  expect(refusal(() => All.decode(hex("7a0b08ffffffffffffffff7f")))).toContain("malformed message");
  expect(refusal(() => All.decode(hex("7a0610808080807f").slice()))).toMatch(/malformed/);
  expect(refusal(() => All.decode(hex("8201 0d 0801 10ffffffffffffffffff01")))).toContain("duration");
});
