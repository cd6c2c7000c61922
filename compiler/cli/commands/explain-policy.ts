import { readFileSync } from "node:fs";
import {
  type ExplainedSetting,
  explainPolicy,
  policyDefaults,
  type PolicyEntry,
  readDocument,
} from "@rpcgen/runtime/configuration";
import type { MethodDescriptor, SchemaDescriptor, ServiceDescriptor } from "@rpcgen/runtime/descriptor";
import { absolutePath } from "../../config/place.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { type ParsedArguments, UsageError } from "../arguments.ts";
import { hasErrors } from "../../diagnostics/diagnostic.ts";
import { checkProject } from "../check-project.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findingsOptions, printFindings } from "../findings.ts";
import { createNodeHost, schemasRead } from "../node-host.ts";
import type { CommandContext } from "../run.ts";
import { resolveSettings } from "../settings.ts";

interface FoundMethod {
  readonly service: ServiceDescriptor;
  readonly method: MethodDescriptor;
}

/** `rpcgen explain Users.get --schema api/users.rpc --live live.json` */
export async function explainPolicyOf(name: string, args: ParsedArguments, context: CommandContext): Promise<ExitCode> {
  const schema = await loadSchema(args, context);
  if (schema === undefined) return EXIT.diagnostics;
  const { service, method } = findMethod(name, schema);
  const livePath = args.text("live");
  const live = livePath === undefined ? [] : readLive(absolutePath(context.directory, livePath), livePath);
  const governed = { service: service.fullName, path: method.path, policy: method.policy };
  const settings = explainPolicy(governed, { code: [], live });
  context.console.output(pageOf(method, settings));
  return EXIT.ok;
}

async function loadSchema(
  args: ParsedArguments,
  { console, directory }: CommandContext,
): Promise<SchemaDescriptor | undefined> {
  const host = createNodeHost();
  const path = args.text("schema");
  const identity = {
    directory,
    files: path === undefined ? [] : [path],
    outDir: undefined,
    config: args.text("config"),
  };
  const settings = await resolveSettings(identity, host);
  const checked = hasErrors(settings.diagnostics) ? undefined : checkProject({ ...settings, host });
  const diagnostics = [...settings.diagnostics, ...(checked?.diagnostics ?? [])];
  if (checked !== undefined && !hasErrors(diagnostics)) return checked.schema;
  printFindings({ diagnostics, files: schemasRead(host) }, findingsOptions(args, console), console);
  return undefined;
}

/** `Users.get`, `acme.users.v1.Users/Get`, `/acme.users.v1.Users/Get` */
function findMethod(name: string, schema: SchemaDescriptor): FoundMethod {
  const all = schema.files.flatMap(({ declarations }) =>
    declarations
      .filter((declaration) => declaration.kind === "service")
      .flatMap((service) => service.methods.map((method) => ({ service, method }))),
  );
  const [, serviceName = "", methodName = ""] = /^\/?(.+)[./]([^./]+)$/u.exec(name) ?? [];
  const found = all.filter(
    ({ service, method }) =>
      [service.name, service.fullName].includes(serviceName) && [method.name, method.wireName].includes(methodName),
  );
  if (found.length === 1) return found[0] as FoundMethod;
  const names = all.map(({ service, method }) => `${service.name}.${method.name}`);
  if (found.length > 1) {
    const full = found.map(({ service, method }) => `${service.fullName}.${method.name}`);
    throw new UsageError(`several methods are called ${name}; write ${full.join(" or ")}`);
  }
  const guess = closest(`${serviceName.split(".").at(-1)}.${methodName}`, names);
  const hint = guess === undefined ? `; methods are ${names.slice(0, 20).join(", ")}` : `; did you mean ${guess}?`;
  throw new UsageError(all.length === 0 ? "the schema has no service" : `there is no method ${name}${hint}`);
}

function readLive(path: string, shown: string): readonly PolicyEntry[] {
  try {
    const text = readFileSync(path, "utf8");
    const { methods = {} } = JSON.parse(text) as { readonly methods?: unknown };
    return readDocument(JSON.stringify({ methods }), []).policies;
  } catch (error) {
    throw new UsageError(`${shown} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function pageOf(method: MethodDescriptor, settings: Readonly<Record<string, ExplainedSetting>>): string {
  const rows: [string, string, string][] = Object.entries(settings).map(([name, { value, origin, entry }]) => [
    name,
    shown(value),
    origin === "schema" ? "schema" : `live configuration, "${entry}"`,
  ]);
  for (const [name, value] of Object.entries(policyDefaults)) {
    if (settings[name] === undefined) rows.push([name, value, "default"]);
  }
  const names = Math.max(...rows.map(([name]) => name.length));
  const values = Math.min(48, Math.max(...rows.map(([, value]) => value.length)));
  const lines = rows.map(([name, value, origin]) => `  ${name.padEnd(names)}  ${value.padEnd(values)}  ${origin}`);
  const repeats = { unknown: "must not be repeated", idempotent: "may be repeated", readonly: "changes nothing" };
  return `${method.path} (${method.kind}, ${repeats[method.idempotency]})\n\n${lines.join("\n")}\n`;
}

/** `{ max: 3, on: [unavailable] }` */
function shown(value: unknown): string {
  return JSON.stringify(value).replaceAll('"', "").replaceAll(":", ": ").replaceAll(",", ", ");
}
