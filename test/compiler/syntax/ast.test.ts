import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSourceFile, type Span } from "../../../compiler/source/source-file.ts";
import type { FieldNode, FileNode, MessageNode, ServiceNode } from "../../../compiler/syntax/ast.ts";
import { parse } from "../../../compiler/syntax/parse.ts";

const everything = readFileSync(join(import.meta.dirname, "every-construct.rpc"), "utf8");

function read(text: string): FileNode {
  const { ast, diagnostics } = parse(createSourceFile("a.rpc", text));
  expect(diagnostics).toEqual([]);
  return ast;
}

function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end);
}

interface Node {
  readonly kind?: string;
  readonly span: Span;
}

/** Every object with a span, with the one it is in. */
function nodes(root: unknown, parent?: Node): { readonly node: Node; readonly parent: Node | undefined }[] {
  if (typeof root !== "object" || root === null) return [];
  if (Array.isArray(root)) return root.flatMap((item) => nodes(item, parent));
  const node = "span" in root ? (root as Node) : undefined;
  const inner = Object.entries(root).flatMap(([key, value]) => (key === "span" ? [] : nodes(value, node ?? parent)));
  return node === undefined ? inner : [{ node, parent }, ...inner];
}

function message(text: string): MessageNode {
  const [first] = read(text).declarations;
  if (first?.kind !== "message") throw new Error("no message");
  return first;
}

function field(text: string): FieldNode {
  const [first] = message(`message M { ${text} }`).members;
  if (first?.kind !== "field") throw new Error("no field");
  return first;
}

