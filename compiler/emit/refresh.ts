import { readFileSync } from "node:fs";
import { hashText } from "./hash.ts";
import type { Manifest, TrackedFile } from "./manifest.ts";
import { isAbsent, isUntouched } from "./stamp.ts";

/** True when everything that a run read has the same content, whatever the times say, and nobody touched what it wrote. */
export function isSameContent(manifest: Manifest): boolean {
  return (
    manifest.inputs.every(hasSameContent) &&
    manifest.units.every((unit) => unit.outputs.every(isUntouched)) &&
    manifest.absent.every(isAbsent)
  );
}

function hasSameContent(file: TrackedFile): boolean {
  if (isUntouched(file.stamp)) return true;
  try {
    return hashText(readFileSync(file.stamp.path)) === file.hash;
  } catch {
    return false;
  }
}
