import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { beginning, isGenerated } from "./header.ts";
import { isInside, parentOf } from "./output-path.ts";
import { type Stamp, stampFrom } from "./stamp.ts";

/** What stands where an output goes. */
export type Occupant =
  | { readonly kind: "nothing" }
  /** A file that this tool wrote. */
  | { readonly kind: "generated"; readonly bytes: Buffer }
  /** A file that somebody else wrote. */
  | { readonly kind: "foreign"; readonly bytes: Buffer }
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
  const bytes = readFileSync(path);
  return { kind: bytes.length === 0 || isGenerated(beginning(bytes)) ? "generated" : "foreign", bytes };
}

/** Directories below `base` on the way to `path`, outermost first; `base` itself is trusted, the user named it. */
function directoriesBetween(base: string, path: string): string[] {
  const directories: string[] = [];
  for (let current = parentOf(path); isInside(base, current); current = parentOf(current)) directories.unshift(current);
  return directories;
}

/**
 * Writes a file so that a reader sees the old text or the new one, never half of it. Gives the stamp of what was written, or
 * `undefined` when something else stands there by now.
 */
export function writeAtomically(path: string, text: string | Uint8Array): Stamp | undefined {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const written = writeInto(temporary, bytes);
    renameSync(temporary, path);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || !isSameFile(written, stats)) return undefined;
    return stampFrom(path, stats);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function isSameFile(left: Stats, right: Stats): boolean {
  return left.ino === right.ino && left.dev === right.dev && left.size === right.size && left.mtimeMs === right.mtimeMs;
}

/** The directory is there more often than not. */
function writeInto(path: string, bytes: Uint8Array): Stats {
  try {
    return writeNew(path, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(parentOf(path), { recursive: true });
    return writeNew(path, bytes);
  }
}

function writeNew(path: string, bytes: Uint8Array): Stats {
  const file = openNew(path);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    return fstatSync(file);
  } finally {
    closeSync(file);
  }
}

/** `wx` refuses to follow or reuse whatever is already there, which a run that was ended may have left. */
function openNew(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    rmSync(path, { force: true });
    return openSync(path, "wx");
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
