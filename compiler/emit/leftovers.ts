import { closeSync, type Dirent, openSync, readdirSync, readSync } from "node:fs";
import { beginning, HEADER_BYTES, isGenerated } from "./header.ts";

/** Every generated file below a directory. Links, `node_modules` and dot directories are passed over. */
export function findLeftovers(directory: string): readonly string[] {
  return list(directory).flatMap((entry) => {
    const path = `${directory === "/" ? "" : directory}/${entry.name}`;
    if (entry.isDirectory())
      return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : findLeftovers(path);
    return entry.isFile() && isGenerated(firstLine(path)) ? [path] : [];
  });
}

function list(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function firstLine(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(HEADER_BYTES);
      return beginning(bytes.subarray(0, readSync(file, bytes)));
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}
