import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { NamedTypeNode, TypeNode } from "../syntax/ast.ts";
import { builtinTypes, unknownType } from "./builtin-types.ts";
import type { Meaning, NameResolver, Scope } from "./names.ts";
import { type DeclaredSymbol, isSymbolOf, type ResolvedType, type SymbolOf } from "./program.ts";
import type { Report } from "./report.ts";

/** Most aliases, constants, or sets of errors between a name and what it stands for. */
export const MAX_CHAIN = 64;

export interface TypeResolver {
  /** The type that a node stands for; each node is resolved and reported once. */
  resolve(node: TypeNode, scope: Scope): ResolvedType;
  /** The type behind an alias declaration; cycles are reported once and give an unknown type. */
  aliasTarget(symbol: SymbolOf<"type_alias">): ResolvedType;
}

/** Creates the resolver of type nodes. */
export function createTypeResolver(names: NameResolver, report: Report): TypeResolver {
  const state: TypeState = { names, report, resolved: new Map(), aliases: new Map(), path: [] };
  return {
    resolve: (node, scope) => resolveType(state, node, scope),
    aliasTarget: (symbol) => aliasTarget(state, symbol),
  };
}

interface TypeState {
  readonly names: NameResolver;
  readonly report: Report;
  readonly resolved: Map<TypeNode, ResolvedType>;
  readonly aliases: Map<DeclaredSymbol, ResolvedType | "open">;
  /** Aliases that are being resolved, outermost first. */
  readonly path: SymbolOf<"type_alias">[];
}

function resolveType(state: TypeState, node: TypeNode, scope: Scope): ResolvedType {
  const known = state.resolved.get(node);
  if (known !== undefined) return known;
  const type = resolveNewType(state, node, scope);
  state.resolved.set(node, type);
  return type;
}

function resolveNewType(state: TypeState, node: TypeNode, scope: Scope): ResolvedType {
  switch (node.kind) {
    case "list_type":
      return { kind: "list", element: resolveType(state, node.element, scope) };
    case "map_type":
      return {
        kind: "map",
        key: resolveType(state, node.key, scope),
        value: resolveType(state, node.value, scope),
      };
    case "named_type":
      return resolveNamed(state, node, scope);
  }
}

function resolveNamed(state: TypeState, node: NamedTypeNode, scope: Scope): ResolvedType {
  const meaning = state.names.resolve(node.name, scope, "type");
  const args = node.arguments.length === 0 ? NONE : node.arguments.map((each) => resolveType(state, each, scope));
  const type = typeOfMeaning(state, meaning, { node, arguments: args });
  if (type.kind === "unknown") return type;
  const wanted = isSymbolOf(symbolOf(meaning), "message", "union")
    ? (symbolOf(meaning)?.typeParameters.length ?? 0)
    : 0;
  if (wanted === node.arguments.length) return type;
  const related = relatedDeclaration(symbolOf(meaning));
  const parameters = { name: node.name.text, wanted, found: node.arguments.length };
  state.report(catalog.typeArgumentCount, parameters, { span: node.span, related });
  return unknownType;
}

/** Shared by all types without arguments, which are most. */
const NONE: readonly ResolvedType[] = Object.freeze([]);

function symbolOf(meaning: Meaning): DeclaredSymbol | undefined {
  return meaning.kind === "symbol" ? meaning.symbol : undefined;
}

function relatedDeclaration(
  symbol: DeclaredSymbol | undefined,
): { span: DeclaredSymbol["nameSpan"]; message: string }[] {
  return symbol === undefined ? [] : [{ span: symbol.nameSpan, message: "declared here" }];
}

function typeOfMeaning(
  state: TypeState,
  meaning: Meaning,
  use: { readonly node: NamedTypeNode; readonly arguments: readonly ResolvedType[] },
): ResolvedType {
  const { node } = use;
  switch (meaning.kind) {
    case "broken":
      return unknownType;
    case "builtin":
      return builtinTypes.get(meaning.name) ?? unknownType;
    case "namespace":
      state.report(
        catalog.notAType,
        { name: node.name.text, is: "the name of an imported file" },
        { span: node.name.span },
      );
      return unknownType;
    case "parameter":
      return parameterType(state, meaning, node);
    case "symbol":
      return typeOfSymbol(state, meaning.symbol, use);
  }
}

