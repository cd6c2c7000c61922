import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { isGenerated } from "./header.ts";
import { isInside, parentOf } from "./output-path.ts";

/** What stands where an output goes. */
export type Occupant =
  | { readonly kind: "nothing" }
  /** A file that this tool wrote. */
  | { readonly kind: "generated"; readonly text: string }
  /** A file that somebody else wrote. */
  | { readonly kind: "foreign"; readonly text: string }
  /** A symbolic link, here or in a directory on the way. */
  | { readonly kind: "link"; readonly path: string }
  /** A directory, a device, or a file where a directory is needed. */
  | { readonly kind: "obstacle"; readonly path: string };

/** Looks at the place of an output below `base` without following links. Paths outside `base` are checked from their root. */
export function occupantOf(path: string, base: string): Occupant {
  for (const directory of directoriesBetween(base, path)) {
    const stats = lstatSync(directory, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: "nothing" };
    if (stats.isSymbolicLink()) return { kind: "link", path: directory };
    if (!stats.isDirectory()) return { kind: "obstacle", path: directory };
  }
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: "nothing" };
  if (stats.isSymbolicLink()) return { kind: "link", path };
  if (!stats.isFile()) return { kind: "obstacle", path };
  const text = readFileSync(path, "utf8");
  return { kind: isGenerated(text) || text === "" ? "generated" : "foreign", text };
}

/** Directories below `base` on the way to `path`, outermost first; `base` itself is trusted, the user named it. */
function directoriesBetween(base: string, path: string): string[] {
  const directories: string[] = [];
  for (let current = parentOf(path); isInside(base, current); current = parentOf(current)) directories.unshift(current);
  return directories;
}

/** Writes a file so that a reader sees the old text or the new one, never half of it. */
export function writeAtomically(path: string, text: string): void {
  mkdirSync(parentOf(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeNew(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** `wx` refuses to follow or reuse whatever is already there. */
function writeNew(path: string, text: string): void {
  rmSync(path, { force: true });
  const file = openSync(path, "wx");
  try {
    const bytes = Buffer.from(text, "utf8");
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  } finally {
    closeSync(file);
  }
}

/** Removes a generated file and the directories below `base` that became empty by it. False when it was not ours to remove. */
export function removeGenerated(path: string, base: string): boolean {
  if (occupantOf(path, base).kind !== "generated") return false;
  rmSync(path);
  for (const directory of directoriesBetween(base, path).reverse()) {
    try {
      rmdirSync(directory);
    } catch {
      break;
    }
  }
  return true;
}
