import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { OutputOptions } from "../../templates/template.ts";
import { hashParts, hashText } from "./hash.ts";

/** What the outputs of one file depend on beside its own descriptor. */
export interface UnitKeyOptions {
  /** Hash of the tool. */
  readonly tool: string;
  readonly templates: readonly string[];
  optionsOf(file: FileDescriptor): OutputOptions;
}

/**
 * The cache key of every file of a schema: equal keys mean equal output. Of the files it refers to, directly or not, only
 * the interface counts: a changed comment there dirties nobody else.
 */
export function unitKeys(schema: SchemaDescriptor, options: UnitKeyOptions): ReadonlyMap<string, string> {
  const byPath = new Map(schema.files.map((file) => [file.path, file]));
  const interfaces = new Map(schema.files.map((file) => [file.path, hashText(interfaceText(file))]));
  return new Map(
    schema.files.map((file) => {
      const used = [...reachable(file, byPath)].sort().map((path) => `${path}=${interfaces.get(path) ?? ""}`);
      const settings = JSON.stringify(options.optionsOf(file));
      return [file.path, hashParts([options.tool, settings, ...options.templates, "", JSON.stringify(file), ...used])];
    }),
  );
}

/** A file as its importers see it: everything but the comments. */
function interfaceText(file: FileDescriptor): string {
  return JSON.stringify(file, (name, value: unknown) => (name === "doc" ? undefined : value));
}

function reachable(file: FileDescriptor, byPath: ReadonlyMap<string, FileDescriptor>): Set<string> {
  const found = new Set<string>();
  const waiting = [file];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const path of [...next.imports, ...next.reexports.map((reexport) => reexport.path)]) {
      const target = byPath.get(path);
      if (target === undefined || target === file || found.has(path)) continue;
      found.add(path);
      waiting.push(target);
    }
  }
  return found;
}
