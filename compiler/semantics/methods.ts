import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { MethodNode, ParametersNode, QualifiedName, ResultNode } from "../syntax/ast.ts";
import type { Bound } from "./bind.ts";
import { unknownType, voidType } from "./builtin-types.ts";
import type { NameResolver, Scope } from "./names.ts";
import { type DeclaredSymbol, isSymbolOf, type ResolvedMethod, type ResolvedType, type SymbolOf } from "./program.ts";
import type { Report } from "./report.ts";
import { wireNameOf } from "./shapes.ts";
import { pascalCase } from "./spelling.ts";
import { MAX_CHAIN, type TypeResolver } from "./types.ts";

export interface ServiceParts {
  readonly bound: Bound;
  readonly names: NameResolver;
  readonly types: TypeResolver;
  readonly report: Report;
}

/** Resolves the methods of every service. */
export function buildMethods(parts: ServiceParts): ReadonlyMap<DeclaredSymbol, readonly ResolvedMethod[]> {
  const methods = new Map<DeclaredSymbol, readonly ResolvedMethod[]>();
  const errors = createErrorResolver(parts);
  for (const symbol of parts.bound.symbols) {
    if (isSymbolOf(symbol, "error_set")) errors(symbol.node.errors, { module: symbol.module, symbol });
    if (!isSymbolOf(symbol, "service")) continue;
    const scope: Scope = { module: symbol.module, symbol };
    const ofService = errors(symbol.node.throws, scope);
    const nodes = symbol.node.members.filter((member) => member.kind === "method");
    methods.set(
      symbol,
      nodes.map((node) =>
        resolveMethod(parts, { node, symbol, scope, errors: () => [...ofService, ...errors(node.throws, scope)] }),
      ),
    );
  }
  return methods;
}

interface MethodPlace {
  readonly node: MethodNode;
  readonly symbol: SymbolOf<"service">;
  readonly scope: Scope;
  readonly errors: () => readonly SymbolOf<"error">[];
}

function resolveMethod(parts: ServiceParts, place: MethodPlace): ResolvedMethod {
  const { node, symbol } = place;
  const wireName = wireNameOf(node, pascalCase);
  const requestStream = node.parameters.kind === "message_parameter" && node.parameters.stream;
  const resultStream = node.result?.stream ?? false;
  return {
    node,
    service: symbol,
    wireName,
    path: `/${symbol.fullName}/${wireName}`,
    kind: requestStream ? (resultStream ? "bidi_stream" : "client_stream") : resultStream ? "server_stream" : "unary",
    request: requestType(parts, node.parameters, place.scope),
    response: responseType(parts, node.result, place.scope),
    errors: [...new Set(place.errors())],
  };
}

function requestType(parts: ServiceParts, node: ParametersNode, scope: Scope): ResolvedType {
  switch (node.kind) {
    case "no_parameters":
      return voidType;
    case "message_parameter":
      return parts.types.resolve(node.type, scope);
    case "inline_parameters":
      return inlineType(parts, node.fields);
  }
}

function responseType(parts: ServiceParts, node: ResultNode | undefined, scope: Scope): ResolvedType {
  if (node === undefined) return voidType;
  return node.kind === "type_result" ? parts.types.resolve(node.type, scope) : inlineType(parts, node.members);
}

function inlineType(parts: ServiceParts, members: object): ResolvedType {
  const symbol = parts.bound.symbolOfNode.get(members);
  return isSymbolOf(symbol, "inline_shape") ? { kind: "declared", symbol, arguments: [] } : unknownType;
}

type ErrorResolver = (names: readonly QualifiedName[], scope: Scope) => SymbolOf<"error">[];

/** Resolves lists of errors; a set stands for its errors, sets in sets included, and a cycle of sets is reported once. */
function createErrorResolver(parts: ServiceParts): ErrorResolver {
  const sets = new Map<DeclaredSymbol, SymbolOf<"error">[] | "open">();
  let depth = 0;
  const expand = (set: SymbolOf<"error_set">): SymbolOf<"error">[] => {
    const known = sets.get(set);
    if (known === "open") {
      parts.report(catalog.errorSetCycle, { name: set.name }, { span: set.nameSpan });
      return [];
    }
    if (known !== undefined) return known;
    if (depth >= MAX_CHAIN) {
      parts.report(catalog.chainTooLong, { name: set.name, limit: MAX_CHAIN }, { span: set.nameSpan });
      return [];
    }
    sets.set(set, "open");
    depth++;
    const errors = resolve(set.node.errors, { module: set.module, symbol: set });
    depth--;
    sets.set(set, errors);
    return errors;
  };
  const resolve: ErrorResolver = (names, scope) =>
    names.flatMap((name) => resolveThrown(parts, { name, scope, expand }));
  const listed = new Map<readonly QualifiedName[], SymbolOf<"error">[]>();
  return (names, scope) => {
    if (isSymbolOf(scope.symbol, "error_set")) return expand(scope.symbol);
    const known = listed.get(names) ?? resolve(names, scope);
    listed.set(names, known);
    return known;
  };
}

function resolveThrown(
  parts: ServiceParts,
  thrown: {
    readonly name: QualifiedName;
    readonly scope: Scope;
    readonly expand: (set: SymbolOf<"error_set">) => SymbolOf<"error">[];
  },
): SymbolOf<"error">[] {
  const { name, scope, expand } = thrown;
  const meaning = parts.names.resolve(name, scope, "error");
  if (meaning.kind === "broken") return [];
  const symbol = meaning.kind === "symbol" ? meaning.symbol : undefined;
  if (isSymbolOf(symbol, "error")) return [symbol];
  if (isSymbolOf(symbol, "error_set")) return [...new Set(expand(symbol))];
  const related = symbol === undefined ? [] : [{ span: symbol.nameSpan, message: "declared here" }];
  parts.report(catalog.throwsNotError, { name: name.text }, { span: name.span, related });
  return [];
}
