import { entry } from "./diagnostic.ts";
import { didYouMean, nameList } from "./phrases.ts";

const KINDS = { type: "type", error: "error", constant: "constant", annotation: "annotation" } as const;

/** Findings about names: RPC02xx. */
export const nameCatalog = {
  unknownName: entry<{
    readonly name: string;
    readonly expected: keyof typeof KINDS;
    readonly file: string;
    readonly help: readonly string[];
  }>({
    code: "RPC0201",
    severity: "error",
    title: "A name is not known",
    explanation:
      "A name is looked up among type parameters, the enclosing messages from the inside out, the declarations of the file, its imports, and the built-in types. Other files of the same package are not searched: what is used is imported.",
    clause: "2.2.1",
    text: ({ name, expected, file, help }) => ({
      message: `unknown ${KINDS[expected]} \`${name}\``,
      label: `no ${KINDS[expected]} of this name in ${file} or its imports`,
      help,
    }),
  }),
  duplicateDeclaration: entry<{ readonly name: string }>({
    code: "RPC0202",
    severity: "error",
    title: "A name is declared twice",
    explanation:
      "Messages, enums, unions, errors, services, types, constants and annotations of one scope share one set of names.",
    clause: "2.2.3",
    text: ({ name }) => ({
      message: `\`${name}\` is declared twice`,
      label: "declared again here",
      help: ["rename one of them, or remove it"],
    }),
  }),
  reservedName: entry<{ readonly name: string; readonly owner: string }>({
    code: "RPC0207",
    severity: "error",
    title: "A reserved name is used",
    explanation: "A reserved name belonged to a member that was removed. JSON texts and callers may still use it.",
    clause: "2.3.3",
    text: ({ name, owner }) => ({
      message: `the name \`${name}\` is reserved in \`${owner}\``,
      label: "may not be used again",
      help: ["choose another name"],
    }),
  }),
  duplicateMember: entry<{ readonly name: string; readonly owner: string; readonly what: string }>({
    code: "RPC0208",
    severity: "error",
    title: "Two members have one name",
    explanation:
      "The fields and oneofs of a message, the members of an enum, and the methods of a service have names of their own.",
    clause: "2.2.3",
    text: ({ name, owner, what }) => ({
      message: `\`${owner}\` has two ${what} named \`${name}\``,
      label: "named again here",
      help: ["rename one of them"],
    }),
  }),
  wireNameClash: entry<{ readonly name: string; readonly other: string; readonly wireName: string }>({
    code: "RPC0209",
    severity: "error",
    title: "Two members have one name in protobuf",
    explanation:
      "Field names become snake_case, enum members UPPER_SNAKE_CASE and methods PascalCase in protobuf. Names that differ in the schema must still differ there.",
    clause: "2.2.5",
    text: ({ name, other, wireName }) => ({
      message: `\`${name}\` and \`${other}\` are both \`${wireName}\` in protobuf`,
      label: `also \`${wireName}\``,
      help: ['rename one of them, or give it a name of its own:  @proto.name("…")'],
    }),
  }),
  jsonNameClash: entry<{ readonly name: string; readonly other: string; readonly jsonName: string }>({
    code: "RPC0210",
    severity: "error",
    title: "Two fields have one name in JSON",
    explanation: "The JSON name of a field is its protobuf name in lowerCamelCase, or what `@json` says.",
    clause: "2.2.5",
    text: ({ name, other, jsonName }) => ({
      message: `\`${name}\` and \`${other}\` are both \`${jsonName}\` in JSON`,
      label: `also \`${jsonName}\``,
      help: ['rename one of them, or give it a name of its own:  @json("…")'],
    }),
  }),
  unusedImport: entry<{ readonly name: string }>({
    code: "RPC0216",
    severity: "warning",
    title: "An import is not used",
    explanation: "Nothing in the file refers to the imported name.",
    clause: "2.2.4",
    text: ({ name }) => ({ message: `\`${name}\` is imported but not used`, help: ["remove it"] }),
  }),
  importedNameMissing: entry<{ readonly name: string; readonly from: string; readonly suggestion: string | undefined }>(
    {
      code: "RPC0217",
      severity: "error",
      title: "A file does not declare what is imported from it",
      explanation: "An import names what the other file declares or passes on by `export`.",
      clause: "2.2.4",
      text: ({ name, from, suggestion }) => ({
        message: `\`${from}\` has no \`${name}\``,
        label: "not declared or exported there",
        help: didYouMean(suggestion),
      }),
    },
  ),
  importConflict: entry<{ readonly name: string }>({
    code: "RPC0218",
    severity: "error",
    title: "An imported name is taken",
    explanation: "Imports and declarations of a file share one set of names.",
    clause: "2.2.4",
    text: ({ name }) => ({
      message: `the name \`${name}\` is taken`,
      label: "imported here",
      help: [`import it under another name:  ${name} as Other${name}`],
    }),
  }),
  exportConflict: entry<{ readonly name: string }>({
    code: "RPC0219",
    severity: "error",
    title: "A file offers two things of one name",
    explanation: "What a file declares, and what it passes on by `export`, share one set of names.",
    clause: "2.2.4",
    text: ({ name }) => ({
      message: `\`${name}\` is exported twice`,
      label: "exported again here",
      help: [`export it under another name:  ${name} as Other${name}`],
    }),
  }),
  packageNameClash: entry<{ readonly fullName: string }>({
    code: "RPC0220",
    severity: "error",
    title: "Two files of a package declare one name",
    explanation: "Names on the wire are package and name. Two files of one package may not declare the same name.",
    clause: "2.1.3",
    text: ({ fullName }) => ({
      message: `\`${fullName}\` is declared in two files`,
      label: "declared again here",
      help: ["rename one of them, or give the files packages of their own"],
    }),
  }),
  unknownMember: entry<{
    readonly name: string;
    readonly container: string;
    readonly suggestion: string | undefined;
    readonly file: boolean;
  }>({
    code: "RPC0221",
    severity: "error",
    title: "A file or declaration has no such name in it",
    explanation:
      "`a.b` is the declaration `b` of the file imported as `a`, or the type `b` declared inside the message `a`.",
    clause: "2.2.2",
    text: ({ name, container, suggestion, file }) => ({
      message: `\`${container}\` has no \`${name}\``,
      label: file ? "not declared in that file" : "not declared in there",
      help: didYouMean(suggestion),
    }),
  }),
  notAType: entry<{ readonly name: string; readonly is: string }>({
    code: "RPC0222",
    severity: "error",
    title: "Something that is not a type stands for one",
    explanation:
      "Fields, parameters and results have types: messages, enums, unions, aliases and built-in types. Errors are thrown, not stored.",
    clause: "2.5.1",
    text: ({ name, is }) => ({ message: `\`${name}\` is ${is}, not a type`, label: "a type is needed here" }),
  }),
  builtinNameDeclared: entry<{ readonly name: string }>({
    code: "RPC0223",
    severity: "error",
    title: "A declaration has the name of a built-in type",
    explanation: "The names of built-in types always mean those types.",
    clause: "2.2.3",
    text: ({ name }) => ({
      message: `\`${name}\` is a built-in type and cannot be declared`,
      label: "taken",
      help: ["choose another name"],
    }),
  }),
  forbiddenName: entry<{ readonly name: string }>({
    code: "RPC0224",
    severity: "error",
    title: "A name cannot be used in JavaScript",
    explanation:
      "`__proto__` in an object sets its prototype instead of a property. No spelling of the generated code would be safe for every user of the object.",
    clause: "2.2.6",
    text: ({ name }) => ({
      message: `\`${name}\` cannot be the name of a property in JavaScript`,
      label: "sets the prototype of an object",
      help: [`choose another name, and keep the old one on the wire if need be:  @proto.name("${name}")`],
    }),
  }),
  outputNameClash: entry<{ readonly name: string; readonly what: string; readonly other: string }>({
    code: "RPC0225",
    severity: "error",
    title: "Two things have one name in TypeScript",
    explanation:
      "Nested types, inline parameters and results, oneofs and instances of generics get TypeScript names that are joined by `_`. Another declaration of the file may not have such a name.",
    clause: "2.2.6",
    text: ({ name, what, other }) => ({
      message: `${what} and ${other} are both \`${name}\` in TypeScript`,
      label: `also \`${name}\``,
      help: ["rename one of them"],
    }),
  }),
  constantCycle: entry<{ readonly path: readonly string[] }>({
    code: "RPC0226",
    severity: "error",
    title: "A constant depends on itself",
    explanation: "The value of a constant may use other constants, but not in a circle.",
    clause: "2.9.2",
    text: ({ path }) => ({ message: `constant \`${path[0] ?? ""}\` depends on itself`, label: path.join(" -> ") }),
  }),
  aliasCycle: entry<{ readonly path: readonly string[] }>({
    code: "RPC0227",
    severity: "error",
    title: "A type alias depends on itself",
    explanation:
      "An alias is another name for a type; a circle of aliases names nothing. A message may refer to itself.",
    clause: "2.5.3",
    text: ({ path }) => ({
      message: `type \`${path[0] ?? ""}\` depends on itself`,
      label: path.join(" -> "),
      help: ["make it a message if it is meant to be recursive"],
    }),
  }),
  outerTypeParameter: entry<{ readonly name: string; readonly owner: string }>({
    code: "RPC0228",
    severity: "error",
    title: "A nested type uses a type parameter of the message around it",
    explanation: "A type that is declared inside a generic message is one type, not one for each use of the message.",
    clause: "2.8.2",
    text: ({ name, owner }) => ({
      message: `the type parameter \`${name}\` of \`${owner}\` cannot be used in a type declared inside it`,
      help: ["declare the inner type at the top of the file, with type parameters of its own"],
    }),
  }),
  notAValue: entry<{ readonly name: string }>({
    code: "RPC0229",
    severity: "error",
    title: "A name does not stand for a value",
    explanation: "Values are literals, constants, members of enums, `true` and `false`.",
    clause: "2.9.1",
    text: ({ name }) => ({
      message: `\`${name}\` is not a value`,
      label: "a constant or a member of an enum is needed here",
    }),
  }),
  unknownEnumMember: entry<{
    readonly name: string;
    readonly enum: string;
    readonly suggestion: string | undefined;
    readonly members: readonly string[];
  }>({
    code: "RPC0230",
    severity: "error",
    title: "An enum has no such member",
    explanation: "Where a value of an enum is wanted, its members may stand without the name of the enum.",
    clause: "2.9.3",
    text: ({ name, enum: owner, suggestion, members }) => ({
      message: `enum \`${owner}\` has no member \`${name}\``,
      help: suggestion === undefined ? [`its members are ${nameList(members.slice(0, 8))}`] : didYouMean(suggestion),
    }),
  }),
  unknownWord: entry<{
    readonly name: string;
    readonly words: readonly string[];
    readonly suggestion: string | undefined;
  }>({
    code: "RPC0231",
    severity: "error",
    title: "A word is not one of those that may stand here",
    explanation: "Some annotations take words of a fixed list, such as status codes.",
    clause: "2.9.4",
    text: ({ name, words, suggestion }) => ({
      message: `\`${name}\` is not one of the words that may stand here`,
      help: suggestion === undefined ? [`use ${nameList(words, "or")}`] : didYouMean(suggestion),
    }),
  }),
  unknownEdition: entry<{ readonly found: bigint }>({
    code: "RPC0232",
    severity: "error",
    title: "A file is of an edition that is not known",
    explanation: "The edition says which rules a file is written by. This compiler knows edition 2026.",
    clause: "2.1.2",
    text: ({ found }) => ({
      message: `edition ${found} is not known`,
      label: "this compiler knows edition 2026",
      help: ["write  edition 2026;  or use a newer rpcgen"],
    }),
  }),
  chainTooLong: entry<{ readonly name: string; readonly limit: number }>({
    code: "RPC0233",
    severity: "error",
    title: "A name stands for a name that stands for a name, and so on",
    explanation:
      "Aliases, constants and sets of errors may refer to others of their kind, but not through more than 64 of them.",
    clause: "2.2.7",
    text: ({ name, limit }) => ({
      message: `\`${name}\` stands at the end of a chain of more than ${limit} names`,
      help: ["refer to what is meant directly"],
    }),
  }),
};
