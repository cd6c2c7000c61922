import { type Dirent, readdirSync, statSync } from "node:fs";
import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { stampOf, type Stamp } from "../emit/stamp.ts";
import { createMatcher, expandBraces, isPattern, patternBase } from "./glob.ts";
import { absolutePath, placeIn } from "./place.ts";

/** The schema files that arguments or the configuration name. */
export interface FoundSchemas {
  /** Absolute paths, sorted, without repetition. */
  readonly files: readonly string[];
  /** Every directory that was listed; a new file in one of them may change the result. */
  readonly directories: readonly Stamp[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Extension of schema files. */
export const SCHEMA_EXTENSION = ".rpc";

/** Finds the schemas that files, directories, patterns and `!` exclusions name, relative to `base`. */
export function findSchemas(names: readonly string[], base: string): FoundSchemas {
  const search: Search = { base, files: new Set(), directories: new Map(), diagnostics: [] };
  for (const name of names) if (!name.startsWith("!")) searchOne(name.replaceAll("\\", "/"), search);
  const excluded = names
    .filter((name) => name.startsWith("!"))
    .map((name) => createMatcher(absolutePath(base, name.slice(1))));
  const files = [...search.files].filter((file) => !excluded.some((matches) => matches(file))).sort();
  return { files, directories: [...search.directories.values()], diagnostics: search.diagnostics };
}

interface Search {
  readonly base: string;
  readonly files: Set<string>;
  readonly directories: Map<string, Stamp>;
  readonly diagnostics: Diagnostic[];
}

function searchOne(name: string, search: Search): void {
  const path = absolutePath(search.base, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return collect(name, path, () => true, search);
  if (stats === undefined && isPattern(name)) {
    for (const each of expandBraces(name)) {
      const pattern = absolutePath(search.base, each);
      collect(name, patternBase(pattern), createMatcher(pattern), search);
    }
    return;
  }
  const problem = stats === undefined ? "fileNotFound" : name.endsWith(SCHEMA_EXTENSION) ? undefined : "notASchema";
  if (problem === undefined) search.files.add(path);
  else report(problem, name, search);
}

function collect(name: string, directory: string, matches: (path: string) => boolean, search: Search): void {
  const before = search.files.size;
  const found = listSchemas(directory, search.directories).filter(matches);
  for (const file of found) search.files.add(file);
  if (found.length === 0 && search.files.size === before) report("nothingMatches", name, search);
}

function report(problem: "fileNotFound" | "notASchema" | "nothingMatches", name: string, search: Search): void {
  const parameters = { path: name, pattern: name, directory: search.base };
  search.diagnostics.push(diagnosticFrom(projectCatalog[problem], parameters, placeIn(name)));
}

/** Every schema below a directory. Links to directories are not followed: they could lead in circles. */
function listSchemas(directory: string, directories: Map<string, Stamp>): string[] {
  const stamp = stampOf(directory);
  const entries = stamp === undefined ? [] : tryList(directory);
  if (stamp !== undefined) directories.set(directory, stamp);
  return entries.flatMap((entry) => {
    const path = `${directory === "/" ? "" : directory}/${entry.name}`;
    if (entry.isDirectory()) return isSearched(entry.name) ? listSchemas(path, directories) : [];
    return entry.name.endsWith(SCHEMA_EXTENSION) && statSync(path, { throwIfNoEntry: false })?.isFile() ? [path] : [];
  });
}

function isSearched(directoryName: string): boolean {
  return directoryName !== "node_modules" && !directoryName.startsWith(".");
}

function tryList(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
