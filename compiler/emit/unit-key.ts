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
  const texts = new Map(schema.files.map((file) => [file.path, JSON.stringify(file)]));
  const interfaces = new Map<string, string>();
  const interfaceOf = (path: string): string => {
    let hash = interfaces.get(path);
    if (hash === undefined) interfaces.set(path, (hash = hashText(withoutComments(texts.get(path) ?? ""))));
    return hash;
  };
  return new Map(
    schema.files.map((file) => {
      const used = [...reachable(file, byPath)].sort().map((path) => `${path}=${interfaceOf(path)}`);
      const settings = JSON.stringify(options.optionsOf(file));
      return [
        file.path,
        hashParts([options.tool, settings, ...options.templates, "", texts.get(file.path) ?? "", ...used]),
      ];
    }),
  );
}

/** A file as its importers see it: everything but the comments. Inside a string of JSON no quote stands without a backslash. */
function withoutComments(json: string): string {
  return json.replace(/"doc":"(?:[^"\\]|\\.)*"/g, "");
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
