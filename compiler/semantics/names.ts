import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import { positionAt } from "../source/source-file.ts";
import type { Identifier, QualifiedName } from "../syntax/ast.ts";
import type { Bound } from "./bind.ts";
import { builtinTypes } from "./builtin-types.ts";
import type { ImportedName, ModuleLinks } from "./exports.ts";
import { relativeImport } from "./paths.ts";
import { type DeclaredSymbol, isSymbolOf, type Module } from "./program.ts";
import type { Report } from "./report.ts";
import { closest } from "../diagnostics/suggest.ts";
import { builtinForForeignName } from "./foreign-names.ts";

/** Where a name is used: in a file, and within a declaration of it. */
export interface Scope {
  readonly module: Module;
  readonly symbol?: DeclaredSymbol;
}

/** What a name stands for. */
export type Meaning =
  | { readonly kind: "symbol"; readonly symbol: DeclaredSymbol }
  | { readonly kind: "namespace"; readonly module: Module }
  | { readonly kind: "parameter"; readonly owner: DeclaredSymbol; readonly index: number; readonly inner: boolean }
  | { readonly kind: "builtin"; readonly name: string }
  /** Reported before; stays silent. */
  | { readonly kind: "broken" };

/** What kind of thing a name should be, for messages. */
export type Expected = "type" | "error" | "constant" | "annotation";

export interface NameResolver {
  /** What the first part of a name means in a scope; marks imports as used. */
  first(name: string, scope: Scope): Meaning | undefined;
  /** Resolves a whole qualified name without a report; `at` is the index of the part that failed. */
  find(
    name: QualifiedName,
    scope: Scope,
  ): { readonly meaning?: Meaning; readonly at: number; readonly holder?: Meaning };
  /** Resolves a qualified name to a symbol, built-in, or type parameter; reports when it is unknown. */
  resolve(name: QualifiedName, scope: Scope, expected: Expected): Meaning;
  /** Reports a name that nothing in scope answers to. */
  reportUnknown(name: QualifiedName, scope: Scope, expected: Expected): void;
}

export interface NameResolverParts {
  readonly modules: readonly Module[];
  readonly bound: Bound;
  readonly links: ModuleLinks;
  readonly report: Report;
}

/** Creates the look-up of names: type parameters, enclosing messages, the file, its imports, built-ins, in this order. */
export function createNameResolver(parts: NameResolverParts): NameResolver {
  const first = (name: string, scope: Scope): Meaning | undefined => firstMeaning(parts, name, scope);
  const find: NameResolver["find"] = (name, scope) => findQualified(parts, name, scope);
  const index = createNameIndex(parts);
  const reportUnknown: NameResolver["reportUnknown"] = (name, scope, expected) =>
    reportUnknownName(parts, { name, scope, expected, index, ...find(name, scope) });
  const resolve: NameResolver["resolve"] = (name, scope, expected) => {
    const meaning = name.parts.length === 1 ? first(name.text, scope) : find(name, scope).meaning;
    if (meaning !== undefined) return meaning;
    reportUnknown(name, scope, expected);
    return { kind: "broken" };
  };
  return { first, find, resolve, reportUnknown };
}

function firstMeaning(parts: NameResolverParts, name: string, scope: Scope): Meaning | undefined {
  let inner = true;
  for (let symbol = scope.symbol; symbol !== undefined; symbol = symbol.parent) {
    const index = indexOfParameter(symbol, name);
    if (index >= 0) return { kind: "parameter", owner: symbol, index, inner };
    const child = symbol.children.size === 0 ? undefined : symbol.children.get(name);
    if (child !== undefined && child.node.kind !== "inline_shape") return { kind: "symbol", symbol: child };
    inner = false;
  }
  const own = parts.bound.topLevel.get(scope.module)?.get(name);
  if (own !== undefined) return { kind: "symbol", symbol: own };
  const imported = parts.links.imported(scope.module).get(name);
  if (imported !== undefined) return importedMeaning(imported);
  return builtinMeanings.get(name);
}

