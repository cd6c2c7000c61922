import { compileProject, type CompileOutcome, type CompileRequest } from "../compile-project.ts";
import type { ParsedArguments } from "../arguments.ts";
import { UsageError } from "../arguments.ts";
import { createDisplay } from "../display.ts";
import { elapsedMs } from "../elapsed.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { exitCodeOf, findingsOptions, type FindingsOptions, printFindings } from "../findings.ts";
import { renderSummary } from "../report/text.ts";
import { plural, summaryOf, summaryOfUnchanged } from "../summary.ts";
import { identifyTool } from "../tool-hash.ts";
import type { Command, CommandContext } from "../run.ts";

/** `rpcgen compile [files...]` */
export const compile: Command = async (args, context) => {
  const view: View = {
    ...context,
    findings: findingsOptions(args, context.console),
    hasStats: args.flag("stats"),
    request: requestOf(args, context),
  };
  if (args.flag("watch")) {
    const { watch } = await import("../watch.ts");
    return watch(() => runOnce(view), context);
  }
  return (await runOnce(view)).exitCode;
};

interface View extends CommandContext {
  readonly findings: FindingsOptions;
  readonly hasStats: boolean;
  readonly request: CompileRequest;
}

function requestOf(args: ParsedArguments, { directory, entry, startHelper }: CommandContext): CompileRequest {
  const mode = args.flag("check") ? "check" : args.flag("dry-run") ? "dry-run" : "write";
  if (args.flag("watch") && mode !== "write") throw new UsageError(`--watch writes; leave out --${mode}`);
  if (args.flag("check") && args.flag("dry-run")) throw new UsageError("--check and --dry-run exclude each other");
  return {
    identity: { directory, files: args.positional, outDir: args.text("out-dir"), config: args.text("config") },
    tool: identifyTool(entry),
    ...(startHelper === undefined ? {} : { startHelper }),
    mode,
    useCache: args.isOn("cache"),
    clean: args.flag("clean"),
    force: args.flag("force"),
  };
}

/** Compiles once and says how it went. */
async function runOnce(view: View): Promise<{ readonly exitCode: ExitCode; readonly watched: readonly string[] }> {
  const outcome = await compileProject(view.request);
  if (!outcome.isDone && outcome.diagnostics.length === 0) throw nothingToCompile(view);
  printFindings({ diagnostics: outcome.diagnostics, files: outcome.counts.files }, view.findings, view.console);
  const exitCode = exitCodeFor(outcome, view);
  if (view.findings.format === "text") printSummary(outcome, exitCode, view);
  return { exitCode, watched: outcome.watched };
}

function nothingToCompile({ request }: View): UsageError {
  const example = "rpcgen compile api/users.rpc --out-dir src/gen";
  const where = request.identity.config ?? "rpcgen.config.json";
  return new UsageError(
    `nothing to compile: name a file, directory or pattern (${example}), or set \`schemas\` in ${where}`,
  );
}

function exitCodeFor(outcome: CompileOutcome, { findings, request }: View): ExitCode {
  if (outcome.isUsageError) return EXIT.usage;
  if (!outcome.isDone) return EXIT.diagnostics;
  if (request.mode === "check" && isStale(outcome)) return EXIT.stale;
  return exitCodeOf(outcome.diagnostics, findings);
}

function isStale({ created, replaced, removed }: CompileOutcome): boolean {
  return created.length + replaced.length + removed.length > 0;
}

function printSummary(outcome: CompileOutcome, exitCode: ExitCode, view: View): void {
  const { console, request } = view;
  const warnings = outcome.diagnostics.filter((each) => each.severity === "warning").length;
  const suffix = warnings === 0 ? "" : ` · ${plural(warnings, "warning")}`;
  const figures = { files: outcome.counts.files, ms: elapsedMs() };
  if (!outcome.isDone) console.error(`${renderSummary(outcome.diagnostics, figures)}\n`);
  else if (outcome.isUpToDate) console.output(`${summaryOfUnchanged(outcome.counts)}\n`);
  else if (request.mode === "write") console.output(`${summaryOf("compiled", outcome.counts)}${suffix}\n`);
  else if (request.mode === "dry-run")
    console.output(`${changeList(outcome, view)}${summaryOf("would compile", outcome.counts)}${suffix}\n`);
  else if (exitCode === EXIT.stale) console.error(staleReport(outcome, view));
  else console.output(`${summaryOf("checked", outcome.counts)}${suffix} · everything is up to date\n`);
  if (view.hasStats) console.error(statistics(outcome));
}

function staleReport(outcome: CompileOutcome, view: View): string {
  const { created, replaced, removed } = outcome;
  const count = plural(created.length + replaced.length + removed.length, "generated file");
  return `${changeList(outcome, view)}error: ${count} not as the schemas say; run the same command without --check\n`;
}

function changeList({ created, replaced, removed }: CompileOutcome, { directory, request }: View): string {
  const display = createDisplay(directory);
  const words = request.mode === "check" ? ["missing", "stale", "left over"] : ["create", "replace", "remove"];
  const lines = [created, replaced, removed].flatMap((paths, index) =>
    paths.map((path) => `  ${(words[index] ?? "").padEnd(9)}  ${display(path)}\n`),
  );
  return lines.join("");
}

function statistics({ created, replaced, removed, unchanged, timings }: CompileOutcome): string {
  const steps = timings.map(({ step, ms }) => `  ${step.padEnd(9)} ${ms.toFixed(1).padStart(8)} ms\n`).join("");
  return `${steps}  files      ${created.length} created, ${replaced.length} replaced, ${unchanged} unchanged, ${removed.length} removed\n`;
}
