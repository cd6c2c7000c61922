import { entry } from "./diagnostic.ts";
import { didYouMean, nameList } from "./phrases.ts";

const TARGET_WORDS: Readonly<Record<string, string>> = {
  message: "messages",
  field: "fields",
  oneof: "oneofs",
  enum: "enums",
  member: "enum members",
  union: "unions",
  error: "errors",
  errors: "sets of errors",
  service: "services",
  method: "methods",
  type: "types",
  const: "constants",
  annotation: "annotations",
  reserved: "reserved members",
};

function targetText(targets: readonly string[]): string {
  const words = targets.map((target) => TARGET_WORDS[target] ?? target);
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} and ${last}`;
}

function argumentText(parameter: string | undefined): string {
  return parameter === undefined ? "the argument" : `\`${parameter}\``;
}

/** Findings about how annotations are declared and used, and what is written in them: RPC031x to RPC033x. */
export const annotationCatalog = {
  unknownAnnotation: entry<{
    readonly name: string;
    readonly suggestion: string | undefined;
    readonly target: string;
  }>({
    code: "RPC0311",
    severity: "error",
    title: "An annotation is not known",
    explanation: "Annotations are the standard ones, and those that the file declares or imports by `annotation`.",
    clause: "2.10.1",
    text: ({ name, suggestion, target }) => ({
      message: `unknown annotation \`@${name}\``,
      help:
        suggestion === undefined ? [`declare it:  annotation ${name}(…) on ${target};`] : didYouMean(suggestion, "@"),
    }),
  }),
  annotationTarget: entry<{ readonly name: string; readonly target: string; readonly targets: readonly string[] }>({
    code: "RPC0312",
    severity: "error",
    title: "An annotation stands on the wrong kind of thing",
    explanation: "Each annotation has a list of what it may stand on.",
    clause: "2.10.2",
    text: ({ name, target, targets }) => ({
      message: `\`@${name}\` cannot stand on ${TARGET_WORDS[target] ?? target}`,
      label: `is for ${targetText(targets)}`,
    }),
  }),
  annotationRepeated: entry<{ readonly name: string }>({
    code: "RPC0313",
    severity: "error",
    title: "An annotation is repeated",
    explanation: "Most annotations say one thing about their target, and are given once.",
    clause: "2.10.3",
    text: ({ name }) => ({
      message: `\`@${name}\` is given twice`,
      label: "given again here",
      help: ["remove one of them"],
    }),
  }),
  unknownArgument: entry<{
    readonly annotation: string;
    readonly name: string;
    readonly suggestion: string | undefined;
    readonly parameters: readonly string[];
  }>({
    code: "RPC0314",
    severity: "error",
    title: "An annotation has no such parameter",
    explanation: "Arguments are given by position or by the name of a parameter.",
    clause: "2.10.4",
    text: ({ annotation, name, suggestion, parameters }) => ({
      message: `\`@${annotation}\` has no parameter \`${name}\``,
      help:
        suggestion !== undefined
          ? didYouMean(suggestion)
          : [parameters.length === 0 ? "it takes no arguments" : `it has ${nameList(parameters)}`],
    }),
  }),
  missingArgument: entry<{ readonly annotation: string; readonly missing: readonly string[] }>({
    code: "RPC0315",
    severity: "error",
    title: "An annotation lacks an argument",
    explanation: "Parameters without `?` need an argument.",
    clause: "2.10.4",
    text: ({ annotation, missing }) => ({
      message: `\`@${annotation}\` needs ${nameList(missing)}`,
      label: missing.length === 1 ? "an argument is missing" : "arguments are missing",
      help: [`write  @${annotation}(${missing.map((name) => `${name}: …`).join(", ")})`],
    }),
  }),
  tooManyArguments: entry<{ readonly annotation: string; readonly parameters: readonly string[] }>({
    code: "RPC0316",
    severity: "error",
    title: "An annotation has too many arguments",
    explanation: "There are more arguments than parameters.",
    clause: "2.10.4",
    text: ({ annotation, parameters }) => ({
      message: `\`@${annotation}\` takes ${parameters.length === 0 ? "no arguments" : `only ${nameList(parameters)}`}`,
      label: "one too many",
      help: ["remove it"],
    }),
  }),
  argumentType: entry<{
    readonly annotation: string;
    /** Absent when there is only one. */
    readonly parameter?: string;
    readonly expected: string;
  }>({
    code: "RPC0317",
    severity: "error",
    title: "An argument is of the wrong type",
    explanation:
      "Arguments are checked against the types of their parameters; those of constraints against the type of the field.",
    clause: "2.10.5",
    text: ({ annotation, parameter, expected }) => ({
      message: `${argumentText(parameter)} of \`@${annotation}\` is not what is needed`,
      label: `${expected} is needed here`,
    }),
  }),
  argumentRange: entry<{ readonly annotation: string; readonly parameter?: string; readonly expected: string }>({
    code: "RPC0318",
    severity: "error",
    title: "An argument is out of range",
    explanation: "Some parameters are bounded, because a larger value would do harm or has no meaning.",
    clause: "2.10.5",
    text: ({ annotation, parameter, expected }) => ({
      message: `${argumentText(parameter)} of \`@${annotation}\` is out of range`,
      label: `may be ${expected}`,
    }),
  }),
  argumentRepeated: entry<{ readonly annotation: string; readonly name: string }>({
    code: "RPC0319",
    severity: "error",
    title: "An argument is given twice",
    explanation: "Each parameter takes one argument, by position or by name.",
    clause: "2.10.4",
    text: ({ annotation, name }) => ({
      message: `\`${name}\` of \`@${annotation}\` is given twice`,
      label: "given again here",
      help: ["remove one of them"],
    }),
  }),
  packedElement: entry<{ readonly type: string }>({
    code: "RPC0328",
    severity: "error",
    title: "A list cannot be packed",
    explanation: "Lists of numbers, bools and enums can be packed; items of other types carry their lengths.",
    clause: "2.11.1",
    text: ({ type }) => ({
      message: `\`@packed\` does not apply to \`${type}\``,
      label: "is about lists of numbers, bools and enums",
      help: ["remove it"],
    }),
  }),
  declaredTarget: entry<{
    readonly name: string;
    readonly suggestion: string | undefined;
    readonly targets: readonly string[];
  }>({
    code: "RPC0332",
    severity: "error",
    title: "An annotation is declared for something that does not exist",
    explanation: "After `on` stand the kinds of things that the annotation may be put on.",
    clause: "2.10.6",
    text: ({ name, suggestion, targets }) => ({
      message: `annotations cannot be declared on \`${name}\``,
      help: suggestion === undefined ? [`use ${nameList(targets, "or")}`] : didYouMean(suggestion),
    }),
  }),
  declaredParameter: entry<{ readonly name: string; readonly type: string }>({
    code: "RPC0333",
    severity: "error",
    title: "A parameter of an annotation is of a type without literals",
    explanation:
      "Arguments of annotations are written in schemas, so their types are those that can be written: strings, bools, numbers, durations, UUIDs, enums, and lists of these.",
    clause: "2.10.6",
    text: ({ name, type }) => ({
      message: `the parameter \`${name}\` cannot be of type \`${type}\``,
      label: "no such value can be written in a schema",
    }),
  }),
  constantTooLarge: entry<{ readonly name: string; readonly limit: number }>({
    code: "RPC0334",
    severity: "error",
    title: "Constants unfold to too much",
    explanation:
      "Constants that hold constants can grow very fast. All constants of a compilation together are bounded.",
    clause: "2.9.2",
    text: ({ name, limit }) => ({
      message: `with \`${name}\` the constants of this compilation hold more than ${limit} values`,
      help: ["use fewer values"],
    }),
  }),
};
