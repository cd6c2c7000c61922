import type { OutputOptions, OutputPart } from "../../templates/template.ts";

/** A project's settings as its configuration file gives them. Paths are relative to that file. */
export interface Config {
  /** Files, directories and patterns to compile when the command line names none; a leading `!` excludes. Default none. */
  readonly schemas?: readonly string[];
  /** Directories that imports may name files of. Default none. */
  readonly importPaths?: readonly string[];
  readonly out?: OutputConfig;
}

/** How and where generated code is written. */
export interface OutputConfig {
  /** Directory that receives the output tree. Default: each output beside its schema. */
  readonly dir?: string;
  /** Suffix of relative imports; `auto` (default) asks the nearest tsconfig.json. */
  readonly importExtension?: "auto" | ".js" | ".ts" | "";
  /** Default `string`. */
  readonly enums?: OutputOptions["enums"];
  /** Default: all parts. */
  readonly emit?: readonly OutputPart[];
}

/** Every part of the output, in the order in which it stands in a file. */
export const OUTPUT_PARTS: readonly OutputPart[] = [
  "types",
  "codec",
  "json",
  "validate",
  "client",
  "server",
  "descriptor",
];
