import { existsSync, readdirSync, statSync } from "node:fs";
import { manifestPath } from "../emit/manifest.ts";
import { plainIdentity } from "./fast-path.ts";

/** From how many bytes of schemas on a second thread is worth its start, which takes some tens of milliseconds. */
export const HELPER_BYTES: number = 256 * 1024;

/** Most directory entries that are looked at before anything is known of a project. */
const MAX_ENTRIES = 2_000;

/**
 * True for a plain `rpcgen compile` of a large project that was never compiled. A guess by names and sizes, for starting early what
 * will be wanted: a wrong one costs time only.
 */
export function isLargeAndNew(args: readonly string[], directory: string): boolean {
  const identity = plainIdentity(args, directory);
  if (identity === undefined || existsSync(manifestPath(identity))) return false;
  const look: Look = { bytes: 0, entries: 0 };
  for (const name of identity.files) lookAt(name.startsWith("/") ? name : `${identity.directory}/${name}`, look);
  return look.bytes >= HELPER_BYTES;
}

interface Look {
  bytes: number;
  entries: number;
}

function lookAt(path: string, look: Look): void {
  if (look.bytes >= HELPER_BYTES || look.entries++ > MAX_ENTRIES) return;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() && path.endsWith(".rpc")) look.bytes += stats.size;
  if (stats?.isDirectory()) for (const name of namesIn(path)) lookAt(`${path}/${name}`, look);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name !== "node_modules" && !name.startsWith("."));
  } catch {
    return [];
  }
}
