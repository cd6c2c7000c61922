import { readFileSync } from "node:fs";
import { type Diagnostic, hasErrors } from "../../diagnostics/diagnostic.ts";
import { writeAtomically } from "../../emit/write.ts";
import { format as formatSchema } from "../../format/format.ts";
import { UsageError } from "../arguments.ts";
import { createDisplay } from "../display.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { type FindingsOptions, findingsOptions, printFindings } from "../findings.ts";
import { createNodeHost } from "../node-host.ts";
import type { Command, CommandContext } from "../run.ts";
import { resolveSettings } from "../settings.ts";

/** `rpcgen format [files...]` */
export const format: Command = async (args, context) => {
  const { directory } = context;
  const findings = findingsOptions(args, context.console);
  const printWidth = args.number("print-width");
  const piped = args.text("stdin-filepath");
  if (piped !== undefined) return formatInput(piped, printWidth, { findings, context });
  const host = createNodeHost();
  const identity = { directory, files: args.positional, outDir: undefined, config: args.text("config") };
  const settings = await resolveSettings(identity, host);
  if (hasErrors(settings.diagnostics)) {
    printFindings({ diagnostics: settings.diagnostics, files: 0 }, findings, context.console);
    return EXIT.usage;
  }
  if (settings.entries.length === 0) {
    throw new UsageError(
      "nothing to format: name a file, directory or pattern (rpcgen format api), or set `schemas` in rpcgen.config.json",
    );
  }
  const display = createDisplay(directory);
  const changed: { readonly path: string; readonly text: string }[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of settings.entries) {
    const text = host.readFile(path) ?? "";
    const result = await formatSchema(display(path), text, { printWidth });
    diagnostics.push(...result.diagnostics);
    if (result.text !== text) changed.push({ path, text: result.text });
  }
  printFindings({ diagnostics, files: settings.entries.length }, findings, context.console);
  const isCheck = args.flag("check");
  if (!isCheck) for (const { path, text } of changed) writeAtomically(path, text);
  if (findings.format === "text")
    summarise(
      changed.map(({ path }) => display(path)),
      settings.entries.length,
      isCheck,
      context,
    );
  if (hasErrors(diagnostics)) return EXIT.diagnostics;
  return isCheck && changed.length > 0 ? EXIT.stale : EXIT.ok;
};

interface InputScene {
  readonly findings: FindingsOptions;
  readonly context: CommandContext;
}

/** For editors: the input is a schema of the given name; the output is its formatted text. */
async function formatInput(path: string, printWidth: number | undefined, scene: InputScene): Promise<ExitCode> {
  const { text, diagnostics } = await formatSchema(path, readFileSync(0, "utf8"), { printWidth });
  if (diagnostics.length > 0) {
    printFindings({ diagnostics, files: 1 }, scene.findings, scene.context.console);
    return EXIT.diagnostics;
  }
  scene.context.console.output(text);
  return EXIT.ok;
}

function summarise(changed: readonly string[], files: number, isCheck: boolean, { console }: CommandContext): void {
  const counted = `${files} ${files === 1 ? "file" : "files"}`;
  if (changed.length === 0) return console.output(`${counted} · already formatted\n`);
  const listed = changed.map((path) => `  ${path}\n`).join("");
  if (!isCheck) return console.output(`formatted ${changed.length} of ${counted}\n${listed}`);
  console.error(`${changed.length} of ${counted} not formatted; run rpcgen format\n${listed}`);
}
