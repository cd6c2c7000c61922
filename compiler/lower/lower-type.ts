import type {
  AliasReference,
  Constraint,
  ListType,
  MapType,
  Reference,
  ScalarType,
  Type,
} from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import { voidType } from "../semantics/builtin-types.ts";
import { substitute } from "../semantics/instances.ts";
import { isSymbolOf, type Module, type ResolvedField, type ResolvedType, type SymbolOf } from "../semantics/program.ts";
import { aliasChain, withoutAlias } from "../semantics/types.ts";
import { type ConstraintContext, constraintsOf } from "./constraints.ts";
import { exampleAt } from "./example.ts";

/** Lowers types as seen from one file, within one instance when there are arguments. */
export interface TypeLowering {
  /** Paths of the files that lowered types refer to. */
  readonly references: Set<string>;
  /** The type with type parameters replaced. */
  concrete(type: ResolvedType): ResolvedType;
  fieldType(field: ResolvedField): Type;
  /** The type of a field's node, which may differ from that of the field by the arguments of a generic. */
  typeAt(type: ResolvedType, node: object): Type;
  methodType(type: ResolvedType): Type;
  aliasType(symbol: SymbolOf<"type_alias">): Type;
  errorReference(symbol: SymbolOf<"error">): Reference;
  /** True for types that are messages on the wire. */
  isMessage(type: ResolvedType): boolean;
}

interface State {
  readonly analysis: Analysis;
  readonly module: Module;
  readonly references: Set<string>;
}

/** Creates the lowering of types for one file, or for one instance in it. */
export function createTypeLowering(
  analysis: Analysis,
  module: Module,
  args: readonly ResolvedType[] = [],
): TypeLowering {
  const state: State = { analysis, module, references: new Set() };
  const concrete = (type: ResolvedType): ResolvedType => (args.length === 0 ? type : substitute(type, args));
  return {
    references: state.references,
    concrete,
    fieldType: (field) => lowerAt(state, concrete(field.type), field.node),
    typeAt: (type, node) => lowerAt(state, concrete(type), node),
    methodType: (type) => lowerType(state, type),
    aliasType: (symbol) => aliasType(state, symbol),
    errorReference: (symbol) =>
      referenceTo(state, { kind: "error", name: symbol.qualifiedName, fullName: symbol.fullName }, symbol.module),
    isMessage: (type) => isMessage(concrete(type)),
  };
}

function aliasType(state: State, symbol: SymbolOf<"type_alias">): Type {
  const target = state.analysis.types.aliasTarget(symbol);
  const type = lowerAt(state, target, symbol.node);
  const own = constraintsOf(symbol.node, withoutAlias(target), constraintContext(state));
  const example = exampleAt(symbol.node, target, state.analysis);
  const shown = example === undefined ? type : { ...type, example };
  return own.length === 0 ? shown : { ...shown, constraints: [...(type.constraints ?? []), ...own] };
}

function constraintContext(state: State): ConstraintContext {
  return { analysis: state.analysis, types: { typeAt: (type, node) => lowerAt(state, type, node) } };
}

/** A type with the annotations of its place that change its form: `@js` and `@packed`. */
function lowerAt(state: State, type: ResolvedType, node: object): Type {
  const lowered = lowerType(state, type);
  if (state.analysis.annotations.of(node).length === 0) return lowered;
  const js = jsOf(state, node);
  if (lowered.kind === "scalar" && js !== undefined)
    return { ...withoutJs(lowered), ...(js === "bigint" ? {} : { js }) };
  const packed = state.analysis.annotations.find(node, "packed")?.arguments.get("packed");
  if (lowered.kind === "list" && packed?.kind === "bool") return { ...lowered, packed: lowered.packed && packed.value };
  return lowered;
}

function withoutJs({ js: _, ...rest }: ScalarType): ScalarType {
  return rest;
}

