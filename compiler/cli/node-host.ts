import { isUtf8 } from "node:buffer";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { hashText } from "../emit/hash.ts";
import type { TrackedFile } from "../emit/manifest.ts";
import { stampFrom } from "../emit/stamp.ts";
import type { Host } from "../source/host.ts";

/** The file system as the compiler sees it, with a record of all that was asked: what a later run must find unchanged. */
export interface NodeHost extends Host {
  /** Files that were read, by path. */
  readonly files: ReadonlyMap<string, TrackedFile>;
  /** Paths where something was looked for and nothing was found. */
  readonly absent: ReadonlySet<string>;
  /** Files that are not valid UTF-8. */
  readonly malformed: ReadonlySet<string>;
}

/** A host for one run. Each file is read once, so that a run sees one state of it. */
export function createNodeHost(): NodeHost {
  const texts = new Map<string, string | undefined>();
  const files = new Map<string, TrackedFile>();
  const absent = new Set<string>();
  const malformed = new Set<string>();
  const read = (path: string): string | undefined => {
    const found = tryRead(path);
    if (found === undefined) {
      absent.add(path);
      return undefined;
    }
    files.set(path, found.file);
    if (!found.isUtf8) malformed.add(path);
    return found.text;
  };
  return {
    files,
    absent,
    malformed,
    readFile: (path) => {
      if (!texts.has(path)) texts.set(path, read(path));
      return texts.get(path);
    },
    realPath: (path) => {
      const real = tryRealPath(path);
      if (real === undefined) absent.add(path);
      return real;
    },
    isDirectory: (path) => {
      const found = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
      if (!found) absent.add(path);
      return found;
    },
  };
}

/** How many schemas a run has read. */
export function schemasRead(host: NodeHost): number {
  return [...host.files.keys()].filter((path) => path.endsWith(".rpc")).length;
}

interface ReadFile {
  readonly text: string;
  readonly file: TrackedFile;
  readonly isUtf8: boolean;
}

/** The stamp is taken before the bytes: a change in between then shows as a stamp that is too old. */
function tryRead(path: string): ReadFile | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile()) return undefined;
    const stamp = stampFrom(path, stats);
    const bytes = readFileSync(path);
    return { text: bytes.toString("utf8"), file: { stamp, hash: hashText(bytes) }, isUtf8: isUtf8(bytes) };
  } catch {
    return undefined;
  }
}

function tryRealPath(path: string): string | undefined {
  try {
    const real = realpathSync.native(path);
    return process.platform === "win32" ? real.replaceAll("\\", "/") : real;
  } catch {
    return undefined;
  }
}
