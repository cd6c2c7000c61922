import { type Stats, statSync } from "node:fs";

/** What the file system says about a file without reading it. Times in milliseconds, with fractions. */
export interface Stamp {
  readonly path: string;
  readonly mtimeMs: number;
  /** Also changes when a file is replaced by one with an older modification time. */
  readonly ctimeMs: number;
  /** In bytes. */
  readonly size: number;
}

/** The stamp of a file or directory (links followed), or `undefined` when it does not exist. */
export function stampOf(path: string): Stamp | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && stampFrom(path, stats);
}

/** The stamp that belongs to what the file system said about a path. */
export function stampFrom(path: string, { mtimeMs, ctimeMs, size }: Stats): Stamp {
  return { path, mtimeMs, ctimeMs, size };
}

/** True when the file still looks as it did when the stamp was taken. Never throws. */
export function isUntouched(stamp: Stamp): boolean {
  const now = tryStamp(stamp.path);
  return now !== undefined && now.mtimeMs === stamp.mtimeMs && now.ctimeMs === stamp.ctimeMs && now.size === stamp.size;
}

/** True when nothing is at the path. An unreadable parent counts as nothing, as it does for a reader. */
export function isAbsent(path: string): boolean {
  return tryStamp(path) === undefined;
}

function tryStamp(path: string): Stamp | undefined {
  try {
    return stampOf(path);
  } catch {
    return undefined;
  }
}
