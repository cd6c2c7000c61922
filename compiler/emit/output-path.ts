/** Where the outputs of schema files go. Paths are absolute with `/` separators. */
export interface OutputLayout {
  /** Directory that receives the mirrored tree; `undefined` writes each output beside its schema. */
  readonly outDir: string | undefined;
  /** Directory whose inside is mirrored. */
  readonly root: string;
}

/** The directory that receives the outputs of a schema file. */
export function outputDirectory(layout: OutputLayout, schemaPath: string): string {
  const directory = parentOf(schemaPath);
  if (layout.outDir === undefined) return directory;
  const inner = directory === layout.root ? "" : directory.slice(withSlash(layout.root).length);
  return inner === "" ? layout.outDir : `${layout.outDir === "/" ? "" : layout.outDir}/${inner}`;
}

/** The deepest directory that holds all files: what is mirrored when nothing else is said. */
export function commonDirectory(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => parentOf(path).split("/"));
  let length = first.length;
  for (const parts of rest) {
    let same = 0;
    while (same < length && parts[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, length).join("/") || "/";
}

/** The directory of a path. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut <= 0 ? "/" : path.slice(0, cut);
}

/** True when a path lies inside a directory (the directory itself is not inside). */
export function isInside(directory: string, path: string): boolean {
  return path.startsWith(withSlash(directory));
}

/**
 * Joins the path that a template asks for to its output directory. `undefined` when the path is not a plain relative one:
 * a template may not write anywhere else.
 */
export function joinOutput(directory: string, relative: string): string | undefined {
  const parts = relative.split("/");
  const isPlain = parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0:]/u.test(part));
  return isPlain ? `${directory === "/" ? "" : directory}/${relative}` : undefined;
}

function withSlash(directory: string): string {
  return directory.endsWith("/") ? directory : `${directory}/`;
}
