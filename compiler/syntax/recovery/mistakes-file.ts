import { syntaxCatalog } from "../../diagnostics/catalog-syntax.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { decodeString } from "../literals.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { dropStatement } from "./mistakes-general.ts";
import { fixOf, headToken, is, isName, mend, type Recogniser, spanOver, textOver, virtualToken } from "./stuck.ts";

const { Keyword } = tokens;

/** `syntax = "proto3";` */
export const protoSyntax: Recogniser = (stuck) => {
  if (headToken(stuck, 0)?.image !== "syntax" || !is(headToken(stuck, 1), tokens.Equals)) return undefined;
  return dropStatement(stuck, (span) => ({
    entry: syntaxCatalog.protoSyntax,
    parameters: {},
    span,
    fix: fixOf("Write an edition", span, "edition 2026;"),
    start: 0,
  }));
};

/** `geo` for `./geo/geo.rpc`. */
function aliasFor(path: string): string {
  const base = (path.split("/").at(-1) ?? "").replace(/\.[^.]*$/, "");
  const name = base.replace(/[^A-Za-z0-9_]+(.)?/g, (_, letter?: string) => (letter ?? "").toUpperCase());
  return /^[A-Za-z_]/.test(name) ? name : "schema";
}

/** `import "a.proto";`, `import public "a.proto";` */
export const protoImport: Recogniser = (stuck) => {
  if (!is(headToken(stuck, 0), Keyword.import)) return undefined;
  const at = /^(?:public|weak)$/.test(headToken(stuck, 1)?.image ?? "") ? 2 : 1;
  const path = headToken(stuck, at);
  if (!is(path, tokens.Text)) return undefined;
  const value = decodeString(path.image).value;
  const alias = aliasFor(value);
  const span = spanOver(stuck, stuck.head, stuck.head + at + 1);
  const fix = fixOf("Name what comes in", span, `import * as ${alias} from ${path.image}`);
  const index = stuck.head + at;
  const named = [
    virtualToken(stuck, tokens.Star, index),
    virtualToken(stuck, Keyword.as, index),
    tokens.makeToken(tokens.Name, alias, path.startOffset),
  ];
  const insert = [...named, virtualToken(stuck, Keyword.from, index)];
  return mend({
    entry: syntaxCatalog.protoImport,
    parameters: { path: value, alias },
    span,
    fix,
    start: stuck.head + 1,
    remove: at - 1,
    insert,
  });
};

/** `import User from "./users.rpc";` */
export const defaultImport: Recogniser = (stuck) => {
  const name = headToken(stuck, 1);
  const path = headToken(stuck, 3);
  if (
    !is(headToken(stuck, 0), Keyword.import) ||
    !isName(name) ||
    headToken(stuck, 2)?.image !== "from" ||
    !is(path, tokens.Text)
  )
    return undefined;
  const span = spanOver(stuck, stuck.head + 1, stuck.head + 2);
  const fix = fixOf("Put it in braces", span, `{ ${name.image} }`);
  const insert = [
    virtualToken(stuck, tokens.OpenBrace, stuck.head + 1),
    name,
    virtualToken(stuck, tokens.CloseBrace, stuck.head + 2),
  ];
  const parameters = { name: name.image, path: decodeString(path.image).value };
  return mend({ entry: syntaxCatalog.defaultImport, parameters, span, fix, start: stuck.head + 1, remove: 1, insert });
};

interface Replacement {
  readonly keyword: tokens.KeywordText;
  readonly help: string;
}

const otherKeywords: ReadonlyMap<string, Replacement> = new Map([
  ["interface", { keyword: "message", help: "fields have numbers: `name: string = 1;`" }],
  ["class", { keyword: "message", help: "fields have numbers: `name: string = 1;`" }],
  ["struct", { keyword: "message", help: "" }],
  ["record", { keyword: "message", help: "" }],
  ["model", { keyword: "message", help: "" }],
  ["table", { keyword: "message", help: "" }],
  ["object", { keyword: "message", help: "" }],
  ["exception", { keyword: "error", help: "" }],
  ["oneof", { keyword: "union", help: "" }],
  ["variant", { keyword: "union", help: "" }],
  ["typedef", { keyword: "type", help: "an alias is written  type Name = string;" }],
  ["alias", { keyword: "type", help: "" }],
  ["namespace", { keyword: "package", help: "" }],
  ["module", { keyword: "package", help: "" }],
  ["let", { keyword: "const", help: "" }],
  ["var", { keyword: "const", help: "" }],
]);

