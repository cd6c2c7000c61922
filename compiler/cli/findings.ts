import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ParsedArguments } from "./arguments.ts";
import type { Console } from "./console.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { plural } from "./summary.ts";
import { renderJson } from "./report/json.ts";
import { renderText } from "./report/text.ts";

/** How findings are printed and when they fail a run. */
export interface FindingsOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
  /** Most warnings that still count as success. */
  readonly maxWarnings: number;
}

/** Reads the options that all commands with findings share. */
export function findingsOptions(args: ParsedArguments, console: Console): FindingsOptions {
  const color = args.text("color") ?? "auto";
  return {
    format: args.text("error-format") === "json" ? "json" : "text",
    color: color === "always" || (color === "auto" && console.hasColor),
    maxWarnings: args.number("max-warnings") ?? Number.POSITIVE_INFINITY,
  };
}

/** Prints findings: text for people to the error output, JSON for programs to the output, there also when it is empty. */
export function printFindings(diagnostics: readonly Diagnostic[], options: FindingsOptions, console: Console): void {
  if (options.format === "json") console.output(`${renderJson(diagnostics).trimEnd()}\n`);
  else if (diagnostics.length > 0) console.error(`${renderText(diagnostics, { color: options.color }).trimEnd()}\n`);
}

/** The exit code that findings alone ask for. */
export function exitCodeOf(diagnostics: readonly Diagnostic[], options: FindingsOptions): ExitCode {
  const { errors, warnings } = countFindings(diagnostics);
  return errors > 0 || warnings > options.maxWarnings ? EXIT.diagnostics : EXIT.ok;
}

/** `2 errors, 1 warning`; empty when there are none. */
export function findingsSummary(diagnostics: readonly Diagnostic[]): string {
  const { errors, warnings } = countFindings(diagnostics);
  const parts = [errors > 0 ? plural(errors, "error") : "", warnings > 0 ? plural(warnings, "warning") : ""];
  return parts.filter((part) => part !== "").join(", ");
}

function countFindings(diagnostics: readonly Diagnostic[]): { readonly errors: number; readonly warnings: number } {
  const count = (severity: string): number => diagnostics.filter((each) => each.severity === severity).length;
  return { errors: count("error"), warnings: count("warning") };
}
