import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Host } from "../source/host.ts";
import { createSourceFile, type SourceFile, type Span } from "../source/source-file.ts";
import type { ExportNode, ImportNode } from "../syntax/ast.ts";
import type { ParseResult } from "../syntax/parse.ts";
import { createModuleResolver, type ModuleResolver } from "./module-resolver.ts";
import { directoryOf, isInside, joinPath, pathBelow } from "./paths.ts";
import type { Module, StageResult } from "./program.ts";
import { createFindings, type Report } from "./report.ts";

/** Most files of one compilation. */
export const MAX_FILES = 1000;
/** Longest schema file, in UTF-16 code units. */
export const MAX_FILE_LENGTH = 4 * 1024 * 1024;

export interface LoadOptions {
  /** Absolute directory that paths in messages are relative to, and the root of the entry files below it. Default `/`. */
  readonly workingDirectory?: string;
  /** Directories that imports may name files of, and may reach; absolute or relative to the working directory. */
  readonly importRoots?: readonly string[];
}

/** What makes a tree of a text. */
export type Parse = (file: SourceFile) => ParseResult;

/** Reads and parses the entry files and all they import. Order: entries as given, then imports as they are met. */
export function loadModules(
  entryFiles: readonly string[],
  host: Host,
  parse: Parse,
  options: LoadOptions = {},
): StageResult<readonly Module[]> {
  const workingDirectory = options.workingDirectory ?? "/";
  const importRoots = (options.importRoots ?? []).map((root) => realDirectory(host, joinPath(workingDirectory, root)));
  const findings = createFindings();
  const loader: Loader = {
    host,
    parse,
    workingDirectory: realDirectory(host, workingDirectory),
    importRoots,
    resolver: createModuleResolver(host, importRoots),
    modules: [],
    byPath: new Map(),
    paths: new Set(),
    diagnostics: [],
    report: findings.report,
  };
  for (const entry of entryFiles) loadEntry(loader, joinPath(workingDirectory, entry));
  for (let index = 0; index < loader.modules.length; index++) followImports(loader, loader.modules[index] as Module);
  return { result: loader.modules, diagnostics: [...loader.diagnostics, ...findings.diagnostics] };
}

interface Loader {
  readonly host: Host;
  readonly parse: Parse;
  readonly workingDirectory: string;
  readonly importRoots: readonly string[];
  readonly resolver: ModuleResolver;
  readonly modules: Module[];
  readonly byPath: Map<string, Module>;
  /** Paths of modules that are given away. */
  readonly paths: Set<string>;
  readonly diagnostics: Diagnostic[];
  readonly report: Report;
}

/** A directory keeps its own name when the host does not know its canonical one (memory hosts know only files). */
function realDirectory(host: Host, path: string): string {
  return host.realPath(path) ?? path;
}

function loadEntry(loader: Loader, path: string): void {
  const real = loader.host.realPath(path);
  const text = real === undefined ? undefined : loader.host.readFile(real);
  if (real === undefined || text === undefined) {
    const source = createSourceFile(pathBelow(loader.workingDirectory, path), "");
    loader.report(catalog.entryNotFound, { path: source.path }, { span: { file: source, start: 0, end: 0 } });
    return;
  }
  if (loader.byPath.has(real)) return;
  const roots = [...loader.importRoots, loader.workingDirectory];
  addModule(loader, {
    real,
    text,
    root: roots.find((root) => isInside(root, real)) ?? directoryOf(real),
    isEntry: true,
  });
}

function addModule(
  loader: Loader,
  file: {
    readonly real: string;
    readonly text: string;
    readonly root: string;
    readonly isEntry: boolean;
    readonly prefix?: string;
  },
): Module {
  const source = createSourceFile(pathBelow(loader.workingDirectory, file.real), boundedText(file.text));
  const { ast, diagnostics } = loader.parse(source);
  if (file.text.length > MAX_FILE_LENGTH) reportFileTooLong(loader, source, file.text.length);
  loader.diagnostics.push(...diagnostics);
  const module: Module = {
    index: loader.modules.length,
    path: uniquePath(loader, (file.prefix ?? "") + pathBelow(file.root, file.real)),
    absolutePath: file.real,
    root: file.root,
    isEntry: file.isEntry,
    source,
    ast,
    packageName: ast.package?.name.text ?? "",
    targets: new Map(),
  };
  loader.modules.push(module);
  loader.byPath.set(file.real, module);
  return module;
}

function boundedText(text: string): string {
  return text.length > MAX_FILE_LENGTH ? "" : text;
}

function reportFileTooLong(loader: Loader, source: SourceFile, length: number): void {
  loader.report(catalog.fileTooLarge, { length }, { span: { file: source, start: 0, end: 0 } });
}

/** Two roots may hold files of the same path below them; the later one is known by its place in the file system. */
function uniquePath(loader: Loader, path: string): string {
  let candidate = path;
  for (let number = 2; loader.paths.has(candidate); number++) candidate = `${path}~${number}`;
  loader.paths.add(candidate);
  return candidate;
}

function followImports(loader: Loader, module: Module): void {
  for (const node of [...module.ast.imports, ...module.ast.exports]) {
    const target = followImport(loader, module, node);
    if (target !== undefined) module.targets.set(node, target);
  }
}

function followImport(loader: Loader, module: Module, node: ImportNode | ExportNode): Module | undefined {
  const span = node.from.span;
  const found = loader.resolver.resolve(node.from.value, module);
  if ("problem" in found) {
    reportProblem(loader, found, { module, text: node.from.value, span });
    return undefined;
  }
  const known = loader.byPath.get(found.path);
  if (known !== undefined) return known;
  if (loader.modules.length >= MAX_FILES) {
    loader.report(catalog.tooManyFiles, { limit: MAX_FILES }, { span });
    return undefined;
  }
  const text = loader.host.readFile(found.path) ?? "";
  return addModule(loader, { real: found.path, text, root: found.root, isEntry: false, prefix: found.prefix });
}

function reportProblem(
  loader: Loader,
  found: Extract<ReturnType<ModuleResolver["resolve"]>, { problem: string }>,
  place: { readonly module: Module; readonly text: string; readonly span: Span },
): void {
  const { text, span } = place;
  switch (found.problem) {
    case "forbidden":
      return loader.report(catalog.importForbidden, { text, reason: found.reason ?? "" }, { span });
    case "proto":
      return loader.report(catalog.importProto, { text }, { span });
    case "extension":
      return loader.report(catalog.importExtension, { text }, { span, fix: extensionFix(text, span) });
    case "escapes":
      return loader.report(catalog.importEscapes, { text, root: displayRoot(loader, place.module.root) }, { span });
    case "package":
      return loader.report(catalog.packageNotFound, { text, package: found.reason ?? "" }, { span });
    case "missing":
      return loader.report(catalog.importNotFound, { text, tried: found.reason ?? "" }, { span });
  }
}

function extensionFix(text: string, span: Span): { title: string; edits: { span: Span; text: string }[] } {
  return { title: "add the file extension", edits: [{ span, text: JSON.stringify(`${text}.rpc`) }] };
}

function displayRoot(loader: Loader, root: string): string {
  return root === loader.workingDirectory ? "." : pathBelow(loader.workingDirectory, root);
}
