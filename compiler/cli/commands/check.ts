import { UsageError } from "../arguments.ts";
import { hasErrors } from "../../diagnostics/diagnostic.ts";
import { checkProject } from "../check-project.ts";
import { elapsedMs } from "../elapsed.ts";
import { EXIT } from "../exit-code.ts";
import { exitCodeOf, findingsOptions, printFindings } from "../findings.ts";
import { createNodeHost, schemasRead } from "../node-host.ts";
import type { Command } from "../run.ts";
import { resolveSettings } from "../settings.ts";
import { renderSummary } from "../report/text.ts";

/** `rpcgen check [files...]` */
export const check: Command = async (args, { console, directory }) => {
  const findings = findingsOptions(args, console);
  const host = createNodeHost();
  const identity = { directory, files: args.positional, outDir: undefined, config: args.text("config") };
  const settings = await resolveSettings(identity, host);
  const isUsable = !hasErrors(settings.diagnostics);
  if (isUsable && settings.entries.length === 0) {
    throw new UsageError(
      "nothing to check: name a file, directory or pattern (rpcgen check api), or set `schemas` in rpcgen.config.json",
    );
  }
  const checked = isUsable ? checkProject({ ...settings, host }).diagnostics : [];
  const diagnostics = [...settings.diagnostics, ...checked];
  const files = schemasRead(host);
  printFindings({ diagnostics, files }, findings, console);
  const exitCode = isUsable ? exitCodeOf(diagnostics, findings) : EXIT.usage;
  const summary = `${renderSummary(diagnostics, { files, ms: elapsedMs() })}\n`;
  if (findings.format === "text") (exitCode === EXIT.ok ? console.output : console.error)(summary);
  return exitCode;
};
