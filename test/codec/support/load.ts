import * as runtime from "@rpcgen/runtime/codegen";
import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { transformSync } from "esbuild";
import { moduleTemplate } from "../../../templates/module.ts";
import type { OutputOptions } from "../../../templates/template.ts";
import { textOf } from "../../templates/render.ts";

/** A generated message type whose types are not known to the test. */
export type AnyType = runtime.MessageType<any, any>;

const options: OutputOptions = {
  importExtension: ".js",
  enums: "string",
  version: "0.0.0",
  emit: ["types", "codec", "json"],
};

/** The TypeScript that rpcgen writes for a file, without services, validation and descriptor. */
export function renderCodecs(
  file: FileDescriptor,
  schema: SchemaDescriptor = { files: [file] },
  more: Partial<OutputOptions> = {},
): string {
  const [output] = moduleTemplate.render({ file, schema, options: { ...options, ...more } });
  if (output === undefined) throw new TypeError(`nothing was rendered for ${file.path}`);
  return textOf(output);
}

/** Runs generated TypeScript and returns its exports. Test code only: the runtime itself never evaluates text. */
export function evaluate(source: string, siblings: Readonly<Record<string, unknown>> = {}): Record<string, AnyType> {
  const script = transformSync(source, { loader: "ts", format: "cjs", target: "es2023" }).code;
  const module = { exports: {} as Record<string, AnyType> };
  const require = (name: string): unknown => (name === "@rpcgen/runtime/codegen" ? runtime : siblings[name]);
  new Function("module", "exports", "require", script)(module, module.exports, require);
  return module.exports;
}
