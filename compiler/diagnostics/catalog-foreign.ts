import { type CatalogEntry, entry } from "./diagnostic.ts";

/** What is right in other languages, Protobuf and TypeScript first of all. */
export const foreignCatalog = {
  protoField: entry<{ rewritten: string }>({
    code: "RPC0110",
    severity: "error",
    title: "A field in .proto order",
    explanation:
      "In `.rpc` a field is written as in TypeScript: name, `:`, type, then `=` and its number. `optional` becomes `?`, `repeated` becomes `[]`.",
    clause: "1.7.1",
    text: ({ rewritten }) => ({
      message: "this is .proto syntax; in .rpc the name comes first",
      help: [`write  ${rewritten}`],
    }),
  }),
  protoMethod: entry<{ rewritten: string }>({
    code: "RPC0111",
    severity: "error",
    title: "A method in .proto style",
    explanation:
      "A method has no `rpc` before it and no `returns` behind it: it is written like a TypeScript method signature.",
    clause: "1.11.1",
    text: ({ rewritten }) => ({
      message: "this is .proto syntax; a method is written like a TypeScript signature",
      help: [`write  ${rewritten}`],
    }),
  }),
  modifier: entry<{ word: string; advice: string }>({
    code: "RPC0112",
    severity: "error",
    title: "A modifier before a field or method",
    explanation:
      "There are no modifiers. An optional field has `?` behind its name, a list has `[]` behind its type, a field that must be sent has `@required`; access is not a matter of a schema.",
    clause: "1.7.1",
    text: ({ word, advice }) => ({ message: `\`${word}\` is not a word of .rpc`, help: [advice] }),
  }),
  protoSyntax: entry<object>({
    code: "RPC0113",
    severity: "error",
    title: "A `syntax` statement",
    explanation:
      '`syntax = "proto3";` belongs to `.proto` files. A schema may start with `edition 2026;`, and without one has the edition of its compiler.',
    clause: "1.6.4",
    text: () => ({ message: "`syntax` belongs to .proto files", help: ["write  edition 2026;", "or leave it out"] }),
  }),
  protoOption: entry<{ name: string }>({
    code: "RPC0114",
    severity: "error",
    title: "An `option` statement",
    explanation:
      "What `.proto` files say with `option` is said with annotations in front of a declaration or behind a field. Options of other tools have no meaning for the generated TypeScript and can be left out.",
    clause: "1.13.1",
    text: ({ name }) => ({
      message: `\`option ${name}\` is .proto syntax`,
      help: ["say it with an annotation, such as `@deprecated`, or leave it out"],
    }),
  }),
  protoOneof: entry<{ rewritten: string }>({
    code: "RPC0115",
    severity: "error",
    title: "A `oneof` in .proto style",
    explanation:
      "A `oneof` is a field whose type is the choice, so that it has a name and can be optional: `contact?: oneof { ... };`.",
    clause: "1.8.1",
    text: ({ rewritten }) => ({
      message: "this is .proto syntax; a `oneof` is the type of a field",
      help: [`write  ${rewritten}`],
    }),
  }),
  protoImport: entry<{ path: string; alias: string }>({
    code: "RPC0116",
    severity: "error",
    title: "An import that names nothing",
    explanation: "An import says which names it brings in, or gives the whole file a name: names never come in unseen.",
    clause: "1.6.6",
    text: ({ path, alias }) => ({
      message: "an import says what it brings in",
      help: [`write  import * as ${alias} from "${path}";`, `or     import { Name } from "${path}";`],
    }),
  }),
  protoOnly: entry<{ word: string; advice: string }>({
    code: "RPC0117",
    severity: "error",
    title: "A .proto construct without a counterpart",
    explanation: "The construct exists in `.proto` files only.",
    clause: "1.6.7",
    text: ({ word, advice }) => ({ message: `\`${word}\` does not exist in .rpc`, help: [advice] }),
  }),
  protoRange: entry<{ rewritten: string }>({
    code: "RPC0118",
    severity: "error",
    title: "A range written with `to`",
    explanation: "A range of reserved numbers is written with two dots, and `max` stands for the highest number.",
    clause: "1.7.6",
    text: ({ rewritten }) => ({ message: "a range is written with `..`", help: [`write  ${rewritten}`] }),
  }),
  otherKeyword: entry<{ word: string; keyword: string; help: string }>({
    code: "RPC0119",
    severity: "error",
    title: "A declaration word of another language",
    explanation:
      "Declarations start with `message`, `enum`, `union`, `error`, `errors`, `service`, `type`, `const` or `annotation`. The block is read as if the right word stood there.",
    clause: "1.6.7",
    text: ({ word, keyword, help }) => ({
      message: `\`${word}\` is not a declaration of .rpc`,
      label: `help: write \`${keyword}\``,
      help: help === "" ? [] : [help],
    }),
  }),
  unionType: entry<{ help: readonly string[] }>({
    code: "RPC0121",
    severity: "error",
    title: "A TypeScript union as a type",
    explanation:
      "A field has one type. What may be absent has a `?` behind its name; a choice between types is a `oneof` with a number for each case.",
    clause: "1.7.3",
    text: ({ help }) => ({ message: "a field has one type", label: "`|` does not join types", help }),
  }),
  hashComment: entry<object>({
    code: "RPC0139",
    severity: "error",
    title: "A comment that starts with `#`",
    explanation: "Comments start with `//`, or stand between `/*` and `*/`.",
    clause: "1.2.1",
    text: () => ({ message: "a comment starts with `//`", label: "help: write `//`" }),
  }),
  arrow: entry<{ arrow: string }>({
    code: "RPC0140",
    severity: "error",
    title: "An arrow before a result",
    explanation: "The result of a method stands behind a `:`, as in a TypeScript method signature.",
    clause: "1.11.1",
    text: ({ arrow }) => ({
      message: `the result stands behind \`:\`, not behind \`${arrow}\``,
      label: "help: write `:`",
    }),
  }),
  defaultImport: entry<{ name: string; path: string }>({
    code: "RPC0145",
    severity: "error",
    title: "A default import",
    explanation:
      "Schemas have no default export: an import names what it takes in braces, or names the whole file with `* as`.",
    clause: "1.6.6",
    text: ({ name, path }) => ({
      message: "a schema has no default export",
      help: [`write  import { ${name} } from "${path}";`, `or     import * as ${name} from "${path}";`],
    }),
  }),
  severalMessages: entry<object>({
    code: "RPC0146",
    severity: "error",
    title: "Several request messages",
    explanation: "A method takes one message, or inline parameters that have a name, a type and a number each.",
    clause: "1.11.2",
    text: () => ({
      message: "a method takes one message, or parameters with names and numbers",
      help: ["write  (first: A = 1, second: B = 2)"],
    }),
  }),
} as const satisfies Record<string, CatalogEntry<never>>;
