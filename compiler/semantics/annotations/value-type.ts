import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { integerRanges } from "../builtin-types.ts";
import { isSymbolOf, type ResolvedType, type SymbolOf } from "../program.ts";
import { typeText, withoutAlias } from "../types.ts";

/** How a value falls short of a type. */
export type Mismatch =
  | { readonly kind: "type"; readonly expected: string }
  | { readonly kind: "range"; readonly type: string; readonly min: string; readonly max: string };

/** The enum whose members may stand bare where a value of this type is wanted. */
export function enumOfType(type: ResolvedType | undefined): SymbolOf<"enum"> | undefined {
  const base = type && withoutAlias(type);
  if (base?.kind === "list") return enumOfType(base.element);
  return base?.kind === "declared" && isSymbolOf(base.symbol, "enum") ? base.symbol : undefined;
}

/** Says how a constant does not fit a type; `undefined` when it fits. */
export function mismatchOf(value: ConstantValue, type: ResolvedType): Mismatch | undefined {
  const base = withoutAlias(type);
  switch (base.kind) {
    case "unknown":
    case "parameter":
      return undefined;
    case "scalar":
      return scalarMismatch(value, base.name);
    case "builtin":
      if (base.name === "duration")
        return value.kind === "duration" ? undefined : expected("a duration such as `500ms`");
      if (base.name === "uuid") return uuidMismatch(value);
      return expected(`a value of type \`${base.name}\`, which cannot be written in a schema`);
    case "declared":
      return enumMismatch(value, base);
    case "list":
      if (value.kind !== "list") return expected(`a list of \`${typeText(base.element)}\``);
      return value.values.map((item) => mismatchOf(item, base.element)).find((mismatch) => mismatch !== undefined);
    case "map":
      return expected(`a value of type \`${typeText(base)}\`, which cannot be written in a schema`);
  }
}

function expected(text: string): Mismatch {
  return { kind: "type", expected: text };
}

function scalarMismatch(value: ConstantValue, scalar: string): Mismatch | undefined {
  const range = integerRanges.get(scalar);
  if (range !== undefined) {
    const number = value.kind === "int" ? BigInt(value.value) : value.kind === "size" ? BigInt(value.bytes) : undefined;
    if (number === undefined) return expected("a whole number");
    const inside = number >= range.min && number <= range.max;
    return inside ? undefined : { kind: "range", type: scalar, min: range.min.toString(), max: range.max.toString() };
  }
  switch (scalar) {
    case "bool":
      return value.kind === "bool" ? undefined : expected("`true` or `false`");
    case "string":
      return value.kind === "string" ? undefined : expected("a string");
    case "bytes":
      return value.kind === "string" ? undefined : expected("a string, which stands for its UTF-8 bytes");
    default:
      return value.kind === "int" || value.kind === "float" ? undefined : expected("a number");
  }
}

function uuidMismatch(value: ConstantValue): Mismatch | undefined {
  const isUuid = value.kind === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value.value);
  return isUuid ? undefined : expected('a UUID such as `"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"`');
}

function enumMismatch(value: ConstantValue, type: Extract<ResolvedType, { kind: "declared" }>): Mismatch | undefined {
  const { symbol } = type;
  if (!isSymbolOf(symbol, "enum")) return expected(`a \`${symbol.name}\`, which cannot be written in a schema`);
  const fits =
    value.kind === "enum" && value.enum.fullName === symbol.fullName && value.enum.file === symbol.module.path;
  return fits ? undefined : expected(`a member of \`${symbol.name}\``);
}
