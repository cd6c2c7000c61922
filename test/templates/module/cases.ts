import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { OutputOptions } from "../../../templates/index.ts";

/** A directory with schemas and the modules that they become. */
export interface GoldenCase {
  readonly name: string;
  readonly directory: string;
  readonly options: Partial<OutputOptions>;
  /** Schema text by file name. */
  readonly schemas: Readonly<Record<string, string>>;
}

const optionsOf: Readonly<Record<string, Partial<OutputOptions>>> = {
  "types-only": { emit: ["types"] },
};

/** All golden cases. */
export function goldenCases(): GoldenCase[] {
  const root = fileURLToPath(new URL(".", import.meta.url));
  return ["users", "everything", "types-only"].map((name) => {
    const directory = `${root}${name}`;
    const files = readdirSync(directory).filter((file) => file.endsWith(".rpc"));
    const schemas = Object.fromEntries(files.map((file) => [file, readFileSync(`${directory}/${file}`, "utf8")]));
    return { name, directory, options: optionsOf[name] ?? {}, schemas };
  });
}
