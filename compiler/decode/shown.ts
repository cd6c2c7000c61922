/** A decoded value on its way to the screen. */
export type ShownValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "message"; readonly fields: readonly ShownField[] }
  | { readonly kind: "list"; readonly items: ShownValue[] }
  | { readonly kind: "map"; readonly items: { readonly key: ShownValue; readonly value: ShownValue }[] };

/** A field of a message with its name. */
export interface ShownField {
  readonly name: string;
  readonly value: ShownValue;
}

const width = 100;

/** A value like JSON: on one line where it fits, else one line for each part, indented by `indent` from the second line on. */
export function printValue(value: ShownValue, indent: string): string {
  const line = onOneLine(value);
  if (indent.length + line.length <= width || value.kind === "text") return line;
  const [open, close] = value.kind === "list" ? "[]" : "{}";
  const inner = `${indent}  `;
  const parts = partsOf(value).map(({ name, part }) => `${inner}${name}${printValue(part, inner)},\n`);
  return `${open}\n${parts.join("")}${indent}${close}`;
}

function onOneLine(value: ShownValue): string {
  if (value.kind === "text") return value.text;
  const parts = partsOf(value).map(({ name, part }) => `${name}${onOneLine(part)}`);
  if (value.kind === "list") return `[${parts.join(", ")}]`;
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

function partsOf(
  value: Exclude<ShownValue, { kind: "text" }>,
): readonly { readonly name: string; readonly part: ShownValue }[] {
  switch (value.kind) {
    case "message":
      return value.fields.map((field) => ({ name: `${field.name}: `, part: field.value }));
    case "list":
      return value.items.map((part) => ({ name: "", part }));
    case "map":
      return value.items.map((item) => ({ name: `${onOneLine(item.key)}: `, part: item.value }));
  }
}
