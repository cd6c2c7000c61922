import type { Bound } from "./bind.ts";
import type { TypeUse } from "./instances.ts";
import { type DeclaredSymbol, isSymbolOf, type ResolvedMethod, type Shape } from "./program.ts";
import type { TypeResolver } from "./types.ts";

export interface TypeUseParts {
  readonly bound: Bound;
  readonly shapes: ReadonlyMap<object, Shape>;
  readonly methods: ReadonlyMap<DeclaredSymbol, readonly ResolvedMethod[]>;
  readonly types: TypeResolver;
}

/** Every type written in a field, an alias, or a method, with its place. */
export function* typeUses(parts: TypeUseParts): Generator<TypeUse> {
  for (const symbol of parts.bound.symbols) {
    const { module } = symbol;
    for (const field of parts.shapes.get(symbol)?.fields ?? []) {
      yield { type: field.type, module, span: field.node.type.span };
    }
    if (isSymbolOf(symbol, "type_alias")) {
      yield { type: parts.types.aliasTarget(symbol), module, span: symbol.node.type.span };
    }
    for (const method of parts.methods.get(symbol) ?? []) {
      yield { type: method.request, module, span: method.node.parameters.span };
      yield { type: method.response, module, span: method.node.result?.span ?? method.node.span };
    }
  }
}
