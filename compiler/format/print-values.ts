import type { Doc } from "prettier";
import { list, type Scene } from "./scene.ts";

/** `1..80`, `[a, b]`, `{base: 20ms, max: 1s}` */
export function printValue(scene: Scene): Doc {
  const { node, print } = scene;
  switch (node.kind) {
    case "list_value":
      return list(scene, "values", { open: "[", close: "]" });
    case "record_value":
      return list(scene, "entries", { open: "{", close: "}" });
    default:
      return [node["min"] === undefined ? "" : print("min"), "..", node["max"] === undefined ? "" : print("max")];
  }
}

/** A string in double quotes; escapes stay as they were written. */
export function printString(raw: string): string {
  if (!raw.startsWith("'")) return raw;
  const inner = raw.slice(1, -1).replace(/\\(.)|"/gsu, (match, escaped: string | undefined) => {
    if (match === '"') return '\\"';
    return escaped === "'" ? "'" : match;
  });
  return `"${inner}"`;
}
