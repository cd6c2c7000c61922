import { readFileSync } from "node:fs";
import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { absolutePath } from "../../config/place.ts";
import { decode as decodeInput } from "../../decode/decode.ts";
import { DecodeError } from "../../decode/decode-error.ts";
import { type ParsedArguments, UsageError } from "../arguments.ts";
import { hasErrors } from "../../diagnostics/diagnostic.ts";
import { checkProject } from "../check-project.ts";
import { EXIT } from "../exit-code.ts";
import { findingsOptions, printFindings } from "../findings.ts";
import { createNodeHost, schemasRead } from "../node-host.ts";
import type { Command, CommandContext } from "../run.ts";
import { resolveSettings } from "../settings.ts";

/** `rpcgen decode [file|-] --schema api/users.rpc` */
export const decode: Command = async (args, context) => {
  const [file = "-", ...more] = args.positional;
  if (more.length > 0) throw new UsageError("decode takes one file, or - for the input: rpcgen decode traffic.pcap");
  if (args.text("method") !== undefined && args.text("schema") === undefined)
    throw new UsageError("--method needs --schema, which says what the method's messages hold");
  const schema = await loadSchema(args, context);
  if (schema === "refused") return EXIT.diagnostics;
  const input = readInput(file, context.directory);
  try {
    const { text, errors } = decodeInput(input, { schema, method: args.text("method") });
    context.console.output(text);
    for (const message of errors) context.console.error(`error: ${message}\n`);
    return errors.length === 0 ? EXIT.ok : EXIT.diagnostics;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new UsageError(error.message);
  }
};

function readInput(file: string, directory: string): Uint8Array {
  try {
    return readFileSync(file === "-" ? 0 : absolutePath(directory, file));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^(\w+): ([^,]*),.*$/u, "$2 ($1)") : String(error);
    throw new UsageError(`${file === "-" ? "the input" : file} cannot be read: ${reason}`);
  }
}

/** The schema of `--schema`, undefined without one, "refused" when it has mistakes, which are then printed. */
async function loadSchema(
  args: ParsedArguments,
  { console, directory }: CommandContext,
): Promise<SchemaDescriptor | undefined | "refused"> {
  const path = args.text("schema");
  if (path === undefined) return undefined;
  const host = createNodeHost();
  const settings = await resolveSettings(
    { directory, files: [path], outDir: undefined, config: args.text("config") },
    host,
  );
  const checked = hasErrors(settings.diagnostics) ? undefined : checkProject({ ...settings, host });
  const diagnostics = [...settings.diagnostics, ...(checked?.diagnostics ?? [])];
  const isBroken = checked === undefined || hasErrors(diagnostics);
  if (isBroken) printFindings({ diagnostics, files: schemasRead(host) }, findingsOptions(args, console), console);
  return isBroken ? "refused" : checked.schema;
}
