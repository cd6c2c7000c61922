import { entry } from "./diagnostic.ts";
import { didYouMean, nameList } from "./phrases.ts";

/** Findings about `@example`: RPC0341 to RPC0343. */
export const exampleCatalog = {
  exampleBreaksConstraint: entry<{ readonly constraint: string; readonly value: string }>({
    code: "RPC0341",
    severity: "error",
    title: "An example breaks a constraint",
    explanation: "An example shows a value that a server accepts. This one would be refused.",
    clause: "2.17.2",
    text: ({ constraint, value }) => ({
      message: `the example ${value} breaks \`@${constraint}\``,
      label: "is not a valid value here",
    }),
  }),
  exampleUnknownField: entry<{
    readonly name: string;
    readonly type: string;
    readonly suggestion: string | undefined;
    readonly fields: readonly string[];
  }>({
    code: "RPC0342",
    severity: "error",
    title: "An example names a field that does not exist",
    explanation:
      "The names in braces are the fields of the message; a case of a oneof or union stands under its own name.",
    clause: "2.17.1",
    text: ({ name, type, suggestion, fields }) => ({
      message: `\`${type}\` has no field \`${name}\``,
      help:
        suggestion !== undefined
          ? didYouMean(suggestion)
          : [fields.length === 0 ? "it has no fields: write `{}`" : `it has ${nameList(fields)}`],
    }),
  }),
  exampleShape: entry<{ readonly reason: ShapeProblem; readonly name: string }>({
    code: "RPC0343",
    severity: "error",
    title: "An example is no whole value of its type",
    explanation:
      "Each field and key is given once, at most one case of a oneof and exactly one of a union, and fields with `@required` always.",
    clause: "2.17.1",
    text: ({ reason, name }) => SHAPE_TEXTS[reason](name),
  }),
};

type ShapeProblem = "twice" | "cases" | "union" | "required" | "void";
type ShapeText = { readonly message: string; readonly label: string; readonly help: readonly string[] };

const SHAPE_TEXTS: Readonly<Record<ShapeProblem, (name: string) => ShapeText>> = {
  twice: (name) => ({
    message: `\`${name}\` is given twice`,
    label: "given again here",
    help: ["remove one of them"],
  }),
  cases: (name) => ({
    message: `\`${name}\` holds one of its cases, not several`,
    label: "another case",
    help: ["remove all cases but one"],
  }),
  union: (name) => ({
    message: `an example of \`${name}\` chooses one of its cases`,
    label: "chooses none",
    help: ["write one case with its value"],
  }),
  required: (name) => ({
    message: `the example leaves out \`${name}\`, which is required`,
    label: "would be refused",
    help: [`add \`${name}\``],
  }),
  void: (name) => ({
    message: `\`${name}\` has no result to give an example of`,
    label: "shows a result",
    help: ["remove it"],
  }),
};
