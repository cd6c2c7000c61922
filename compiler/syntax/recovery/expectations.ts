import type { Stuck } from "./stuck.ts";

const choices: Readonly<Record<string, string>> = {
  declaration: "a declaration such as `message` or `service`",
  member: "a field such as `name: string = 1;`",
  field: "a type",
  enum: "an enum member such as `name = 1;`",
  service: "a method such as `get(Request): Response;`",
  import: "`{ Name }` or `* as name`",
  export: "`{ Name }` or `*`",
  reservedItem: "a number, a range or a name in quotes",
  reservedRange: "a number or `max`",
  parameters: "a message, or parameters such as `id: string = 1`",
  result: "a type or a block of fields",
  value: "a value",
  range: "a value",
  bound: "a value",
  errorList: "the name of an error",
  reserved: "a number, a range or a name in quotes",
  namedType: "a type",
  typeParameters: "the name of a type parameter",
  annotationDeclaration: "what the annotation stands on, such as `message`",
};

const blocks: Readonly<Record<string, string>> = {
  body: "a field or `}`",
  enum: "an enum member or `}`",
  service: "a method or `}`",
};

const names: Readonly<Record<string, string>> = {
  field: "the name of a field",
  parameter: "the name of a parameter",
  enumMember: "the name of an enum member",
  method: "the name of a method",
  annotation: "the name of an annotation",
  importSpecifier: "a name",
  importList: "a name",
};

/** What fits where the parser stopped, in the words of a user. */
export function expectationOf(stuck: Stuck, stack: readonly string[]): string {
  if (stuck.wanted.startsWith("choice:")) return choices[stuck.wanted.slice(7)] ?? "something else";
  if (stuck.wanted === "`}`") return blocks[stuck.rule] ?? stuck.wanted;
  if (stuck.wanted === "end") return "a declaration";
  if (stuck.wanted !== "a name") return stuck.wanted;
  if (stack.includes("annotation"))
    return stack.at(-1) === "qualifiedName" && !stack.includes("value") ? "the name of an annotation" : "a name";
  if (stack.includes("typeReference")) return "a type";
  if (stack.includes("errorList")) return "the name of an error";
  return names[stuck.rule] ?? `a name for this ${stuck.rule}`;
}
