import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { Span } from "../source/source-file.ts";
import { unknownType } from "./builtin-types.ts";
import {
  type DeclaredSymbol,
  type Instance,
  isSymbolOf,
  type Module,
  type ResolvedType,
  type Shape,
} from "./program.ts";
import type { Report } from "./report.ts";

/** Longest name of an instance; it is an identifier of the generated code. */
export const MAX_INSTANCE_NAME = 128;
/** Most instances of generics in one compilation. */
export const MAX_INSTANCES = 10_000;

/** Instances of generic messages and unions, by the file that uses them. */
export interface Instances {
  /** In order of their first use. */
  ofModule(module: Module): readonly Instance[];
  /** The instance behind a type with concrete arguments, as seen from a file. */
  find(type: ResolvedType, module: Module): Instance | undefined;
}

/** A place where a type is written, with its file. */
export interface TypeUse {
  readonly type: ResolvedType;
  readonly module: Module;
  readonly span: Span;
}

interface Registry {
  readonly shapes: ReadonlyMap<object, Shape>;
  readonly report: Report;
  readonly byModule: Map<Module, Map<string, Instance>>;
  readonly nameOwners: Map<string, { readonly key: string; readonly span: Span }>;
  readonly queue: { readonly instance: Instance; readonly span: Span }[];
  readonly refused: Set<DeclaredSymbol>;
  count: number;
}

/** Makes one instance per file and argument list for every use of a generic, uses inside instances included. */
export function expandGenerics(uses: Iterable<TypeUse>, shapes: ReadonlyMap<object, Shape>, report: Report): Instances {
  const registry: Registry = {
    shapes,
    report,
    byModule: new Map(),
    nameOwners: new Map(),
    queue: [],
    refused: new Set(),
    count: 0,
  };
  for (const use of uses) visitType(registry, use);
  for (let next = 0; next < registry.queue.length; next++) expandInstance(registry, registry.queue[next]);
  return {
    ofModule: (module) => [...(registry.byModule.get(module)?.values() ?? [])],
    find: (type, module) => registry.byModule.get(module)?.get(typeKey(type)),
  };
}

function expandInstance(registry: Registry, next: Registry["queue"][number] | undefined): void {
  if (next === undefined) return;
  const { instance, span } = next;
  for (const field of registry.shapes.get(instance.symbol)?.fields ?? []) {
    const type = substitute(field.type, instance.arguments);
    visitType(registry, { type, module: instance.module, span });
  }
}

/** Instances that a type needs, those of its arguments first. Aliases are left to the file that declares them. */
function visitType(registry: Registry, use: TypeUse): void {
  const { type } = use;
  switch (type.kind) {
    case "list":
      return visitType(registry, { ...use, type: type.element });
    case "map":
      visitType(registry, { ...use, type: type.key });
      return visitType(registry, { ...use, type: type.value });
    case "declared":
      // Only the outermost type that is too large is reported.
      if (instanceName(type).length > MAX_INSTANCE_NAME) return refuse(registry, type.symbol, use);
      for (const argument of type.arguments) visitType(registry, { ...use, type: argument });
      return request(registry, type, use);
    default:
      return;
  }
}

function request(registry: Registry, type: Extract<ResolvedType, { kind: "declared" }>, use: TypeUse): void {
  const { symbol } = type;
  if (type.arguments.length === 0 || !isConcrete(type) || !isSymbolOf(symbol, "message", "union")) return;
  const table = registry.byModule.get(use.module) ?? new Map<string, Instance>();
  const key = typeKey(type);
  if (table.has(key)) return;
  const name = instanceName(type);
  if (registry.count >= MAX_INSTANCES) return refuse(registry, symbol, use);
  const { packageName } = use.module;
  const fullName = packageName === "" ? name : `${packageName}.${name}`;
  const instance: Instance = { name, fullName, module: use.module, symbol, arguments: type.arguments, span: use.span };
  registry.byModule.set(use.module, table.set(key, instance));
  registry.count++;
  registry.queue.push({ instance, span: use.span });
  checkNameOwner(registry, instance, { key, span: use.span });
}

