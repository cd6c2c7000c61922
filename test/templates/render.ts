import { check } from "../../compiler/index.ts";
import { createMemoryHost } from "../../compiler/source/host.ts";
import { builtinTemplates, type OutputOptions } from "../../templates/index.ts";
import type { OutputFile } from "../../templates/template.ts";
import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";

/** The options that tests start from. */
export const defaultOptions: OutputOptions = {
  importExtension: ".js",
  enums: "string",
  version: "0.1.0",
  emit: ["types", "codec", "json", "validate", "client", "server", "descriptor"],
};

/** The descriptor of schemas given as text by file name. @throws Error naming the first mistake in them */
export function schemaOf(files: Readonly<Record<string, string>>): SchemaDescriptor {
  const entries = Object.entries(files).map(([name, text]) => [`/schemas/${name}`, text] as const);
  const host = createMemoryHost(Object.fromEntries(entries));
  const { schema, diagnostics } = check(
    entries.map(([path]) => path),
    host,
    { roots: ["/schemas"] } as never,
  );
  const mistake = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (mistake !== undefined) throw new Error(`${mistake.code}: ${mistake.message}`);
  return { files: schema.files.map((file) => shortened(file)) };
}

/** Paths relative to the schemas, wherever the import root is. */
function shortened<T>(data: T): T {
  return JSON.parse(JSON.stringify(data).replaceAll('"schemas/', '"').replaceAll('"/schemas/', '"')) as T;
}

/** Generated text by path. */
export function renderSchema(schema: SchemaDescriptor, options: Partial<OutputOptions> = {}): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of schema.files) {
    for (const template of builtinTemplates) {
      for (const output of template.render({ file, schema, options: { ...defaultOptions, ...options } })) {
        texts.set(output.path, textOf(output));
      }
    }
  }
  return texts;
}

/** The text of an output, in whichever form its template gave it. */
export function textOf({ text }: OutputFile): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text());
}

/** Generated text of one schema file. */
export function renderText(text: string, options: Partial<OutputOptions> = {}): string {
  return renderSchema(schemaOf({ "test.rpc": text }), options).get("test.rpc.ts") ?? "";
}
