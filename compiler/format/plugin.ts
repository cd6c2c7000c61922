import type { Plugin } from "prettier";
import { createSourceFile } from "../source/source-file.ts";
import { parse } from "../syntax/parse.ts";
import { commentPrinter } from "./comments.ts";
import { type AnyNode, childKeys, isNode } from "./nodes.ts";
import { printNode } from "./print-node.ts";
import type { NodePath, Print } from "./scene.ts";

/** Prettier's door to the `.rpc` language: the project's own parser, and a printer over its syntax tree. */
export const rpcPlugin: Plugin<AnyNode> = {
  languages: [{ name: "rpcgen schema", parsers: ["rpc"], extensions: [".rpc"] }],
  parsers: {
    rpc: {
      astFormat: "rpc",
      parse: (text) => syntaxTree(text),
      locStart: (node) => node.span.start,
      locEnd: (node) => node.span.end,
    },
  },
  printers: {
    rpc: {
      print: (path, options, print) => printNode(path as unknown as NodePath, options, print as Print),
      getVisitorKeys: (node) => childKeys(node),
      canAttachComment: (node) => isNode(node) && node.kind !== "file",
      ...commentPrinter,
    },
  },
};

/** The tree as prettier wants it: one list of statements in order, comments at the root. */
function syntaxTree(text: string): AnyNode {
  const { ast, diagnostics } = parse(createSourceFile("schema.rpc", text));
  const [problem] = diagnostics;
  if (problem !== undefined) throw new SyntaxError(problem.message);
  const edition = ast.edition === undefined ? [] : [{ kind: "edition", ...ast.edition }];
  const statements = [...edition, ast.package, ...ast.imports, ...ast.exports, ...ast.declarations]
    .filter((statement) => statement !== undefined)
    .sort((left, right) => left.span.start - right.span.start);
  return { kind: "file", span: { ...ast.span, start: 0, end: text.length }, statements, comments: [...ast.comments] };
}
