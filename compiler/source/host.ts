/**
 * The compiler's only door to the outside. Paths are absolute with `/` separators inside the compiler.
 * A host never throws for a missing file: it returns `undefined`.
 */
export interface Host {
  /** Text of a file, or `undefined` when it does not exist or is not a regular file. */
  readFile(path: string): string | undefined;
  /** Canonical path after following links, or `undefined` when there is none. */
  realPath(path: string): string | undefined;
  /** True for an existing directory. */
  isDirectory(path: string): boolean;
}

/** A host over a map from absolute path to text, for tests and for use as a library. */
export function createMemoryHost(files: Readonly<Record<string, string>>): Host {
  const table = new Map(Object.entries(files));
  return {
    readFile: (path) => table.get(path),
    realPath: (path) => (table.has(path) ? path : undefined),
    isDirectory: (path) => [...table.keys()].some((name) => name.startsWith(path.endsWith("/") ? path : `${path}/`)),
  };
}
