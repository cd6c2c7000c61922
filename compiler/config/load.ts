import { pathToFileURL } from "node:url";
import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { parentOf } from "../emit/output-path.ts";
import { stampOf } from "../emit/stamp.ts";
import type { Host } from "../source/host.ts";
import type { Config } from "./config.ts";
import { parseJsonc } from "./jsonc.ts";
import { absolutePath, placeIn } from "./place.ts";
import { validateConfig } from "./validate.ts";

/** Names of configuration files, in order of preference. */
export const CONFIG_NAMES: readonly string[] = [
  "rpcgen.config.json",
  "rpcgen.config.mjs",
  "rpcgen.config.js",
  "rpcgen.config.ts",
];

/** A configuration with the directory that its paths are relative to. */
export interface LoadedConfig {
  readonly config: Config;
  /** Absolute. */
  readonly directory: string;
  /** Absolute path of the file; absent when there is none. */
  readonly file?: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadConfigOptions {
  /** Absolute working directory. */
  readonly directory: string;
  /** Path that the user gave instead of searching. */
  readonly file?: string | undefined;
  readonly host: Host;
}

/** Loads the configuration that was named, or the nearest one from the working directory upwards, or an empty one. */
export async function loadConfig({ directory, file, host }: LoadConfigOptions): Promise<LoadedConfig> {
  const path = file === undefined ? findConfig(directory, host) : absolutePath(directory, file);
  if (path === undefined) return { config: {}, directory, diagnostics: [] };
  const text = host.readFile(path);
  const failed = (diagnostics: readonly Diagnostic[]): LoadedConfig => ({
    config: {},
    directory,
    file: path,
    diagnostics,
  });
  if (text === undefined) return failed([unreadable(path, "there is no such file")]);
  const read = path.endsWith(".json") ? readJson(path, text) : await importConfig(path);
  if ("diagnostic" in read) return failed([read.diagnostic]);
  const { config, diagnostics } = validateConfig(read.value, path);
  return config === undefined ? failed(diagnostics) : { config, directory: parentOf(path), file: path, diagnostics };
}

/** Searches upwards and stops at the directory that holds the repository or the file system. */
function findConfig(start: string, host: Host): string | undefined {
  for (let directory = start; ; directory = parentOf(directory)) {
    const prefix = directory === "/" ? "" : directory;
    const found = CONFIG_NAMES.map((name) => `${prefix}/${name}`).find((path) => host.readFile(path) !== undefined);
    if (found !== undefined) return found;
    if (host.isDirectory(`${prefix}/.git`) || parentOf(directory) === directory) return undefined;
  }
}

type ReadResult = { readonly value: unknown } | { readonly diagnostic: Diagnostic };

function readJson(path: string, text: string): ReadResult {
  const result = parseJsonc(text);
  return "problem" in result ? { diagnostic: unreadable(path, result.problem.reason) } : result;
}

/** The query makes a changed file a new module for the loader, which `--watch` needs. */
async function importConfig(path: string): Promise<ReadResult> {
  if (path.endsWith(".ts") && !runsTypeScript()) {
    const help = "use rpcgen.config.mjs or rpcgen.config.json, or Node 22.18 or newer";
    return { diagnostic: unreadable(path, `Node ${process.versions.node} does not run TypeScript`, help) };
  }
  try {
    const url = `${pathToFileURL(path).href}?${stampOf(path)?.mtimeMs ?? 0}`;
    const module = (await import(url)) as { readonly default?: unknown };
    if (module.default !== undefined) return { value: module.default };
    return { diagnostic: unreadable(path, "it has no default export", "write `export default { ... };`") };
  } catch (error) {
    return { diagnostic: unreadable(path, error instanceof Error ? error.message : String(error)) };
  }
}

function runsTypeScript(): boolean {
  return (
    (process.features as { readonly typescript?: unknown }).typescript !== false && "typescript" in process.features
  );
}

function unreadable(path: string, reason: string, help?: string): Diagnostic {
  const parameters = { path, reason, ...(help === undefined ? {} : { help }) };
  return diagnosticFrom(projectCatalog.configUnreadable, parameters, placeIn(path));
}
