import { projectCatalog } from "../diagnostics/catalog-project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ParsedArguments } from "./arguments.ts";
import type { Console } from "./console.ts";
import { elapsedMs } from "./elapsed.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { createPainter } from "./report/color.ts";
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

/** Findings of a run that looked at so many schema files. */
export interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: number;
}

/** Prints findings: text for people to the error output, JSON for programs to the output, there also when it is empty. */
export function printFindings({ diagnostics, files }: Findings, options: FindingsOptions, console: Console): void {
  if (options.format === "json") return console.output(renderJson(diagnostics, { files, ms: elapsedMs() }));
  const ofProject = diagnostics.filter(isOfProject).map((each) => renderPlaceless(each, options.color));
  const inSchemas = renderText(
    diagnostics.filter((each) => !isOfProject(each)),
    { color: options.color },
  );
  const text = [...ofProject, inSchemas].filter((part) => part !== "").join("\n");
  if (text !== "") console.error(`${text}\n`);
}

/** The exit code that findings alone ask for. */
export function exitCodeOf(diagnostics: readonly Diagnostic[], options: FindingsOptions): ExitCode {
  const count = (severity: string): number => diagnostics.filter((each) => each.severity === severity).length;
  return count("error") > 0 || count("warning") > options.maxWarnings ? EXIT.diagnostics : EXIT.ok;
}

const projectCodes: ReadonlySet<string> = new Set(Object.values(projectCatalog).map((entry) => entry.code));

function isOfProject({ code }: Diagnostic): boolean {
  return projectCodes.has(code);
}

/** A finding about a file as a whole: there is no line to show. */
function renderPlaceless({ severity, code, message, span, help }: Diagnostic, color: boolean): string {
  const painter = createPainter(color);
  const head = `${painter[severity](`${severity}[${code}]`)}${painter.strong(`: ${message}`)}`;
  const place = message.includes(span.file.path) ? [] : [` ${painter.frame("-->")} ${span.file.path}`];
  const advice = help.map((line) => ` ${painter.frame("=")} ${painter.strong("help")}: ${line}`);
  return `${[head, ...place, ...advice].join("\n")}\n`;
}