describe("a schema with every construct", () => {
  const ast = read(everything);

  test("parses without findings into all its declarations", () => {
    expect(ast.declarations.map((node) => node.kind)).toMatchSnapshot();
  });

  test("has spans that lie inside of each other and start and end with text", () => {
    for (const { node, parent } of nodes(ast)) {
      if (node.kind === "file" || parent === undefined) continue;
      const text = textOf(node.span);
      expect(text, node.kind ?? "").toBe(text.trim());
      expect(text.length).toBeGreaterThan(0);
      if (parent.kind === "file") continue;
      expect(node.span.start).toBeGreaterThanOrEqual(parent.span.start);
      expect(node.span.end).toBeLessThanOrEqual(parent.span.end);
    }
  });

  test("has names whose span is their text", () => {
    for (const { node } of nodes(ast))
      if (node.kind === "identifier" || node.kind === "qualified_name")
        expect(textOf(node.span)).toBe((node as Node & { text: string }).text);
  });

  test("keeps all comments in order", () => {
    const texts = ast.comments.map((comment) => [comment.kind, textOf(comment.span)]);
    expect(texts).toMatchSnapshot();
    expect(texts.length).toBe(everything.match(/\/\/+.*|\/\*[^]*?\*\//g)?.length);
  });
});

describe("nodes", () => {
  test("of a declaration span annotations and `;`", () => {
    const [first] = read('@owner("a") const A = 3; const B = 4;').declarations;
    expect(first && textOf(first.span)).toBe('@owner("a") const A = 3;');
  });

  test("of fields have name, type, number and annotations from both sides", () => {
    const node = field("@a name?: map<string, a.B<C>[]> = 7 @b(1..2, x: [..3]);");
    expect(node).toMatchObject({ optional: true, name: { text: "name" }, number: { value: 7n } });
    expect(node.annotations.map((annotation) => textOf(annotation.span))).toEqual(["@a", "@b(1..2, x: [..3])"]);
    expect(node.type).toMatchObject({
      kind: "map_type",
      value: { kind: "list_type", element: { name: { text: "a.B" } } },
    });
  });

  test("of literals have their values", () => {
    const values = [
      "0xFF",
      "-12",
      "1.5e-3",
      "1.5h",
      "250us",
      "64KiB",
      '"a\\u{1F600}\\x41\\n"',
      "'it\\'s'",
      "a.b",
      "true",
    ];
    const found = values.map((value) => {
      const [constant] = read(`const A = ${value};`).declarations;
      return constant?.kind === "constant" ? constant.value : undefined;
    });
    expect(found).toMatchObject([
      { kind: "int_literal", value: 255n },
      { kind: "int_literal", value: -12n },
      { kind: "float_literal", value: 0.0015 },
      { kind: "duration_literal", ms: 5_400_000 },
      { kind: "duration_literal", ms: 0.25 },
      { kind: "size_literal", bytes: 65_536 },
      { kind: "string_literal", value: "a\u{1F600}A\n" },
      { kind: "string_literal", value: "it's" },
      { kind: "name_value", name: { text: "a.b" } },
      { kind: "name_value", name: { text: "true" } },
    ]);
  });

  test("of methods tell messages, parameters and streams apart", () => {
    const text =
      "service S { a(); b(M); c(stream M); d(stream: bool = 1); e(stream): stream; f(): stream {}; g(): stream M; }";
    const [service] = read(text).declarations;
    const methods = (service as ServiceNode).members.map((member) => (member.kind === "method" ? member : undefined));
    expect(methods.map((method) => method?.parameters.kind)).toEqual([
      "no_parameters",
      "message_parameter",
      "message_parameter",
      "inline_parameters",
      "message_parameter",
      "no_parameters",
      "no_parameters",
    ]);
    expect(methods.map((method) => method?.parameters)).toMatchObject([
      {},
      { stream: false },
      { stream: true },
      {},
      { stream: false },
      {},
      {},
    ]);
    expect(methods.map((method) => method?.result?.stream)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      false,
      true,
      true,
    ]);
  });

  test("of exact numbers keep every digit", () => {
    expect(field("a: uint64 = 1 @max(18446744073709551615);").annotations[0]?.arguments[0]?.value).toMatchObject({
      value: 18446744073709551615n,
    });
  });

  test("exist for fields whose number is missing", () => {
    const { ast } = parse(createSourceFile("a.rpc", "message M { a: string; b?: int32 = 2; }"));
    const [first] = ast.declarations;
    expect((first as MessageNode).members).toMatchObject([
      { name: { text: "a" } },
      { name: { text: "b" }, number: { value: 2n } },
    ]);
    expect((first as MessageNode).members[0]).not.toHaveProperty("number");
  });
});

describe("doc comments", () => {
  const docOf = (before: string): string | undefined => message(`${before} message M {}`).doc;

  test("lose their markers", () => {
    expect(docOf("/** One line. */")).toBe("One line.");
    expect(docOf("/**\n * First.\n *\n *   indented  \n */")).toBe("First.\n\n  indented");
    expect(docOf("/// First.\r\n///  second\r\n")).toBe("First.\n second");
  });

  test("may stand between annotations and the declaration", () => {
    expect(docOf('@owner("x")\n/** Here. */\n')).toBe("Here.");
    expect(docOf('/** Here. */\n@owner("x")\n')).toBe("Here.");
  });

  test("are the last one of several", () => {
    expect(docOf("/** A licence. */\n\n/** The text. */")).toBe("The text.");
    expect(docOf("/** A licence. */\n/// The text.\n")).toBe("The text.");
  });

  test("are not ordinary comments, empty ones or dividers", () => {
    for (const text of ["// no\n", "/* no */", "/**/", "//// no\n", "/*** no */", "/** */"])
      expect(docOf(text)).toBeUndefined();
  });

  test("behind a statement do not belong to the next one", () => {
    const { members } = message("message M {\n a: string = 1; /** about a */\n b: string = 2;\n}");
    expect(members.map((member) => (member.kind === "field" ? member.doc : "?"))).toEqual([undefined, undefined]);
  });

  test("are found in members, parameters and enum members", () => {
    const ast = read("enum E { /** zero */ a = 0; }\nservice S { /** m */ m(/** p */ a: string = 1); }");
    expect(
      JSON.stringify(ast, (key, value: unknown) =>
        key === "span" ? undefined : typeof value === "bigint" ? 0 : value,
      ),
    ).toMatch(/"doc":"zero".*"doc":"m".*"doc":"p"/);
  });
});
