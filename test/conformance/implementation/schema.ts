import { readFileSync } from "node:fs";
import type { MessageType, ServiceType } from "@rpcgen/runtime/codegen";
import * as codegen from "@rpcgen/runtime/codegen";
import type { Declaration, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { transformSync } from "esbuild";
import { renderSchema, schemaOf } from "../../templates/render.ts";

const text = readFileSync(new URL("../schema.rpc", import.meta.url), "utf8");

/** The schema of the vectors. */
export const schema: SchemaDescriptor = schemaOf({ "schema.rpc": text });

/** Its declarations by full name. */
export const declarations: ReadonlyMap<string, Declaration> = new Map(
  schema.files.flatMap((file) => file.declarations).map((declaration) => [declaration.fullName, declaration]),
);

type Generated = Readonly<Record<string, unknown>>;

/** The module that rpcgen generates for the schema. */
export const generated: Generated = load(renderSchema(schema).get("schema.rpc.ts") ?? "");

/** The generated codec of a message by its full name. */
export function messageType(fullName: string): MessageType<any, any> {
  const name = declarations.get(fullName)?.name.replaceAll(".", "_") ?? "";
  const found = generated[name] as { readonly type?: { readonly data?: unknown } } | undefined;
  if (found === undefined) throw new Error(`The schema has no ${fullName}.`);
  return found as unknown as MessageType<any, any>;
}

/** The generated service. */
export const Conformance: ServiceType<any, any> = generated.Conformance as ServiceType<any, any>;

function load(source: string): Generated {
  const script = transformSync(source, { loader: "ts", format: "cjs", target: "es2023" }).code;
  const module = { exports: {} as Generated };
  const run = new Function("module", "exports", "require", script) as (...parameters: unknown[]) => void;
  run(module, module.exports, () => codegen);
  return module.exports;
}
