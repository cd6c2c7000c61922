import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { lower } from "../lower/lower.ts";
import { analyse } from "../semantics/analyse.ts";
import type { LoadOptions } from "../semantics/load.ts";
import { loadPlainly } from "../semantics/load-plainly.ts";
import type { Module } from "../semantics/program.ts";
import type { Host } from "../source/host.ts";
import { type Claims, claimsOf } from "./claims.ts";

/** A part of a compilation: some files, and of all others what those need (see `sliceAround`). Plain data, to be sent to a thread. */
export interface Part {
  readonly entries: readonly string[];
  readonly options: LoadOptions;
  /** Text to read, by absolute path. */
  readonly texts: ReadonlyMap<string, string>;
  /** What the disk says of the paths that importing asks for. */
  readonly realPaths: ReadonlyMap<string, string | undefined>;
  /** Paths, in the compilation, of the files that the part compiles. */
  readonly owned: ReadonlySet<string>;
  /** Those whose text is complete. */
  readonly whole: ReadonlySet<string>;
}

/** What a part found. */
export interface CheckedPart {
  /** The files of the part as in the whole compilation; of others as much as those refer to. */
  readonly schema: SchemaDescriptor;
  readonly claims: ReadonlyMap<string, Claims>;
}

/**
 * Compiles a part. `undefined` when there is anything to report, or when the part turns out to need more than it holds: the
 * compilation then has to be done as a whole, which also says what there is to say.
 */
export function checkPart(part: Part): CheckedPart | undefined {
  const loaded = loadPlainly(part.entries, hostOf(part), part.options);
  if (loaded === undefined) return undefined;
  if (loaded.diagnostics.some((each) => concerns(each, part, loaded.result))) return undefined;
  const analysed = analyse(loaded.result);
  if (analysed.diagnostics.some((each) => concerns(each, part, loaded.result))) return undefined;
  const schema = lower(analysed.result);
  if (!schema.files.every((file) => !part.owned.has(file.path) || isComplete(file, part, schema))) return undefined;
  const owned = loaded.result.filter((module) => part.owned.has(module.path));
  return { schema, claims: new Map(owned.map((module) => [module.path, claimsOf(module, analysed.result)])) };
}

function hostOf({ texts, realPaths }: Part): Host {
  return {
    readFile: (path) => texts.get(path),
    realPath: (path) => realPaths.get(path),
    isDirectory: () => false,
  };
}

/** What is found in a slice of a file is the slicing's doing, or for those to say who compile that file. */
function concerns({ span }: Diagnostic, { owned }: Part, modules: readonly Module[]): boolean {
  const module = modules.find(({ source }) => source === span.file);
  return module === undefined || owned.has(module.path);
}

/** Generated code takes account of every name in the files that it imports or passes on, so those have to be whole. */
function isComplete(file: FileDescriptor, { whole }: Part, schema: SchemaDescriptor): boolean {
  const seen = new Set<string>();
  const isWhole = (path: string): boolean => {
    if (seen.has(path)) return true;
    seen.add(path);
    if (!whole.has(path)) return false;
    const target = schema.files.find((each) => each.path === path);
    return target === undefined || target.reexports.every((reexport) => isWhole(reexport.path));
  };
  return [...file.imports, ...file.reexports.map(({ path }) => path)].every(isWhole);
}
