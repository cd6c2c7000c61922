import prettier from "prettier";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { createSourceFile } from "../source/source-file.ts";
import { parse } from "../syntax/parse.ts";
import { rpcPlugin } from "./plugin.ts";

/** A formatted schema, or why it cannot be formatted. */
export interface FormatResult {
  /** The text in canonical form; the given text when it does not parse. */
  readonly text: string;
  /** Syntax errors. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How schemas are laid out. */
export interface FormatOptions {
  /** Columns to keep to; default 100. */
  readonly printWidth?: number | undefined;
}

/** Columns that formatted schemas keep to unless configured otherwise. */
export const defaultPrintWidth = 100;

/**
 * Lays out one schema: same meaning, every comment kept, stable when repeated (clause 1.1 of LANGUAGE.md names the tokens).
 * A text with syntax errors comes back as it is, with the errors. Never throws for bad input.
 */
export async function format(path: string, text: string, options: FormatOptions = {}): Promise<FormatResult> {
  const { diagnostics } = parse(createSourceFile(path, text));
  if (diagnostics.some(({ severity }) => severity === "error")) return { text, diagnostics };
  const formatted = await prettier.format(text, {
    parser: "rpc",
    plugins: [rpcPlugin],
    printWidth: options.printWidth ?? defaultPrintWidth,
    endOfLine: "lf",
    filepath: path,
  });
  return { text: formatted, diagnostics: [] };
}