/** Most names in a schema, made once. */
const builtinMeanings: ReadonlyMap<string, Meaning> = new Map(
  [...builtinTypes.keys()].map((name) => [name, { kind: "builtin", name }]),
);

/** Only generics have any. */
function indexOfParameter({ typeParameters }: DeclaredSymbol, name: string): number {
  return typeParameters.length === 0 ? -1 : typeParameters.findIndex(({ text }) => text === name);
}

function importedMeaning(imported: ImportedName): Meaning {
  imported.use.used = true;
  if (imported.kind === "namespace") {
    return imported.module === undefined ? { kind: "broken" } : { kind: "namespace", module: imported.module };
  }
  return imported.symbol === undefined ? { kind: "broken" } : { kind: "symbol", symbol: imported.symbol };
}

function findQualified(parts: NameResolverParts, name: QualifiedName, scope: Scope): ReturnType<NameResolver["find"]> {
  const [head] = name.parts;
  let meaning = head === undefined ? undefined : firstMeaning(parts, head.text, scope);
  for (let at = 1; at < name.parts.length; at++) {
    if (meaning === undefined) return { at: at - 1 };
    if (meaning.kind === "broken") return { meaning, at };
    const next = memberOf(parts, meaning, name.parts[at] as Identifier);
    if (next === undefined) return { at, holder: meaning };
    meaning = next;
  }
  return meaning === undefined ? { at: name.parts.length - 1 } : { meaning, at: name.parts.length - 1 };
}

function memberOf(parts: NameResolverParts, holder: Meaning, part: Identifier): Meaning | undefined {
  const symbol =
    holder.kind === "namespace"
      ? parts.links.exported(holder.module, part.text)
      : holder.kind === "symbol"
        ? holder.symbol.children.get(part.text)
        : undefined;
  return symbol === undefined || symbol.node.kind === "inline_shape" ? undefined : { kind: "symbol", symbol };
}

interface UnknownName {
  readonly name: QualifiedName;
  readonly scope: Scope;
  readonly expected: Expected;
  readonly at: number;
  readonly holder?: Meaning;
  readonly index: NameIndex;
}

function reportUnknownName(parts: NameResolverParts, unknown: UnknownName): void {
  const { name, scope, at, holder, expected } = unknown;
  const part = name.parts[at] ?? name;
  if (holder !== undefined) return reportUnknownMember(parts, unknown, holder);
  const near =
    (expected === "type" ? builtinForForeignName(part.text) : undefined) ??
    closest(part.text, namesInScope(parts, scope, expected));
  if (near !== undefined) {
    const fix: Fix = { title: `write \`${near}\``, edits: [{ span: part.span, text: near }] };
    const parameters = { name: part.text, expected, help: [`did you mean \`${near}\`?`], file: fileName(scope.module) };
    return parts.report(catalog.unknownName, parameters, { span: part.span, fix });
  }
  const elsewhere = unknown.index.find(part.text, expected, scope.module);
  const parameters = { name: part.text, expected, help: elsewhere?.help ?? [], file: fileName(scope.module) };
  parts.report(catalog.unknownName, parameters, {
    span: part.span,
    ...(elsewhere === undefined ? {} : { fix: elsewhere.fix(part) }),
  });
}

function fileName(module: Module): string {
  return module.path.slice(module.path.lastIndexOf("/") + 1);
}

function reportUnknownMember(parts: NameResolverParts, unknown: UnknownName, holder: Meaning): void {
  const part = unknown.name.parts[unknown.at] as Identifier;
  const container = unknown.name.parts
    .slice(0, unknown.at)
    .map(({ text }) => text)
    .join(".");
  const names =
    holder.kind === "namespace"
      ? [...parts.links.exportedNames(holder.module)]
      : holder.kind === "symbol"
        ? [...holder.symbol.children.keys()]
        : [];
  const suggestion = closest(part.text, names);
  const fix = suggestion && { title: `write \`${suggestion}\``, edits: [{ span: part.span, text: suggestion }] };
  const parameters = { name: part.text, container, suggestion, file: holder.kind === "namespace" };
  parts.report(catalog.unknownMember, parameters, { span: part.span, ...(fix ? { fix } : {}) });
}

