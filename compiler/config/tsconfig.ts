import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { parentOf } from "../emit/output-path.ts";
import type { Host } from "../source/host.ts";
import type { OutputOptions } from "../../templates/template.ts";
import { parseJsonc } from "./jsonc.ts";
import { absolutePath, placeIn } from "./place.ts";

/** How generated files of a directory import each other. */
export interface ImportStyle {
  readonly importExtension: OutputOptions["importExtension"];
  readonly diagnostics: readonly Diagnostic[];
}

/** Those compiler options that decide how a relative import is written. */
interface ModuleOptions {
  readonly module?: string;
  readonly moduleResolution?: string;
  readonly allowImportingTsExtensions?: boolean;
  readonly rewriteRelativeImportExtensions?: boolean;
}

/** Most files of an `extends` chain; more is a circle. */
const MAX_EXTENDS = 32;

/** Asks the nearest tsconfig.json above a directory; without one, `.js`, which every resolution understands. */
export function importStyleFor(directory: string, host: Host): ImportStyle {
  const diagnostics: Diagnostic[] = [];
  const path = findTsconfig(directory, host);
  const options = path === undefined ? {} : readOptions({ path, host, diagnostics, budget: { left: MAX_EXTENDS } });
  return { importExtension: extensionFor(options), diagnostics };
}

function extensionFor(options: ModuleOptions): OutputOptions["importExtension"] {
  if (options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true) return ".ts";
  const module = options.module?.toLowerCase();
  const resolution = options.moduleResolution?.toLowerCase() ?? (module === "preserve" ? "bundler" : undefined);
  return resolution === "bundler" || resolution === "node" || resolution === "node10" ? "" : ".js";
}

function findTsconfig(start: string, host: Host): string | undefined {
  for (let directory = start; ; directory = parentOf(directory)) {
    const path = `${directory === "/" ? "" : directory}/tsconfig.json`;
    if (host.readFile(path) !== undefined) return path;
    if (parentOf(directory) === directory) return undefined;
  }
}

interface Reading {
  readonly path: string;
  readonly host: Host;
  readonly diagnostics: Diagnostic[];
  readonly budget: { left: number };
}

/** Options of a file over those that it extends; of several extended files the later one wins. */
function readOptions(reading: Reading): ModuleOptions {
  const text = reading.host.readFile(reading.path);
  if (text === undefined) return problem(reading, "there is no such file");
  if (reading.budget.left-- <= 0) return problem(reading, `\`extends\` leads through more than ${MAX_EXTENDS} files`);
  const parsed = parseJsonc(text);
  if ("problem" in parsed) return problem(reading, parsed.problem.reason);
  if (!isRecord(parsed.value)) return problem(reading, "it is not an object");
  const { extends: bases, compilerOptions } = parsed.value;
  const inherited = (Array.isArray(bases) ? bases : [bases])
    .filter((base) => typeof base === "string")
    .map((base) => readBase(base, reading));
  return Object.assign({}, ...inherited, pickOptions(compilerOptions)) as ModuleOptions;
}

function readBase(base: string, reading: Reading): ModuleOptions {
  const path = resolveBase(base, reading);
  return path === undefined
    ? problem(reading, `it extends ${JSON.stringify(base)}, which was not found`)
    : readOptions({ ...reading, path });
}

/** A relative path, or a file of a package in some `node_modules` above. */
function resolveBase(base: string, { path, host }: Reading): string | undefined {
  const exists = (candidate: string): boolean => host.readFile(candidate) !== undefined;
  if (/^(?:\.|\/|[A-Za-z]:)/u.test(base)) {
    const full = absolutePath(parentOf(path), base);
    return [full, `${full}.json`, `${full}/tsconfig.json`].find(exists);
  }
  for (let directory = parentOf(path); ; directory = parentOf(directory)) {
    const full = `${directory === "/" ? "" : directory}/node_modules/${base}`;
    const found = [full, `${full}.json`, `${full}/tsconfig.json`].find(exists);
    if (found !== undefined || parentOf(directory) === directory) return found;
  }
}

function pickOptions(value: unknown): ModuleOptions {
  if (!isRecord(value)) return {};
  const text = (name: string): object => (typeof value[name] === "string" ? { [name]: value[name] } : {});
  const flag = (name: string): object => (typeof value[name] === "boolean" ? { [name]: value[name] } : {});
  return {
    ...text("module"),
    ...text("moduleResolution"),
    ...flag("allowImportingTsExtensions"),
    ...flag("rewriteRelativeImportExtensions"),
  };
}

function problem({ path, diagnostics }: Reading, reason: string): ModuleOptions {
  diagnostics.push(diagnosticFrom(projectCatalog.tsconfigUnreadable, { path, reason }, placeIn(path)));
  return {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
