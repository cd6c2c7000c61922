import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { Span } from "../source/source-file.ts";
import type { DeclarationNode, Identifier, MemberNode, MethodNode, ServiceNode } from "../syntax/ast.ts";
import { builtinTypes } from "./builtin-types.ts";
import type { DeclaredSymbol, InlineShapeNode, Module, SymbolNode } from "./program.ts";
import type { Report } from "./report.ts";
import { pascalCase } from "./spelling.ts";

/** All declared symbols of a compilation. */
export interface Bound {
  /** Every symbol, nested ones after the one that holds them; those of one module stand together. */
  readonly symbols: readonly DeclaredSymbol[];
  /** Top-level names of each module. */
  readonly topLevel: ReadonlyMap<Module, ReadonlyMap<string, DeclaredSymbol>>;
  readonly symbolOfNode: ReadonlyMap<object, DeclaredSymbol>;
}

interface Binder {
  readonly report: Report;
  readonly symbols: DeclaredSymbol[];
  readonly symbolOfNode: Map<object, DeclaredSymbol>;
}

/** Declares every name of every module; a name declared twice is reported and the first one counts. */
export function bind(modules: readonly Module[], report: Report): Bound {
  const binder: Binder = { report, symbols: [], symbolOfNode: new Map() };
  const topLevel = new Map<Module, ReadonlyMap<string, DeclaredSymbol>>();
  for (const module of modules) {
    const names = new Map<string, DeclaredSymbol>();
    for (const node of module.ast.declarations) bindDeclaration(binder, node, { module, names });
    topLevel.set(module, names);
  }
  return { symbols: binder.symbols, topLevel, symbolOfNode: binder.symbolOfNode };
}

interface Surroundings {
  readonly module: Module;
  readonly names: Map<string, DeclaredSymbol>;
  readonly parent?: DeclaredSymbol;
}

function bindDeclaration(binder: Binder, node: DeclarationNode, around: Surroundings): void {
  const name = node.kind === "annotation_declaration" ? node.name.text : node.name.text;
  const symbol = declare(binder, { name, node, nameSpan: node.name.span }, around);
  if (node.kind === "message" || node.kind === "union" || node.kind === "error")
    bindMembers(binder, node.members, symbol);
  if (node.kind === "service") bindInlineShapes(binder, node, symbol);
}

/** Types inside a shape; the members of a oneof share the scope of their message. */
function bindMembers(binder: Binder, members: readonly MemberNode[], parent: DeclaredSymbol): void {
  for (const member of members) {
    if (member.kind === "oneof") bindMembers(binder, member.members, parent);
    if (member.kind === "message" || member.kind === "enum" || member.kind === "union") {
      bindDeclaration(binder, member, { module: parent.module, names: parent.children, parent });
    }
  }
}

function bindInlineShapes(binder: Binder, service: ServiceNode, parent: DeclaredSymbol): void {
  for (const member of service.members) {
    if (member.kind !== "method") continue;
    for (const shape of inlineShapesOf(member)) {
      const suffix = shape.origin === "parameters" ? "Request" : "Result";
      const name = pascalCase(member.name.text) + suffix;
      const around = { module: parent.module, names: parent.children, parent };
      // A second method of the same name is reported where method names are checked.
      const symbol = declare(binder, { name, node: shape, nameSpan: member.name.span, silent: true }, around);
      bindMembers(binder, shape.members, symbol);
    }
  }
}

function inlineShapesOf(method: MethodNode): InlineShapeNode[] {
  const shapes: InlineShapeNode[] = [];
  const { parameters, result } = method;
  const base = { kind: "inline_shape", name: method.name, annotations: [] } as const;
  if (parameters.kind === "inline_parameters") {
    shapes.push({ ...base, origin: "parameters", members: parameters.fields, span: parameters.span });
  }
  if (result?.kind === "inline_result") {
    shapes.push({ ...base, origin: "result", members: result.members, span: result.span });
  }
  return shapes;
}

interface NewSymbol {
  readonly name: string;
  readonly node: SymbolNode;
  readonly nameSpan: Span;
  readonly silent?: boolean;
}

function declare(binder: Binder, declared: NewSymbol, around: Surroundings): DeclaredSymbol {
  const { module, names, parent } = around;
  const qualifiedName = parent === undefined ? declared.name : `${parent.qualifiedName}.${declared.name}`;
  const symbol: DeclaredSymbol = {
    id: binder.symbols.length,
    name: declared.name,
    qualifiedName,
    fullName: module.packageName === "" ? qualifiedName : `${module.packageName}.${qualifiedName}`,
    module,
    node: declared.node,
    nameSpan: declared.nameSpan,
    ...(parent === undefined ? {} : { parent }),
    children: new Map(),
    typeParameters: bindTypeParameters(binder, declared.node),
  };
  binder.symbols.push(symbol);
  binder.symbolOfNode.set(keyOfNode(declared.node), symbol);
  enterName(binder, symbol, { names, silent: declared.silent ?? false });
  return symbol;
}

/** Inline shapes are made here, so they are found again by the parameters or result they stand for. */
function keyOfNode(node: SymbolNode): object {
  return node.kind === "inline_shape" ? node.members : node;
}

function enterName(
  binder: Binder,
  symbol: DeclaredSymbol,
  target: { readonly names: Map<string, DeclaredSymbol>; readonly silent: boolean },
): void {
  const { names, silent } = target;
  const first = names.get(symbol.name);
  if (first !== undefined && !silent) {
    const related = [{ span: first.nameSpan, message: "first declared here" }];
    binder.report(catalog.duplicateDeclaration, { name: symbol.name }, { span: symbol.nameSpan, related });
  }
  if (first === undefined) names.set(symbol.name, symbol);
  if (!silent && namesType(symbol) && (builtinTypes.has(symbol.name) || symbol.name === "map")) {
    binder.report(catalog.builtinNameDeclared, { name: symbol.name }, { span: symbol.nameSpan });
  }
}

function namesType(symbol: DeclaredSymbol): boolean {
  return ["message", "enum", "union", "error", "type_alias"].includes(symbol.node.kind);
}

function bindTypeParameters(binder: Binder, node: SymbolNode): readonly Identifier[] {
  if (node.kind !== "message" && node.kind !== "union") return [];
  const seen = new Map<string, Identifier>();
  for (const parameter of node.typeParameters) {
    const first = seen.get(parameter.text);
    if (first === undefined) seen.set(parameter.text, parameter);
    else {
      const related = [{ span: first.span, message: "first declared here" }];
      binder.report(catalog.duplicateDeclaration, { name: parameter.text }, { span: parameter.span, related });
    }
    if (builtinTypes.has(parameter.text)) {
      binder.report(catalog.builtinNameDeclared, { name: parameter.text }, { span: parameter.span });
    }
  }
  return node.typeParameters;
}
