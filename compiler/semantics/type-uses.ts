import type { Bound } from "./bind.ts";
import type { TypeUse } from "./instances.ts";
import type { Span } from "../source/source-file.ts";
import {
  type DeclaredSymbol,
  isSymbolOf,
  type Module,
  type ResolvedMethod,
  type ResolvedType,
  type Shape,
} from "./program.ts";
import type { TypeResolver } from "./types.ts";

export interface TypeUseParts {
  readonly bound: Bound;
  readonly shapes: ReadonlyMap<object, Shape>;
  readonly methods: ReadonlyMap<DeclaredSymbol, readonly ResolvedMethod[]>;
  readonly types: TypeResolver;
}

/** Every type written in a field, an alias, or a method that may need an instance, with its place. */
export function typeUses(parts: TypeUseParts): readonly TypeUse[] {
  const uses: TypeUse[] = [];
  const add = (type: ResolvedType, module: Module, span: Span): void => {
    if (type.kind === "declared" ? type.arguments.length > 0 : type.kind !== "scalar" && type.kind !== "builtin") {
      uses.push({ type, module, span });
    }
  };
  for (const symbol of parts.bound.symbols) {
    const { module } = symbol;
    for (const field of parts.shapes.get(symbol)?.fields ?? []) {
      add(field.type, module, field.node.type.span);
    }
    if (isSymbolOf(symbol, "type_alias")) {
      add(parts.types.aliasTarget(symbol), module, symbol.node.type.span);
    }
    for (const method of parts.methods.get(symbol) ?? []) {
      add(method.request, module, method.node.parameters.span);
      add(method.response, module, method.node.result?.span ?? method.node.span);
    }
  }
  return uses;
}
