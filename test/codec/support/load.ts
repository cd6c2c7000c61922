import { transformSync } from "esbuild";
import * as runtime from "@rpcgen/runtime/codegen";
import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { code } from "../../../templates/code.ts";
import { messageCodec, unionCodec } from "../../../templates/codec/message.ts";
import { messageJson, unionJson } from "../../../templates/json/message.ts";
import { sections } from "../../../templates/layout.ts";
import { createModuleContext, type ModuleContext } from "../../../templates/module-context.ts";
import type { MessageNames } from "../../../templates/naming.ts";
import { print } from "../../../templates/print.ts";
import { enumFunctions, enumTypes, enumValue } from "../../../templates/types/enum.ts";
import { messageTypes, unionTypes } from "../../../templates/types/message.ts";
import type { Code, Ident } from "../../../templates/code.ts";
import type { OutputOptions } from "../../../templates/template.ts";

/** A generated message type whose types are not known to the test. */
export type AnyType = runtime.MessageType<any, any>;

const options: OutputOptions = {
  importExtension: ".js",
  enums: "string",
  version: "0.0.0",
  emit: ["types", "codec", "json"],
};

/** TypeScript of one file: types, codec and JSON, with a `create` that decodes nothing. */
export function renderCodecs(file: FileDescriptor, schema: SchemaDescriptor = { files: [file] }): string {
  const context = createModuleContext({ file, schema, options });
  const body = sections(...file.declarations.flatMap((declaration) => renderDeclaration(context, declaration)));
  return print(sections(context.imports.render(), body)) + "\n";
}

function renderDeclaration(context: ModuleContext, declaration: FileDescriptor["declarations"][number]): Code[] {
  switch (declaration.kind) {
    case "message": {
      const names = context.own.message(declaration.name);
      return [
        messageTypes(context, declaration, names),
        value(context, names, declaration.fullName),
        messageCodec(context, declaration, names),
        messageJson(context, declaration, names),
      ];
    }
    case "union": {
      const names = context.own.message(declaration.name);
      return [
        unionTypes(context, declaration, names),
        value(context, names, declaration.fullName),
        unionCodec(context, declaration, names),
        unionJson(context, declaration, names),
      ];
    }
    case "enum": {
      const names = context.own.enum(declaration.name);
      return [
        enumTypes(context, declaration, names),
        enumValue(context, declaration, names),
        enumFunctions(context, declaration, names),
      ];
    }
    default:
      return [];
  }
}

function value(context: ModuleContext, names: MessageNames, fullName: string): Code {
  const { runtime: use } = context.imports;
  return code`
    export const ${names.type}: ${use("MessageType")}<${names.type}, ${names.init}> = ${use("messageType")}({
      typeName: ${JSON.stringify(fullName) as Ident},
      write: ${names.write},
      read: ${names.read},
      toJson: ${names.toJson},
      fromJson: ${names.fromJson},
      create: ${names.create},
      validate: () => [],
      equals: () => false,
    });

    function ${names.create}(): ${names.type} {
      return ${names.type}.decode(new Uint8Array(0));
    }
  `;
}

/** Runs generated TypeScript and returns its exports. Test code only: the runtime itself never evaluates text. */
export function evaluate(source: string, siblings: Readonly<Record<string, unknown>> = {}): Record<string, AnyType> {
  const script = transformSync(source, { loader: "ts", format: "cjs", target: "es2023" }).code;
  const module = { exports: {} as Record<string, AnyType> };
  const require = (name: string): unknown => (name === "@rpcgen/runtime/codegen" ? runtime : siblings[name]);
  new Function("module", "exports", "require", script)(module, module.exports, require);
  return module.exports;
}
