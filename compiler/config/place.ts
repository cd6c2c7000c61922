import { resolve } from "node:path";
import type { DiagnosticPlace } from "../diagnostics/diagnostic.ts";
import { createSourceFile } from "../source/source-file.ts";

/** A diagnostic place that names a file as a whole; its text stays unread. */
export function placeIn(path: string): DiagnosticPlace {
  return { span: { file: createSourceFile(path, ""), start: 0, end: 0 } };
}

/** An absolute path with `/` separators. */
export function absolutePath(base: string, path: string): string {
  const full = resolve(base, path);
  return process.platform === "win32" ? full.replaceAll("\\", "/") : full;
}
