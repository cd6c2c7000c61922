import ts from "typescript6";
import { describe, expect, test } from "vitest";
import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { renderSchema, schemaOf } from "../render.ts";

/** Marks every piece of schema text, so that it can be found in the output. */
const mark = "INJECTED";

const attacks = [
  `*/ ${mark}(); /*`,
  `"; ${mark}(); "`,
  `'; ${mark}(); '`,
  `\`; ${mark}(); \``,
  `\${${mark}()}`,
  `\n${mark}();\n`,
  `\r${mark}();`,
  `\u2028${mark}();\u2029`,
  `\u202e${mark}\u2066`,
  `\\"; ${mark}(); //`,
  `\\*/ ${mark}();`,
  `@ts-nocheck ${mark}`,
  `//# sourceMappingURL=${mark}`,
  `/// <reference path="${mark}" />`,
  `eslint-disable ${mark}`,
  `</script><script>${mark}()</script>`,
  `/;${mark}();/`,
  `]/;${mark}();[`,
];

/** A schema whose every text is `attack`. */
function attacked(attack: string): SchemaDescriptor {
  const schema = schemaOf({
    "test.rpc": `edition 2026; package acme.v1;
      /** DOC */ const LIMIT = "TEXT";
      /** DOC */ enum Kind { /** DOC */ unspecified = 0 @deprecated("TEXT"); }
      /** DOC */ message User {
        /** DOC */ name: string = 1 @default("TEXT") @deprecated("TEXT") @in(["TEXT"]) @check("this != 'TEXT'", "TEXT");
        /** DOC */ choice: oneof { /** DOC */ a: string = 2; };
      }
      /** DOC */ error Gone(not_found) { /** DOC */ id: string = 1; }
      /** DOC */ @deprecated("TEXT") service Users { /** DOC */ @auth("TEXT") get(User): User throws Gone; }`,
  });
  const json = JSON.stringify(schema);
  const text = JSON.stringify(attack).slice(1, -1);
  return JSON.parse(json.replaceAll("DOC", text).replaceAll("TEXT", text)) as SchemaDescriptor;
}

/** The tokens that hold the mark, as `kind: text`, when they are neither strings nor comments. */
function escapedTokens(text: string): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, text);
  const allowed = new Set([
    ts.SyntaxKind.StringLiteral,
    ts.SyntaxKind.SingleLineCommentTrivia,
    ts.SyntaxKind.MultiLineCommentTrivia,
  ]);
  const escaped: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (scanner.getTokenText().includes(mark) && !allowed.has(kind)) escaped.push(scanner.getTokenText());
  }
  return escaped;
}

function commentsIn(text: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, text);
  let comments = "";
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const isComment = kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia;
    if (isComment) comments += `${scanner.getTokenText()}\n`;
  }
  return comments;
}

describe("text from a schema", () => {
  test.each(attacks)("stays inside strings and comments: %j", (attack) => {
    const text = renderSchema(attacked(attack)).get("test.rpc.ts") ?? "";
    expect(text).toContain(mark);
    expect(escapedTokens(text)).toEqual([]);
    expect(text).not.toMatch(/[\u2028\u2029\u202a-\u202e\u2066-\u2069\r]/);
    expect(commentsIn(text)).not.toMatch(/(?<!\\)@ts-|(?<!\\)<reference|(?<!\\)# ?source|eslint-disable/);
    expect(ts.transpileModule(text, { reportDiagnostics: true }).diagnostics).toEqual([]);
  });

  test("becomes a regular expression only when it is one, inside its slashes", () => {
    const schema = schemaOf({
      "test.rpc": `edition 2026; package acme.v1; message User { name: string = 1 @pattern("^a/;${mark}();[/]$"); }`,
    });
    const text = renderSchema(schema).get("test.rpc.ts") ?? "";
    expect(text).toContain(`/^a\\/;${mark}();[/]$/u`);
  });

  test("is refused as a name when it is not an identifier", () => {
    const [file] = schemaOf({ "test.rpc": "edition 2026; package a; message User { name: string = 1; }" }).files;
    const broken = JSON.parse(JSON.stringify(file).replaceAll('"name":"name"', '"name":"x;y()"')) as FileDescriptor;
    expect(() => renderSchema({ files: [broken] })).toThrow(/not an identifier/);
  });
});
