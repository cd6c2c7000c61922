/**
 * Maps the tree of schema paths, in which templates and generated imports think, to the disk. Paths are absolute with `/`
 * separators; those of the tree start at its own `/`.
 */
export interface OutputLayout {
  /** Directory of the disk. */
  readonly base: string;
  /** Directory of the tree whose inside is mirrored below the base. */
  readonly root: string;
}

/** Where a path of the tree is on disk; `undefined` for a path outside the root. */
export function toDisk({ base, root }: OutputLayout, treePath: string): string | undefined {
  if (!isInside(root, treePath)) return undefined;
  return `${withSlash(base)}${treePath.slice(withSlash(root).length)}`;
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
  return path !== directory && path.startsWith(withSlash(directory));
}

/** True for the plain relative paths that a template may ask for: no empty, dotted or otherwise telling parts. */
export function isPlainPath(relative: string): boolean {
  return relative.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0:]/u.test(part));
}

function withSlash(directory: string): string {
  return directory.endsWith("/") ? directory : `${directory}/`;
}