function parameterType(
  state: TypeState,
  meaning: Extract<Meaning, { kind: "parameter" }>,
  node: NamedTypeNode,
): ResolvedType {
  const name = node.name.text;
  if (meaning.inner) return { kind: "parameter", owner: meaning.owner, index: meaning.index, name };
  const related = [{ span: meaning.owner.nameSpan, message: `\`${name}\` belongs to this declaration` }];
  state.report(catalog.outerTypeParameter, { name, owner: meaning.owner.name }, { span: node.span, related });
  return unknownType;
}

const OTHER_KINDS: Readonly<Record<string, string>> = {
  error: "an error",
  error_set: "a set of errors",
  service: "a service",
  constant: "a constant",
  annotation_declaration: "an annotation",
};

function typeOfSymbol(
  state: TypeState,
  symbol: DeclaredSymbol,
  use: { readonly node: NamedTypeNode; readonly arguments: readonly ResolvedType[] },
): ResolvedType {
  if (isSymbolOf(symbol, "message", "union", "enum")) return { kind: "declared", symbol, arguments: use.arguments };
  if (isSymbolOf(symbol, "type_alias")) return { kind: "alias", symbol, target: aliasTarget(state, symbol) };
  const is = OTHER_KINDS[symbol.node.kind] ?? "something else";
  const place = { span: use.node.name.span, related: relatedDeclaration(symbol) };
  state.report(catalog.notAType, { name: use.node.name.text, is }, place);
  return unknownType;
}

function aliasTarget(state: TypeState, symbol: SymbolOf<"type_alias">): ResolvedType {
  const known = state.aliases.get(symbol);
  if (known === "open") return reportAliasCycle(state, symbol);
  if (known !== undefined) return known;
  if (state.path.length >= MAX_CHAIN) {
    state.report(catalog.chainTooLong, { name: symbol.name, limit: MAX_CHAIN }, { span: symbol.nameSpan });
    return unknownType;
  }
  state.aliases.set(symbol, "open");
  state.path.push(symbol);
  const target = resolveType(state, symbol.node.type, { module: symbol.module });
  state.path.pop();
  state.aliases.set(symbol, target);
  return target;
}

function reportAliasCycle(state: TypeState, symbol: SymbolOf<"type_alias">): ResolvedType {
  const cycle = state.path.slice(state.path.indexOf(symbol));
  const path = [...cycle, symbol].map(({ name }) => name);
  const related = cycle.slice(1).map(({ nameSpan }) => ({ span: nameSpan, message: "goes through here" }));
  state.report(catalog.aliasCycle, { path }, { span: symbol.nameSpan, related });
  return unknownType;
}

/** The type without the aliases around it. */
export function withoutAlias(type: ResolvedType): Exclude<ResolvedType, { kind: "alias" }> {
  let current = type;
  while (current.kind === "alias") current = current.target;
  return current;
}

/** The aliases around a type, outermost first. */
export function aliasChain(type: ResolvedType): SymbolOf<"type_alias">[] {
  const chain: SymbolOf<"type_alias">[] = [];
  for (let current = type; current.kind === "alias"; current = current.target) chain.push(current.symbol);
  return chain;
}

/** How a type reads in a schema: `User[]`, `map<string, Page<User>>`. */
export function typeText(type: ResolvedType): string {
  switch (type.kind) {
    case "unknown":
      return "?";
    case "scalar":
    case "builtin":
    case "parameter":
      return type.name;
    case "alias":
      return type.symbol.name;
    case "list":
      return `${typeText(type.element)}[]`;
    case "map":
      return `map<${typeText(type.key)}, ${typeText(type.value)}>`;
    case "declared":
      return (
        type.symbol.qualifiedName + (type.arguments.length === 0 ? "" : `<${type.arguments.map(typeText).join(", ")}>`)
      );
  }
}
