import { substitute } from "../instances.ts";
import { isSymbolOf, type ResolvedField, type ResolvedMethod, type ResolvedType } from "../program.ts";
import { withoutAlias } from "../types.ts";
import { typeFamily } from "../annotations/type-family.ts";
import type { Analysis } from "../analyse.ts";

/** How a request reads in messages: its type, or the parameters of its method. */
export function requestText(method: ResolvedMethod): string {
  const base = withoutAlias(method.request);
  if (base.kind !== "declared") return `the request of \`${method.node.name.text}\``;
  return isSymbolOf(base.symbol, "inline_shape") ? `\`${method.node.name.text}\`` : `\`${base.symbol.name}\``;
}

/** A field of a request by its path, and the names there were where the path broke off. */
export function findRequestField(
  method: ResolvedMethod,
  path: readonly string[],
  analysis: Analysis,
): { readonly field?: ResolvedField; readonly type?: ResolvedType; readonly names: readonly string[] } {
  let type: ResolvedType = method.request;
  let found: ResolvedField | undefined;
  for (const part of path) {
    const base = withoutAlias(type);
    const fields = base.kind === "declared" ? (analysis.shapes.get(base.symbol)?.fields ?? []) : [];
    found = fields.find(({ node }) => node.name.text === part);
    if (found === undefined) return { names: fields.map(({ node }) => node.name.text) };
    type = base.kind === "declared" ? substitute(found.type, base.arguments) : found.type;
  }
  return found === undefined ? { names: [] } : { field: found, type, names: [] };
}

const SINGLE = new Set(["string", "integer", "integer64", "float", "bool", "enum", "uuid", "bytes"]);

/** True for the type of a value that can be written as text; unknown types pass. */
export function isSingleValue(type: ResolvedType): boolean {
  const family = typeFamily(type);
  return family === undefined || SINGLE.has(family);
}
