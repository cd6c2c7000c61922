import { readFileSync } from "node:fs";
import { hashText } from "../emit/hash.ts";
import { stampOf, type Stamp } from "../emit/stamp.ts";
import { version } from "../version.ts";

/** Which build of the tool is running. */
export interface ToolIdentity {
  readonly hash: string;
  readonly stamp: Stamp | undefined;
}

/**
 * Identifies the running build by its entry module: the bundle's entry names its chunks by content hash, so that it changes
 * with any of them.
 */
export function identifyTool(entry: string | undefined): ToolIdentity {
  if (entry === undefined) return { hash: version, stamp: undefined };
  return { hash: hashText(`${version}\n${readFileSync(entry, "utf8")}`), stamp: stampOf(entry) };
}