function jsOf(state: State, node: object): "number" | "string" | "bigint" | undefined {
  const word = state.analysis.annotations.find(node, "js")?.arguments.get("type");
  return word?.kind === "word" ? (word.value as "number" | "string" | "bigint") : undefined;
}

function lowerType(state: State, type: ResolvedType): Type {
  switch (type.kind) {
    case "unknown":
    case "parameter":
      return lowerType(state, voidType);
    case "scalar":
      return { kind: "scalar", scalar: type.name };
    case "builtin":
      return { kind: "builtin", name: type.name };
    case "alias":
      return lowerAliased(state, type);
    case "list": {
      const element = lowerType(state, type.element) as ListType["element"];
      return { kind: "list", element, packed: isPackable(type.element) };
    }
    case "map":
      return {
        kind: "map",
        key: lowerType(state, type.key) as MapType["key"],
        value: lowerType(state, type.value) as MapType["value"],
      };
    case "declared":
      return lowerDeclared(state, type);
  }
}

/** The outermost alias gives the name; all aliases of the chain give their constraints, innermost first. */
function lowerAliased(state: State, type: Extract<ResolvedType, { kind: "alias" }>): Type {
  const chain = aliasChain(type);
  const base = withoutAlias(type);
  const [outermost] = chain;
  const innermost = chain.at(-1);
  if (outermost === undefined || innermost === undefined) return lowerType(state, base);
  const home: State = { ...state, module: innermost.module };
  const constraints = [...chain]
    .reverse()
    .flatMap((symbol): Constraint[] => constraintsOf(symbol.node, base, constraintContext(home)));
  const alias: AliasReference = {
    name: outermost.qualifiedName,
    file: outermost.module.path,
    brand: chain.some((symbol) => state.analysis.annotations.find(symbol.node, "brand") !== undefined),
  };
  state.references.add(alias.file);
  const lowered = chain.reduceRight((current, symbol) => withAnnotations(home, current, symbol), lowerType(home, base));
  const shown = chain.find((symbol) => state.analysis.annotations.find(symbol.node, "example") !== undefined);
  const example = shown && exampleAt(shown.node, base, state.analysis);
  return {
    ...lowered,
    alias,
    ...(constraints.length === 0 ? {} : { constraints }),
    ...(example === undefined ? {} : { example }),
  };
}

function withAnnotations(state: State, type: Type, symbol: SymbolOf<"type_alias">): Type {
  const js = jsOf(state, symbol.node);
  if (type.kind !== "scalar" || js === undefined) return type;
  return { ...withoutJs(type), ...(js === "bigint" ? {} : { js }) };
}

function lowerDeclared(state: State, type: Extract<ResolvedType, { kind: "declared" }>): Reference {
  const { symbol } = type;
  const kind = isSymbolOf(symbol, "enum") ? "enum" : isSymbolOf(symbol, "union") ? "union" : "message";
  const instance = type.arguments.length === 0 ? undefined : state.analysis.instances.find(type, state.module);
  if (instance !== undefined) return referenceTo(state, { kind, ...instance }, instance.module);
  return referenceTo(state, { kind, name: symbol.qualifiedName, fullName: symbol.fullName }, symbol.module);
}

function referenceTo(
  state: State,
  target: { readonly kind: Reference["kind"]; readonly name: string; readonly fullName: string },
  module: Module,
): Reference {
  state.references.add(module.path);
  return { kind: target.kind, name: target.name, file: module.path, fullName: target.fullName };
}

function isPackable(type: ResolvedType): boolean {
  const base = withoutAlias(type);
  if (base.kind === "scalar") return base.name !== "string" && base.name !== "bytes";
  return base.kind === "declared" && base.symbol.node.kind === "enum";
}

function isMessage(type: ResolvedType): boolean {
  const base = withoutAlias(type);
  if (base.kind === "builtin") return base.name !== "uuid";
  return base.kind === "declared" && base.symbol.node.kind !== "enum";
}