function refuse(registry: Registry, symbol: DeclaredSymbol, use: TypeUse): void {
  if (registry.refused.has(symbol)) return;
  registry.refused.add(symbol);
  const related = [{ span: symbol.nameSpan, message: "declared here" }];
  const parameters = { name: symbol.name, nameLimit: MAX_INSTANCE_NAME, limit: MAX_INSTANCES };
  registry.report(catalog.genericTooLarge, parameters, { span: use.span, related });
}

/** Two argument lists may read the same (`Page<a.User>` and `Page<b.User>`); within a package that is a clash. */
function checkNameOwner(
  registry: Registry,
  instance: Instance,
  owner: { readonly key: string; readonly span: Span },
): void {
  const scope = instance.module.packageName === "" ? `${instance.module.path}:` : "";
  const first = registry.nameOwners.get(scope + instance.fullName);
  if (first === undefined) registry.nameOwners.set(scope + instance.fullName, owner);
  else if (first.key !== owner.key) {
    const related = [{ span: first.span, message: "also needed here, with other types" }];
    registry.report(catalog.instanceNameClash, { name: instance.name }, { span: owner.span, related });
  }
}

/** False when a type parameter, or something unknown, is in the type. */
export function isConcrete(type: ResolvedType): boolean {
  switch (type.kind) {
    case "unknown":
    case "parameter":
      return false;
    case "list":
      return isConcrete(type.element);
    case "map":
      return isConcrete(type.key) && isConcrete(type.value);
    case "declared":
      return type.arguments.every(isConcrete);
    case "alias":
      return isConcrete(type.target);
    default:
      return true;
  }
}

/** Replaces type parameters by arguments. */
export function substitute(type: ResolvedType, args: readonly ResolvedType[]): ResolvedType {
  switch (type.kind) {
    case "parameter":
      return args[type.index] ?? unknownType;
    case "list":
      return { kind: "list", element: substitute(type.element, args) };
    case "map":
      return { kind: "map", key: substitute(type.key, args), value: substitute(type.value, args) };
    case "declared":
      if (type.arguments.length === 0) return type;
      return { ...type, arguments: type.arguments.map((argument) => substitute(argument, args)) };
    default:
      return type;
  }
}

const keys = new WeakMap<ResolvedType, string>();

/** A text that two types share exactly when they are the same type. */
export function typeKey(type: ResolvedType): string {
  const known = keys.get(type);
  if (known !== undefined) return known;
  const key = computeKey(type);
  keys.set(type, key);
  return key;
}

function computeKey(type: ResolvedType): string {
  switch (type.kind) {
    case "unknown":
      return "?";
    case "scalar":
    case "builtin":
      return type.name;
    case "parameter":
      return `$${type.owner.id}.${type.index}`;
    case "alias":
      return `#${type.symbol.id}`;
    case "list":
      return `${typeKey(type.element)}[]`;
    case "map":
      return `{${typeKey(type.key)},${typeKey(type.value)}}`;
    case "declared":
      return `#${type.symbol.id}${type.arguments.length === 0 ? "" : `<${type.arguments.map(typeKey).join(",")}>`}`;
  }
}

const names = new WeakMap<ResolvedType, string>();

/** The part that a type adds to the name of an instance: `Page<Tree<User>>` reads `Page_Tree_User`. */
export function instanceName(type: ResolvedType): string {
  const known = names.get(type);
  if (known !== undefined) return known;
  const name = computeName(type);
  names.set(type, name);
  return name;
}

function computeName(type: ResolvedType): string {
  switch (type.kind) {
    case "unknown":
      return "Unknown";
    case "scalar":
    case "builtin":
    case "parameter":
      return type.name[0]?.toUpperCase() + type.name.slice(1);
    case "alias":
      return type.symbol.name;
    case "list":
      return `${instanceName(type.element)}List`;
    case "map":
      return `Map_${instanceName(type.key)}_${instanceName(type.value)}`;
    case "declared":
      return [type.symbol.qualifiedName.replaceAll(".", "_"), ...type.arguments.map(instanceName)].join("_");
  }
}
