import { existsSync, readFileSync } from "node:fs";
import type { FileDescriptor, ServiceDescriptor } from "@rpcgen/runtime/descriptor";
import { scaffoldHandlers } from "../../../templates/scaffold/scaffold.ts";
import { absolutePath, placeIn } from "../../config/place.ts";
import { projectCatalog } from "../../diagnostics/catalog-project.ts";
import { diagnosticFrom, hasErrors } from "../../diagnostics/diagnostic.ts";
import { layoutOf } from "../../emit/layout.ts";
import { parentOf, toDisk } from "../../emit/output-path.ts";
import { writeAtomically } from "../../emit/write.ts";
import type { MergeResult } from "../../scaffold/merge.ts";
import { UsageError } from "../arguments.ts";
import { checkProject, type CheckedProject } from "../check-project.ts";
import { createDisplay } from "../display.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findingsOptions, printFindings } from "../findings.ts";
import { createNodeHost, schemasRead } from "../node-host.ts";
import type { Command, CommandContext } from "../run.ts";
import { resolveSettings, type Settings } from "../settings.ts";

/** `rpcgen scaffold <schema> --service Users --out src/users.ts` */
export const scaffold: Command = async (args, context) => {
  const [schemaPath, ...more] = args.positional;
  const out = args.text("out");
  if (schemaPath === undefined || more.length > 0)
    throw new UsageError("scaffold takes one schema: rpcgen scaffold api/users.rpc --out src/users.ts");
  if (out === undefined) throw new UsageError("scaffold needs --out, the file for your handlers: --out src/users.ts");
  const host = createNodeHost();
  const identity = {
    directory: context.directory,
    files: [schemaPath],
    outDir: args.text("out-dir"),
    config: args.text("config"),
  };
  const settings = await resolveSettings(identity, host);
  const isUsable = !hasErrors(settings.diagnostics);
  const checked = isUsable ? checkProject({ ...settings, host }) : undefined;
  const found = checked === undefined ? undefined : findService(checked, settings, args.text("service"));
  const diagnostics = [
    ...settings.diagnostics,
    ...(checked?.diagnostics ?? []),
    ...(found !== undefined && "problem" in found ? [found.problem] : []),
  ];
  const findings = findingsOptions(args, context.console);
  if (diagnostics.length > 0) printFindings({ diagnostics, files: schemasRead(host) }, findings, context.console);
  if (!isUsable) return EXIT.usage;
  if (hasErrors(diagnostics) || checked === undefined || found === undefined || "problem" in found)
    return EXIT.diagnostics;
  const target = absolutePath(context.directory, out);
  const generated = modulePath(found.file, checked, settings);
  const module = importPath(target, generated, settings.optionsFor(parentOf(target)).importExtension);
  const fresh = scaffoldHandlers({ ...found, schema: checked.schema, module });
  if (settings.outDir === undefined && !existsSync(generated))
    context.console.error(missingModule(createDisplay(context.directory)(generated)));
  return bringIn({ target, fresh, service: found.service, isDryRun: args.flag("dry-run"), context });
};

type FoundService =
  | { readonly file: FileDescriptor; readonly service: ServiceDescriptor }
  | { readonly problem: ReturnType<typeof diagnosticFrom> };

function findService({ schema, sources }: CheckedProject, settings: Settings, name: string | undefined): FoundService {
  const file = schema.files.find((each) => settings.entries.includes(sources.get(each.path) ?? ""));
  const services = file?.declarations.filter((declaration) => declaration.kind === "service") ?? [];
  const service =
    name === undefined && services.length === 1
      ? services[0]
      : services.find((each) => [each.name, each.fullName].includes(name ?? ""));
  if (file !== undefined && service !== undefined) return { file, service };
  const known = services.map((each) => each.name);
  if (name === undefined && known.length > 1)
    throw new UsageError(`say which service: --service ${known.join(" or --service ")}`);
  return {
    problem: diagnosticFrom(projectCatalog.scaffoldService, { name: name ?? "", known }, placeIn(file?.path ?? "")),
  };
}

/** Where compile writes the module of a schema. */
function modulePath(file: FileDescriptor, { sources }: CheckedProject, { outDir }: Settings): string {
  return `${toDisk(layoutOf({ outDir, sources }), `/${file.path}`) ?? file.path}.ts`;
}

function missingModule(generated: string): string {
  return `note: the handlers import ${generated}, which does not exist yet; if compile writes it elsewhere, say so with --out-dir\n`;
}

/** The specifier by which one file imports another. */
function importPath(from: string, to: string, extension: string): string {
  const base = parentOf(from).split("/");
  const target = to.replace(/\.ts$/u, extension).split("/");
  let shared = 0;
  while (shared < base.length && base[shared] === target[shared]) shared++;
  const up = "../".repeat(base.length - shared);
  return `${up === "" ? "./" : up}${target.slice(shared).join("/")}`;
}

interface Writing {
  readonly target: string;
  readonly fresh: string;
  readonly service: ServiceDescriptor;
  readonly isDryRun: boolean;
  readonly context: CommandContext;
}

async function bringIn({ target, fresh, service, isDryRun, context }: Writing): Promise<ExitCode> {
  const { console, directory } = context;
  const name = createDisplay(directory)(target);
  const existing = existsSync(target) ? readFileSync(target, "utf8") : undefined;
  const result = existing === undefined ? undefined : await merge(existing, fresh, service);
  if (result?.kind === "broken") {
    console.error(
      `error: ${name}:${result.line} does not parse, so that nothing can be added to it: ${result.reason}\n`,
    );
    return EXIT.usage;
  }
  const text = result?.text ?? fresh;
  if (isDryRun) console.output(text);
  else if (text !== existing) writeAtomically(target, text);
  if (!isDryRun) console.output(`${summaryOf(name, result)}\n`);
  return EXIT.ok;
}

async function merge(existing: string, fresh: string, service: ServiceDescriptor): Promise<MergeResult> {
  const { mergeHandlers } = await import("../../scaffold/merge.ts");
  const interfaceName = /^import type \{ ([\w$]+) \}/mu.exec(fresh)?.[1] ?? `${service.name}Handlers`;
  return mergeHandlers({ existing, fresh, interfaceName });
}

function summaryOf(name: string, result: Extract<MergeResult, { kind: "merged" }> | undefined): string {
  if (result === undefined) return `wrote ${name}`;
  if (result.uncertain.length > 0) {
    return `left ${name} alone: ${result.uncertain.join(", ")} may come from what its handlers extend or spread`;
  }
  return result.added.length === 0 ? `nothing is missing in ${name}` : `added ${result.added.join(", ")} to ${name}`;
}
