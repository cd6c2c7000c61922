import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import type { ExportNode, Identifier, ImportNode } from "../syntax/ast.ts";
import type { Bound } from "./bind.ts";
import type { DeclaredSymbol, Module } from "./program.ts";
import type { Report } from "./report.ts";
import { closest } from "../diagnostics/suggest.ts";

/** What a name of a module's import list stands for. */
export type ImportedName =
  | { readonly kind: "symbol"; readonly symbol: DeclaredSymbol | undefined; readonly use: ImportUse }
  | { readonly kind: "namespace"; readonly module: Module | undefined; readonly use: ImportUse };

/** One imported name, with whether anything refers to it. */
export interface ImportUse {
  readonly node: ImportNode;
  readonly local: Identifier;
  used: boolean;
}

export interface ModuleLinks {
  /** The symbol that other files see under a name, declared there or passed on by `export`. */
  exported(module: Module, name: string): DeclaredSymbol | undefined;
  /** All names that a module offers. */
  exportedNames(module: Module): ReadonlySet<string>;
  /** The names that a module imports. */
  imported(module: Module): ReadonlyMap<string, ImportedName>;
}

/** Resolves imports and re-exports of all modules. */
export function linkModules(modules: readonly Module[], bound: Bound, report: Report): ModuleLinks {
  const exporter = createExporter(bound);
  const imports = new Map<Module, ReadonlyMap<string, ImportedName>>();
  const links: ModuleLinks = {
    exported: exporter.exported,
    exportedNames: exporter.names,
    imported: (module) => imports.get(module) ?? new Map(),
  };
  for (const module of modules) {
    imports.set(module, importsOf(module, { bound, links, report }));
    checkExports(module, { bound, links, report });
  }
  return links;
}

interface Linking {
  readonly bound: Bound;
  readonly links: ModuleLinks;
  readonly report: Report;
}

interface Exporter {
  exported(module: Module, name: string): DeclaredSymbol | undefined;
  names(module: Module): ReadonlySet<string>;
}

/** Follows `export` through files, cycles included. Answers are kept only where no cycle was cut. */
function createExporter(bound: Bound): Exporter {
  const tables = new Map<Module, Map<string, DeclaredSymbol>>();
  const find = (module: Module, name: string, visited: Set<string>): DeclaredSymbol | undefined => {
    const key = `${module.index} ${name}`;
    if (visited.has(key)) return undefined;
    visited.add(key);
    const own = bound.topLevel.get(module)?.get(name) ?? tables.get(module)?.get(name);
    if (own !== undefined) return own;
    for (const node of module.ast.exports) {
      const target = module.targets.get(node);
      const wanted = nameBehind(node, name);
      const found = target === undefined || wanted === undefined ? undefined : find(target, wanted, visited);
      if (found !== undefined) return remember(tables, { module, name, symbol: found });
    }
    return undefined;
  };
  return { exported: (module, name) => find(module, name, new Set()), names: createNameLister(bound) };
}

/** The name to look for in the file that an `export` leads to; `undefined` when it does not pass the name on. */
function nameBehind(node: ExportNode, name: string): string | undefined {
  if (node.specifiers === undefined) return name;
  return node.specifiers.find((specifier) => (specifier.alias ?? specifier.name).text === name)?.name.text;
}

function remember(
  tables: Map<Module, Map<string, DeclaredSymbol>>,
  found: { readonly module: Module; readonly name: string; readonly symbol: DeclaredSymbol },
): DeclaredSymbol {
  const table = tables.get(found.module) ?? new Map<string, DeclaredSymbol>();
  tables.set(found.module, table.set(found.name, found.symbol));
  return found.symbol;
}

function createNameLister(bound: Bound): (module: Module) => ReadonlySet<string> {
  const collect = (module: Module, into: Set<string>, visited: Set<Module>): void => {
    if (visited.has(module)) return;
    visited.add(module);
    for (const name of bound.topLevel.get(module)?.keys() ?? []) into.add(name);
    for (const node of module.ast.exports) {
      const target = module.targets.get(node);
      for (const specifier of node.specifiers ?? []) into.add((specifier.alias ?? specifier.name).text);
      if (node.specifiers === undefined && target !== undefined) collect(target, into, visited);
    }
  };
  return (module) => {
    const names = new Set<string>();
    collect(module, names, new Set());
    return names;
  };
}

function importsOf(module: Module, linking: Linking): ReadonlyMap<string, ImportedName> {
  const names = new Map<string, ImportedName>();
  for (const node of module.ast.imports) {
    if (node.namespace !== undefined) {
      const use: ImportUse = { node, local: node.namespace, used: false };
      enterImport(names, { kind: "namespace", module: module.targets.get(node), use }, { module, linking });
    }
    for (const specifier of node.specifiers) {
      const use: ImportUse = { node, local: specifier.alias ?? specifier.name, used: false };
      const symbol = importedSymbol(module, node, specifier.name, linking);
      enterImport(names, { kind: "symbol", symbol, use }, { module, linking });
    }
  }
  return names;
}

function enterImport(
  names: Map<string, ImportedName>,
  imported: ImportedName,
  where: { readonly module: Module; readonly linking: Linking },
): void {
  const { bound, report } = where.linking;
  const { local } = imported.use;
  const own = bound.topLevel.get(where.module)?.get(local.text);
  const first = own?.nameSpan ?? names.get(local.text)?.use.local.span;
  if (first === undefined) {
    names.set(local.text, imported);
    return;
  }
  const message = own === undefined ? "first imported here" : "declared here";
  report(catalog.importConflict, { name: local.text }, { span: local.span, related: [{ span: first, message }] });
}

/** Looks a name up in the file that an import or export leads to, and reports when it is not there. */
function importedSymbol(
  module: Module,
  node: ImportNode | ExportNode,
  name: Identifier,
  linking: Linking,
): DeclaredSymbol | undefined {
  const target = module.targets.get(node);
  if (target === undefined) return undefined;
  const symbol = linking.links.exported(target, name.text);
  if (symbol !== undefined) return symbol;
  const suggestion = closest(name.text, linking.links.exportedNames(target));
  const parameters = { name: name.text, from: node.from.value, suggestion };
  linking.report(catalog.importedNameMissing, parameters, { span: name.span, ...spellingFix(name, suggestion) });
  return undefined;
}

function spellingFix(name: Identifier, suggestion: string | undefined): { fix?: Fix } {
  if (suggestion === undefined) return {};
  return { fix: { title: `write \`${suggestion}\``, edits: [{ span: name.span, text: suggestion }] } };
}

/** Every name a file passes on must exist and differ from what the file declares. */
function checkExports(module: Module, linking: Linking): void {
  const seen = new Map<string, Identifier>();
  for (const node of module.ast.exports) {
    for (const specifier of node.specifiers ?? []) {
      importedSymbol(module, node, specifier.name, linking);
      const local = specifier.alias ?? specifier.name;
      const first = linking.bound.topLevel.get(module)?.get(local.text)?.nameSpan ?? seen.get(local.text)?.span;
      seen.set(local.text, local);
      if (first === undefined) continue;
      const related = [{ span: first, message: "already exported here" }];
      linking.report(catalog.exportConflict, { name: local.text }, { span: local.span, related });
    }
  }
}
