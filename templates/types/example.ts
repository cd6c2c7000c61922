import type { ExampleValue, FieldDescriptor, Type } from "@rpcgen/runtime/descriptor";
import { enumOf, isInt64 } from "../default-value.ts";
import type { ModuleContext } from "../module-context.ts";

/** What an editor shows beside a member is short. */
const MAX_LENGTH = 80;

/** The `@example` of a field as TypeScript; undefined when there is none that a line could show. */
export function exampleNote(context: ModuleContext, field: FieldDescriptor): string | undefined {
  const { example = field.type.example } = field;
  const text = example === undefined ? undefined : exampleText(context, example, field.type);
  return text === undefined || text.length > MAX_LENGTH ? undefined : `@example ${text}`;
}

function exampleText(context: ModuleContext, value: ExampleValue, type: Type): string | undefined {
  switch (type.kind) {
    case "scalar":
      if (type.scalar === "bytes") return undefined;
      if (type.scalar === "int53" || type.scalar === "uint53") return String(value);
      return isInt64(type) ? longText(String(value), type.js) : JSON.stringify(value);
    case "enum":
      return memberText(context, value, type);
    case "list": {
      const items = isList(value) ? value.map((item) => exampleText(context, item, type.element)) : [undefined];
      return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
    }
    case "builtin":
      if (type.name === "uuid") return JSON.stringify(value);
      if (type.name === "duration") return String(Number.parseFloat(String(value)) * 1_000);
      return type.name === "timestamp" ? `new Date(${JSON.stringify(value)})` : undefined;
    default:
      return undefined;
  }
}

function isList(value: ExampleValue): value is readonly ExampleValue[] {
  return Array.isArray(value);
}

function longText(decimal: string, js: "number" | "string" | undefined): string {
  if (js === "number") return decimal;
  return js === "string" ? JSON.stringify(decimal) : `${decimal}n`;
}

function memberText(
  context: ModuleContext,
  value: ExampleValue,
  type: Extract<Type, { kind: "enum" | "message" | "union" | "error" }>,
): string | undefined {
  const member = enumOf(context, type).members.find(({ wireName }) => wireName === value);
  if (member === undefined) return undefined;
  return context.options.enums === "number" ? String(member.number) : JSON.stringify(member.name);
}
