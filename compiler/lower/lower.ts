import type {
  AliasDescriptor,
  Declaration,
  FileDescriptor,
  ReexportDescriptor,
  SchemaDescriptor,
  ServiceDescriptor,
} from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import { type DeclaredSymbol, type Instance, isSymbolOf, type Module, type SymbolOf } from "../semantics/program.ts";
import { declarationBase } from "./annotations.ts";
import { lowerEnum } from "./lower-enum.ts";
import { lowerMethod } from "./lower-method.ts";
import { lowerShape } from "./lower-shape.ts";
import { createTypeLowering, type TypeLowering } from "./lower-type.ts";
import { reservedOf } from "./reserved.ts";

/** Turns a checked program into the descriptor that templates read. Wrong parts are left out; the order is that of the schema. */
export function lower(analysis: Analysis): SchemaDescriptor {
  const byModule = new Map<Module, DeclaredSymbol[]>();
  for (const symbol of analysis.bound.symbols) {
    const symbols = byModule.get(symbol.module);
    if (symbols === undefined) byModule.set(symbol.module, [symbol]);
    else symbols.push(symbol);
  }
  const files = analysis.modules.map((module) => lowerModule(module, byModule.get(module) ?? [], analysis));
  return { files: files.sort((left, right) => compareText(left.path, right.path)) };
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function lowerModule(module: Module, symbols: readonly DeclaredSymbol[], analysis: Analysis): FileDescriptor {
  const types = createTypeLowering(analysis, module);
  const declared = inOrder(symbols).flatMap((symbol) => lowerSymbol(symbol, analysis, types));
  const instances = [...analysis.instances.ofModule(module)].sort((left, right) => compareText(left.name, right.name));
  const expanded = instances.map((instance) => lowerInstance(instance, analysis));
  for (const { references } of expanded) for (const path of references) types.references.add(path);
  return {
    path: module.path,
    package: module.packageName,
    edition: Number(module.ast.edition?.value.value ?? 2026n),
    imports: [...types.references].filter((path) => path !== module.path).sort(compareText),
    reexports: reexportsOf(module),
    declarations: [...declared, ...expanded.map(({ declaration }) => declaration)],
  };
}

/** Schema order, but a service after its inline shapes. */
function inOrder(symbols: readonly DeclaredSymbol[]): DeclaredSymbol[] {
  const ordered: DeclaredSymbol[] = [];
  let service: DeclaredSymbol | undefined;
  const flush = (): void => {
    if (service !== undefined) ordered.push(service);
    service = undefined;
  };
  for (const symbol of symbols) {
    if (symbol.parent === undefined) flush();
    if (symbol.node.kind === "service") service = symbol;
    else ordered.push(symbol);
  }
  flush();
  return ordered;
}

function lowerSymbol(symbol: DeclaredSymbol, analysis: Analysis, types: TypeLowering): Declaration[] {
  if (symbol.typeParameters.length > 0) return [];
  if (isSymbolOf(symbol, "message", "union", "error", "inline_shape")) {
    const shape = analysis.shapes.get(symbol);
    return shape === undefined ? [] : [lowerShape(shape, { analysis, types })];
  }
  if (isSymbolOf(symbol, "enum")) return [lowerEnum(symbol, analysis)];
  if (isSymbolOf(symbol, "type_alias")) return [lowerAlias(symbol, analysis, types)];
  if (isSymbolOf(symbol, "service")) return [lowerService(symbol, analysis, types)];
  if (isSymbolOf(symbol, "constant")) {
    const value = analysis.values.constant(symbol);
    if (value?.kind === "enum") types.references.add(value.enum.file);
    return value === undefined ? [] : [{ kind: "constant", ...declarationBase(symbol, analysis), value }];
  }
  return [];
}

function lowerInstance(
  instance: Instance,
  analysis: Analysis,
): { readonly declaration: Declaration; readonly references: ReadonlySet<string> } {
  const types = createTypeLowering(analysis, instance.module, instance.arguments);
  const shape = analysis.shapes.get(instance.symbol);
  const empty = { symbol: instance.symbol, members: [], fields: [], reserved: [] };
  const declaration = lowerShape(shape ?? empty, { analysis, types, instance });
  return { declaration, references: types.references };
}

function lowerAlias(symbol: SymbolOf<"type_alias">, analysis: Analysis, types: TypeLowering): AliasDescriptor {
  return {
    kind: "alias",
    ...declarationBase(symbol, analysis),
    type: types.aliasType(symbol),
    brand: analysis.annotations.find(symbol.node, "brand") !== undefined,
  };
}

function lowerService(symbol: SymbolOf<"service">, analysis: Analysis, types: TypeLowering): ServiceDescriptor {
  const reserved = symbol.node.members.filter((member) => member.kind === "reserved");
  return {
    kind: "service",
    ...declarationBase(symbol, analysis),
    methods: (analysis.methods.get(symbol) ?? []).map((method) => lowerMethod(method, { analysis, types })),
    reservedNames: [...reservedOf(reserved, 0).names],
  };
}

function reexportsOf(module: Module): ReexportDescriptor[] {
  return module.ast.exports.flatMap((node) => {
    const target = module.targets.get(node);
    if (target === undefined) return [];
    if (node.specifiers === undefined) return [{ path: target.path }];
    const names = node.specifiers.map(({ name, alias }) => ({ name: name.text, as: (alias ?? name).text }));
    return [{ path: target.path, names }];
  });
}