/** `interface User { ... }` */
export const otherKeyword: Recogniser = (stuck) => {
  const token = headToken(stuck, 0);
  const known = otherKeywords.get(token?.image ?? "");
  if (token === undefined || known === undefined || !isName(headToken(stuck, 1))) return undefined;
  const { keyword, help } = known;
  const span = spanOver(stuck, stuck.head, stuck.head + 1);
  const insert = [tokens.makeToken(Keyword[keyword], token.image, token.startOffset)];
  const parameters = { word: token.image, keyword, help };
  return mend({
    entry: syntaxCatalog.otherKeyword,
    parameters,
    span,
    fix: fixOf(`Write \`${keyword}\``, span, keyword),
    start: stuck.head,
    remove: 1,
    insert,
  });
};

/** `type User = { ... };` */
export const objectType: Recogniser = (stuck) => {
  const keyword = headToken(stuck, 0);
  const name = headToken(stuck, 1);
  if (
    !is(keyword, Keyword.type) ||
    !is(headToken(stuck, 2), tokens.Equals) ||
    !is(headToken(stuck, 3), tokens.OpenBrace)
  )
    return undefined;
  const span = spanOver(stuck, stuck.head, stuck.head + 1);
  const edits = [
    { span, text: "message" },
    {
      span: { ...spanOver(stuck, stuck.head + 2, stuck.head + 3), end: headToken(stuck, 3)?.startOffset ?? span.end },
      text: "",
    },
  ];
  const insert = [
    tokens.makeToken(Keyword.message, keyword.image, keyword.startOffset),
    ...(name === undefined ? [] : [name]),
  ];
  const parameters = {
    word: "type",
    keyword: "message",
    help: "`type` gives a type another name; a block of fields is a message",
  };
  return mend({
    entry: syntaxCatalog.otherKeyword,
    parameters,
    span,
    fix: { title: "Write a message", edits },
    start: stuck.head,
    remove: 3,
    insert,
  });
};

const declarationWords: readonly tokens.KeywordText[] = [
  "message",
  "enum",
  "union",
  "error",
  "errors",
  "service",
  "type",
  "const",
  "annotation",
  "import",
  "export",
  "package",
  "edition",
  "open",
];

/** `mesage User { ... }`, and anything else that starts no declaration. */
export const unknownDeclaration: Recogniser = (stuck) => {
  const token = headToken(stuck, 0);
  if (!isName(token) || isDeclarationWord(token)) return undefined;
  const suggestion = isName(headToken(stuck, 1)) ? closest(token.image, declarationWords) : undefined;
  const keyword = declarationWords.find((word) => word === suggestion);
  const span = spanOver(stuck, stuck.head, stuck.head + 1);
  if (keyword === undefined)
    return dropStatement(stuck, () => ({
      entry: syntaxCatalog.unknownDeclaration,
      parameters: { word: token.image },
      span,
      start: 0,
    }));
  const insert = [tokens.makeToken(Keyword[keyword], token.image, token.startOffset)];
  const parameters = { word: token.image, suggestion: keyword };
  return mend({
    entry: syntaxCatalog.unknownDeclaration,
    parameters,
    span,
    fix: fixOf(`Write \`${keyword}\``, span, keyword),
    start: stuck.head,
    remove: 1,
    insert,
  });
};

function isDeclarationWord(token: Token): boolean {
  return declarationWords.some((word) => Keyword[word] === token.tokenType);
}

/** `edition 2026;` behind other statements. */
export const lateEdition: Recogniser = (stuck) => {
  if (!is(headToken(stuck, 0), Keyword.edition) || stuck.at > stuck.head) return undefined;
  return dropStatement(stuck, (span) => {
    const edits = [
      { span, text: "" },
      { span: { file: stuck.file, start: 0, end: 0 }, text: `${textOver(stuck, stuck.head, stuck.end)};\n` },
    ];
    return {
      entry: syntaxCatalog.lateEdition,
      parameters: {},
      span,
      fix: { title: "Move it to the top", edits },
      start: 0,
    };
  });
};
