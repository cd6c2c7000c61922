import { entry } from "./diagnostic.ts";
import { didYouMean } from "./phrases.ts";

/** Advice for a constraint on a type that another constraint would suit. */
function betterConstraint(name: string, family: string, written: string): readonly string[] {
  const isNumber = family === "integer" || family === "integer64" || family === "float";
  const bounds = /^(-?[\w.]*?)\.\.(-?[\w.]*)$/.exec(written);
  if (["len", "items", "bytes"].includes(name) && isNumber && bounds) {
    const parts = [bounds[1] && `@min(${bounds[1]})`, bounds[2] && `@max(${bounds[2]})`].filter(Boolean);
    return [`for a range of values write  ${parts.join(" ")}`];
  }
  if (["min", "max", "gt", "lt"].includes(name) && ["string", "bytes", "list", "map"].includes(family)) {
    return [`for a length write  @len(${name === "min" || name === "gt" ? `${written}..` : `..${written}`})`];
  }
  if (family === "list" && !["items", "len"].includes(name)) {
    return [`to check each item, put it on a type:  type Item = … @${name}${written === "" ? "" : `(${written})`};`];
  }
  return [];
}

/** Findings about what constraints, defaults and checks say: RPC0305, RPC031x to RPC033x. */
export const constraintCatalog = {
  annotationFieldType: entry<{
    readonly name: string;
    readonly type: string;
    readonly about: string;
    readonly family: string;
    readonly arguments: string;
  }>({
    code: "RPC0305",
    severity: "error",
    title: "An annotation does not apply to a type",
    explanation: "Constraints and other annotations of fields are about some types only.",
    clause: "2.11.1",
    text: ({ name, type, about, family, arguments: written }) => ({
      message: `\`@${name}\` does not apply to \`${type}\``,
      label: about,
      help: betterConstraint(name, family, written),
    }),
  }),
  valueOutOfRange: entry<{
    readonly annotation: string;
    readonly type: string;
    readonly min: string;
    readonly max: string;
  }>({
    code: "RPC0320",
    severity: "error",
    title: "A value does not fit the type of the field",
    explanation: "Values of constraints and defaults are values of the type of the field.",
    clause: "2.10.5",
    text: ({ annotation, type, min, max }) => ({
      message: `the value of \`@${annotation}\` does not fit into \`${type}\``,
      label: `\`${type}\` goes from ${min} to ${max}`,
    }),
  }),
  emptyRange: entry<{
    readonly what: string;
    readonly min: string;
    readonly max: string;
    /** The bounds are equal and one of them is left out. */
    readonly isOpen?: boolean;
  }>({
    code: "RPC0321",
    severity: "error",
    title: "Bounds leave no value",
    explanation: "The lower bound lies above the upper one, so no value would be valid.",
    clause: "2.11.3",
    text: ({ what, min, max, isOpen = false }) => ({
      message: `no value satisfies ${what}: ${min} is ${isOpen ? "not below" : "above"} ${max}`,
      label: "leaves no value",
      help: [isOpen ? "use `@min` and `@max` to allow the bounds themselves" : "exchange the bounds"],
    }),
  }),
  rangeBound: entry({
    code: "RPC0322",
    severity: "error",
    title: "A bound of a range is not a number",
    explanation: "Ranges run between numbers, durations or sizes, written out or as constants.",
    clause: "2.9.5",
    text: () => ({ message: "the bound of a range is a number, a duration or a size", label: "is something else" }),
  }),
  boundTwice: entry<{ readonly first: string; readonly second: string; readonly side: string }>({
    code: "RPC0323",
    severity: "error",
    title: "A value is bounded twice on one side",
    explanation:
      "`@min` and `@gt` both bound from below, `@max` and `@lt` both from above. One of the two says nothing.",
    clause: "2.11.3",
    text: ({ first, second, side }) => ({
      message: `\`@${first}\` and \`@${second}\` both bound the value from ${side}`,
      label: "says the same again",
      help: ["remove one of them"],
    }),
  }),
  defaultBreaksConstraint: entry<{ readonly constraint: string; readonly value: string }>({
    code: "RPC0324",
    severity: "error",
    title: "A default breaks a constraint of its field",
    explanation: "A field that was left out would be refused.",
    clause: "2.6.3",
    text: ({ constraint, value }) => ({
      message: `the default ${value} breaks \`@${constraint}\``,
      label: "is not a valid value of this field",
    }),
  }),
  defaultContradiction: entry<{ readonly reason: "optional" | "case" }>({
    code: "RPC0325",
    severity: "error",
    title: "A default can never be used",
    explanation:
      "A field with `@default` always has a value; one with `?` may have none. In a union or oneof the case itself says whether there is a value.",
    clause: "2.6.3",
    text: ({ reason }) => ({
      message:
        reason === "optional"
          ? "a field cannot both be optional and have a default"
          : "a case of a union or oneof cannot have a default",
      label: "would never be used",
      help: reason === "optional" ? ["remove the `?`, or the `@default`"] : ["remove the `@default`"],
    }),
  }),
  requiredContradiction: entry<{ readonly reason: "optional" | "case" | "default" | "list" | "map" }>({
    code: "RPC0326",
    severity: "error",
    title: "Something is required that cannot be",
    explanation:
      "`@required` refuses messages without the field. A field with `?` or `@default` may be absent, a list or map is empty rather than absent, and a case is present exactly when it is chosen.",
    clause: "2.6.2",
    text: ({ reason }) => ({
      message: {
        optional: "`@required` contradicts `?`",
        case: "a case of a union or oneof cannot be required",
        default: "`@required` contradicts `@default`",
        list: "a list cannot be required: it is empty rather than absent",
        map: "a map cannot be required: it is empty rather than absent",
      }[reason],
      label: "can never be satisfied or violated",
      help: {
        optional: ["remove the `?`, or the `@required`"],
        case: ["put `@required` on the oneof"],
        default: ["remove one of them"],
        list: ["to refuse empty lists write  @items(1..)"],
        map: ["to refuse empty maps write  @items(1..)"],
      }[reason],
    }),
  }),
  patternInvalid: entry<{ readonly reason: string }>({
    code: "RPC0327",
    severity: "error",
    title: "A pattern is not a regular expression",
    explanation: "Patterns are JavaScript regular expressions with the flag `u`; they match anywhere in the string.",
    clause: "2.11.4",
    text: ({ reason }) => ({
      message: `this is not a regular expression: ${reason}`,
      help: ["mind that `\\` is written `\\\\` in a string"],
    }),
  }),
  checkSyntax: entry<{ readonly expected: string; readonly found: string }>({
    code: "RPC0329",
    severity: "error",
    title: "The expression of a check cannot be read",
    explanation:
      "Expressions are made of `||`, `&&`, `!`, comparisons, `+ - * / %`, parentheses, literals, fields, `this`, `has(field)` and `size(value)`.",
    clause: "2.12.1",
    text: ({ expected, found }) => ({ message: `expected ${expected}, found ${found}`, label: "in this expression" }),
  }),
  checkName: entry<{
    readonly name: string;
    readonly owner: string;
    readonly suggestion: string | undefined;
    readonly isValue?: boolean;
  }>({
    code: "RPC0330",
    severity: "error",
    title: "The expression of a check uses an unknown name",
    explanation:
      "Names in an expression are fields of the message, constants, and members of enums; `this` is the annotated value.",
    clause: "2.12.2",
    text: ({ name, owner, suggestion, isValue = false }) => ({
      message: `${owner} has no \`${name}\``,
      help: isValue
        ? ["`this` is the value; to use several fields put the check on the message"]
        : didYouMean(suggestion),
    }),
  }),
  checkType: entry<{ readonly problem: string; readonly help?: string }>({
    code: "RPC0331",
    severity: "error",
    title: "The types in the expression of a check do not fit",
    explanation:
      "Both sides of an operator are of one type: numbers, strings, bools, members of one enum, or points in time. The whole expression is true or false.",
    clause: "2.12.3",
    text: ({ problem, help }) => ({ message: problem, ...(help === undefined ? {} : { help: [help] }) }),
  }),
  formatTwice: entry<{ readonly first: string; readonly second: string }>({
    code: "RPC0335",
    severity: "error",
    title: "A string is to have two formats",
    explanation: "A string cannot be of two formats, such as an e-mail address and a UUID, at once.",
    clause: "2.11.4",
    text: ({ first, second }) => ({
      message: `\`@${first}\` and \`@${second}\` contradict each other`,
      label: "another format",
      help: ["remove one of them, or use a union"],
    }),
  }),
  inContradiction: entry<{ readonly value: string }>({
    code: "RPC0336",
    severity: "error",
    title: "A value is both allowed and forbidden",
    explanation: "`@in` lists the only values that are allowed; `@notIn` has nothing to add to it.",
    clause: "2.11.5",
    text: ({ value }) => ({
      message: `${value} is both in \`@in\` and in \`@notIn\``,
      label: "forbidden here",
      help: ["remove it from one of the lists"],
    }),
  }),
};
