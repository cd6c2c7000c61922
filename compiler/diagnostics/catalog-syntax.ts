import { foreignCatalog } from "./catalog-foreign.ts";
import { type CatalogEntry, entry } from "./diagnostic.ts";

/** What can be wrong with the text of a schema: clauses of part 1 of LANGUAGE.md. */
export const syntaxCatalog = {
  ...foreignCatalog,
  unexpected: entry<{ found: string; expected: string; help?: string }>({
    code: "RPC0101",
    severity: "error",
    title: "Something else was expected here",
    explanation:
      "The text does not continue the way the construct it stands in goes on; the message names what would fit. The statement is skipped, so nothing inside it is checked until this is mended.",
    clause: "1.6.1",
    text: ({ found, expected, help }) => ({
      message: `expected ${expected}, found ${found}`,
      help: help === undefined ? [] : [help],
    }),
  }),
  missingSemicolon: entry<{ after: string }>({
    code: "RPC0102",
    severity: "error",
    title: "A statement without its `;`",
    explanation:
      "Fields, methods, enum members and one-line declarations end with `;`. The end of a line does not end a statement.",
    clause: "1.6.2",
    text: ({ after }) => ({ message: `expected \`;\` after ${after}`, label: "help: add `;`" }),
  }),
  commaForSemicolon: entry<{ after: string }>({
    code: "RPC0103",
    severity: "error",
    title: "A `,` where a `;` belongs",
    explanation:
      "Members of a block end with `;`. Commas separate parameters, type arguments and the values of a list.",
    clause: "1.6.2",
    text: ({ after }) => ({ message: `${after} ends with \`;\`, not with \`,\``, label: "help: write `;`" }),
  }),
  missingBrace: entry<{ owner: string }>({
    code: "RPC0104",
    severity: "error",
    title: "A block that is never closed",
    explanation:
      "A `{` has no `}`. Where the `}` was expected is told from the indentation of the lines; the rest of the file is read as if it stood there.",
    clause: "1.6.3",
    text: ({ owner }) => ({ message: `the block of ${owner} is not closed`, label: "help: add `}`" }),
  }),
  extraBrace: entry<object>({
    code: "RPC0105",
    severity: "error",
    title: "A `}` that closes nothing",
    explanation: "There is a `}` more than there are `{` before it.",
    clause: "1.6.3",
    text: () => ({ message: "this `}` closes nothing", label: "help: remove it" }),
  }),
  needlessSemicolon: entry<object>({
    code: "RPC0106",
    severity: "error",
    title: "A `;` that ends nothing",
    explanation:
      "A block ends with its `}` and an empty statement does not exist, so the `;` has nothing to end. Only a `oneof` has a `;` behind its `}`, because it is a field.",
    clause: "1.6.2",
    text: () => ({ message: "this `;` ends nothing", label: "help: remove it" }),
  }),
  missingNumber: entry<{ what: string; name: string; number: string }>({
    code: "RPC0107",
    severity: "error",
    title: "A field, parameter or enum member without a number",
    explanation:
      "Every field, inline parameter and enum member has a number that the author chose: it is what travels, so it must never change by itself. The suggestion is the next number that is free.",
    clause: "1.7.2",
    text: ({ what, name, number }) => ({
      message: `${what} \`${name}\` has no number`,
      label: `help: add \`= ${number}\``,
      help: [`the next free number is ${number}`],
    }),
  }),
  missingToken: entry<{ missing: string; before: string }>({
    code: "RPC0108",
    severity: "error",
    title: "Something is missing here",
    explanation: "One sign or word is missing; with it the text would read on.",
    clause: "1.6.1",
    text: ({ missing, before }) => ({ message: `expected ${missing} before ${before}`, label: `help: add ${missing}` }),
  }),
  wrongToken: entry<{ found: string; wanted: string }>({
    code: "RPC0109",
    severity: "error",
    title: "One sign or word in the place of another",
    explanation: "With the expected sign or word in its place the text would read on.",
    clause: "1.6.1",
    text: ({ found, wanted }) => ({ message: `expected ${wanted}, found ${found}`, label: `help: write ${wanted}` }),
  }),
  unknownDeclaration: entry<{ word: string; suggestion?: string }>({
    code: "RPC0120",
    severity: "error",
    title: "An unknown word at the top level",
    explanation: "Only declarations, imports and exports may stand at the top level of a schema.",
    clause: "1.6.7",
    text: ({ word, suggestion }) => ({
      message: `unknown declaration \`${word}\``,
      ...(suggestion === undefined ? {} : { label: `help: did you mean \`${suggestion}\`?` }),
      help:
        suggestion === undefined
          ? ["a declaration starts with message, enum, union, error, errors, service, type, const or annotation"]
          : [],
    }),
  }),
  misplacedQuestion: entry<{ name: string }>({
    code: "RPC0122",
    severity: "error",
    title: "A `?` behind the type",
    explanation: "The field is optional, not its type, so the `?` stands behind the name as in TypeScript.",
    clause: "1.7.1",
    text: ({ name }) => ({
      message: "`?` stands behind the name, not behind the type",
      help: [`write  ${name}?: ...`],
    }),
  }),
  valueForNumber: entry<{ what: string; value: string; number: string }>({
    code: "RPC0123",
    severity: "error",
    title: "A value where the number belongs",
    explanation:
      "Behind `=` stands the number that identifies the field on the wire, not a default value. A default is said with `@default(...)`.",
    clause: "1.7.1",
    text: ({ what, value, number }) => ({
      message: `the number of ${what} stands behind \`=\`, not a value`,
      help: value === "" ? [`write  = ${number}`] : [`write  = ${number} @default(${value})`],
    }),
  }),
  misplacedDeclaration: entry<{ what: string; where: string; help?: string }>({
    code: "RPC0124",
    severity: "error",
    title: "A declaration inside a block",
    explanation:
      "Only `message`, `enum` and `union` can be declared inside a block of fields; all others stand at the top level.",
    clause: "1.7.4",
    text: ({ what, where, help }) => ({
      message: `${what} cannot be declared in ${where}`,
      help: [help ?? "move it to the top level of the file"],
    }),
  }),
  methodShape: entry<{ name: string; rewritten: string }>({
    code: "RPC0125",
    severity: "error",
    title: "A method without parentheses",
    explanation: "A method always has parentheses, also without parameters; that tells it from a field.",
    clause: "1.11.1",
    text: ({ name, rewritten }) => ({
      message: `method \`${name}\` has no parentheses`,
      help: [`write  ${rewritten}`],
    }),
  }),
  methodBody: entry<object>({
    code: "RPC0126",
    severity: "error",
    title: "A method with a body",
    explanation: "A schema says what a method takes and gives, not how; handlers are written in TypeScript.",
    clause: "1.11.1",
    text: () => ({ message: "a method has no body here", label: "help: write `;`" }),
  }),
  listSeparator: entry<{ what: string }>({
    code: "RPC0127",
    severity: "error",
    title: "A `,` between errors or targets",
    explanation:
      "Errors after `throws`, in an error set, and the targets of an annotation are alternatives, so they are joined with `|`.",
    clause: "1.10.2",
    text: ({ what }) => ({ message: `${what} are joined with \`|\``, label: "help: write `|`" }),
  }),
  trailingComma: entry<{ closer: string }>({
    code: "RPC0128",
    severity: "error",
    title: "A `,` behind the last item",
    explanation: "Lists have commas between their items only.",
    clause: "1.13.2",
    text: ({ closer }) => ({ message: `nothing follows this \`,\` but \`${closer}\``, label: "help: remove it" }),
  }),
  danglingAnnotation: entry<{ why: string }>({
    code: "RPC0129",
    severity: "error",
    title: "An annotation that belongs to nothing",
    explanation:
      "Annotations stand before a declaration, member or parameter, or behind a field, enum member, parameter or type alias before its `;`. Imports, exports and the package have none.",
    clause: "1.13.1",
    text: ({ why }) => ({ message: `this annotation belongs to nothing: ${why}` }),
  }),
  unterminatedString: entry<{ quote: string }>({
    code: "RPC0130",
    severity: "error",
    title: "A string without its closing quote",
    explanation: "A string ends on the line on which it starts. A line break inside a string is written `\\n`.",
    clause: "1.5.1",
    text: ({ quote }) => ({ message: "this string has no closing quote", label: `help: add \`${quote}\`` }),
  }),
  unterminatedComment: entry<object>({
    code: "RPC0131",
    severity: "error",
    title: "A block comment without its end",
    explanation: "A comment that starts with `/*` runs to the next `*/`. Block comments do not nest.",
    clause: "1.2.1",
    text: () => ({ message: "this comment has no end", help: ["add `*/` where it should end"] }),
  }),
  badEscape: entry<{ text: string; help: string }>({
    code: "RPC0132",
    severity: "error",
    title: "An escape that does not exist",
    explanation:
      "The escapes are `\\\" \\' \\\\ \\/ \\b \\f \\n \\r \\t \\0 \\xHH \\uHHHH \\u{H...}`; a backslash itself is written `\\\\`.",
    clause: "1.5.1",
    text: ({ text, help }) => ({ message: `\`${text}\` is not an escape`, help: [help] }),
  }),
  badNumber: entry<{ text: string; help: string }>({
    code: "RPC0133",
    severity: "error",
    title: "Not a number",
    explanation:
      "Numbers are decimal (`12`, `-1`), hexadecimal (`0xff`), with a fraction or exponent (`1.5`, `2e9`), durations (`500ms`, units us ms s m h d) or sizes (`64KiB`, units B KiB MiB GiB). They have no leading zeros, no `_` and no other suffix.",
    clause: "1.4.1",
    text: ({ text, help }) => ({ message: `\`${text}\` is not a number`, help: [help] }),
  }),
  strayCharacter: entry<{ shown: string; help?: string }>({
    code: "RPC0134",
    severity: "error",
    title: "A character that does not belong here",
    explanation:
      "Outside strings and comments a schema consists of ASCII letters, digits, `_`, white space and the signs of the language.",
    clause: "1.1.1",
    text: ({ shown, help }) => ({ message: `${shown} cannot stand here`, help: help === undefined ? [] : [help] }),
  }),
  badName: entry<{ name: string; why: string; suggestion: string }>({
    code: "RPC0135",
    severity: "error",
    title: "Not a name",
    explanation: "A name is made of ASCII letters, digits and `_`, and does not start with a digit.",
    clause: "1.3.1",
    text: ({ name, why, suggestion }) => ({
      message: `\`${name}\` is not a name: ${why}`,
      label: `help: write \`${suggestion}\``,
    }),
  }),
  longName: entry<{ length: number }>({
    code: "RPC0136",
    severity: "error",
    title: "A name of more than 128 characters",
    explanation: "Names have at most 128 characters.",
    clause: "1.3.1",
    text: ({ length }) => ({ message: `this name has ${length} characters; the limit is 128` }),
  }),
  tooDeep: entry<object>({
    code: "RPC0137",
    severity: "error",
    title: "Nesting of more than 64 levels",
    explanation: "Blocks, brackets and type arguments nest at most 64 levels deep. The rest of the file is not read.",
    clause: "1.1.3",
    text: () => ({ message: "this is nested more than 64 levels deep", label: "level 65 starts here" }),
  }),
  tooLarge: entry<{ bytes: number }>({
    code: "RPC0138",
    severity: "error",
    title: "A file of more than 4 MiB",
    explanation:
      "A schema file has at most 4 MiB (4,194,304 bytes) of UTF-8. Split it into several files that import each other.",
    clause: "1.1.3",
    text: ({ bytes }) => ({
      message: `this file has ${bytes} bytes; the limit is 4194304 (4 MiB)`,
      help: ["split it into several files"],
    }),
  }),
  secondPackage: entry<object>({
    code: "RPC0141",
    severity: "error",
    title: "A second `package`",
    explanation: "A file belongs to one package.",
    clause: "1.6.5",
    text: () => ({ message: "a file has one package", label: "this is the second one" }),
  }),
  latePackage: entry<object>({
    code: "RPC0142",
    severity: "error",
    title: "A `package` behind declarations",
    explanation: "The package stands before imports and declarations, so that a reader sees it first.",
    clause: "1.6.5",
    text: () => ({ message: "the package stands before everything but the edition", label: "help: move it up" }),
  }),
  lateEdition: entry<object>({
    code: "RPC0143",
    severity: "error",
    title: "An `edition` that is not the first statement",
    explanation: "The edition decides how the rest of the file is read, so it is the first statement, once.",
    clause: "1.6.4",
    text: () => ({ message: "the edition is the first statement of a file", label: "help: move it up" }),
  }),
  mapArguments: entry<{ found: number }>({
    code: "RPC0144",
    severity: "error",
    title: "A map without key and value type",
    explanation: "A map has a key type and a value type: `map<string, int32>`.",
    clause: "1.7.3",
    text: ({ found }) => ({
      message: `\`map\` takes a key type and a value type, found ${found}`,
      help: ["write  map<string, Value>"],
    }),
  }),
} as const satisfies Record<string, CatalogEntry<never>>;