/** True when a symbol may stand where `expected` is wanted. */
export function answersTo(symbol: DeclaredSymbol, expected: Expected): boolean {
  switch (expected) {
    case "type":
      return isSymbolOf(symbol, "message", "enum", "union", "type_alias");
    case "error":
      return isSymbolOf(symbol, "error", "error_set");
    case "constant":
      return isSymbolOf(symbol, "constant", "enum");
    case "annotation":
      return isSymbolOf(symbol, "annotation_declaration");
  }
}

function namesInScope(parts: NameResolverParts, scope: Scope, expected: Expected): string[] {
  const names: string[] = [];
  for (let symbol = scope.symbol; symbol !== undefined; symbol = symbol.parent) {
    if (expected === "type") names.push(...symbol.typeParameters.map(({ text }) => text));
    for (const child of symbol.children.values()) if (answersTo(child, expected)) names.push(child.name);
  }
  for (const symbol of parts.bound.topLevel.get(scope.module)?.values() ?? []) {
    if (answersTo(symbol, expected)) names.push(symbol.name);
  }
  for (const [local, imported] of parts.links.imported(scope.module)) {
    if (imported.kind === "symbol" && imported.symbol && answersTo(imported.symbol, expected)) names.push(local);
  }
  return expected === "type" ? [...names, ...builtinTypes.keys()] : names;
}

interface NameIndex {
  /** Where else in the compilation a name (or one spelled much like it) is declared. */
  find(name: string, expected: Expected, from: Module): Elsewhere | undefined;
}

interface Elsewhere {
  readonly help: readonly string[];
  readonly fix: (part: Identifier | QualifiedName) => Fix;
}

/** Built at the first unknown name, so that correct schemas do not pay for it. */
function createNameIndex(parts: NameResolverParts): NameIndex {
  let byName: Map<string, DeclaredSymbol[]> | undefined;
  const build = (): Map<string, DeclaredSymbol[]> => {
    const table = new Map<string, DeclaredSymbol[]>();
    for (const symbol of parts.bound.symbols) {
      if (symbol.parent !== undefined) continue;
      table.set(symbol.name, [...(table.get(symbol.name) ?? []), symbol]);
    }
    return table;
  };
  return {
    find: (name, expected, from) => {
      byName ??= build();
      const candidates = [...byName].filter(([, symbols]) => symbols.some((symbol) => answersTo(symbol, expected)));
      const names = candidates.map(([candidate]) => candidate);
      const wanted = names.includes(name) ? name : closest(name, names);
      const symbol = wanted === undefined ? undefined : byName.get(wanted)?.find((each) => answersTo(each, expected));
      return symbol === undefined || symbol.module === from ? undefined : describeElsewhere(name, symbol, from);
    },
  };
}

function describeElsewhere(name: string, symbol: DeclaredSymbol, from: Module): Elsewhere {
  const sameRoot = symbol.module.root === from.root;
  const path = sameRoot ? relativeImport(from.path, symbol.module.path) : symbol.module.path;
  const { line, column } = positionAt(symbol.module.source, symbol.nameSpan.start);
  const statement = `import { ${symbol.name} } from ${JSON.stringify(path)};`;
  const place = `${path}:${line}:${column}`;
  const question =
    name === symbol.name
      ? `\`${name}\` is declared in ${place}; import it`
      : `did you mean \`${symbol.name}\`? It is declared in ${place}`;
  return {
    help: [`${question}\n+ ${statement}`],
    fix: (part) => ({
      title: `import \`${symbol.name}\` from ${path}`,
      edits: [importEdit(from, statement), ...(name === symbol.name ? [] : [{ span: part.span, text: symbol.name }])],
    }),
  };
}

function importEdit(module: Module, statement: string): Fix["edits"][number] {
  const { ast, source } = module;
  const after = ast.imports.at(-1)?.span ?? ast.package?.span ?? ast.edition?.span;
  const place = after?.end ?? 0;
  const text = after === undefined ? `${statement}\n` : `${ast.imports.length > 0 ? "\n" : "\n\n"}${statement}`;
  return { span: { file: source, start: place, end: place }, text };
}
