import type { Declaration, FileDescriptor, ReexportDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Piece } from "./code.ts";
import { siblingSpecifier } from "./imports.ts";
import { lines, specifiers } from "./layout.ts";
import { stringLiteral } from "./literal.ts";
import type { ModuleContext } from "./module-context.ts";
import type { FileNames } from "./names.ts";
import { ident, reexported } from "./naming.ts";

/** `export ... from "./common.rpc.js";` for what the schema file passes on. */
export function reexportDeclarations(context: ModuleContext): Code {
  return lines(...context.file.reexports.map((reexport) => reexportDeclaration(context, reexport)));
}

function reexportDeclaration(context: ModuleContext, reexport: ReexportDescriptor): Code {
  if (reexport.names === undefined) return code`export * from ${source(context, reexport.path)};`;
  const byModule = new Map<string, Piece[]>();
  for (const { name, as } of reexport.names) {
    const found = findDeclaration(context, reexport.path, name, new Set());
    if (found === undefined) continue;
    const pieces = declarationSpecifiers(context, context.names.file(found.path), found.declaration, as);
    byModule.set(found.path, [...(byModule.get(found.path) ?? []), ...pieces]);
  }
  return lines(
    ...[...byModule].map(([path, pieces]) => code`export ${specifiers(pieces)} from ${source(context, path)};`),
  );
}

function source(context: ModuleContext, path: string): Piece {
  const target = context.names.file(path).module;
  return stringLiteral(siblingSpecifier(context.own.module, target, context.options.importExtension));
}

interface Found {
  readonly path: string;
  readonly declaration: Declaration;
}

/** Where a name is declared: in the file itself, or in one that it passes on. */
function findDeclaration(context: ModuleContext, path: string, name: string, seen: Set<string>): Found | undefined {
  if (seen.has(path)) return undefined;
  seen.add(path);
  const file = context.schema.files.find((candidate) => candidate.path === path);
  const declaration = file?.declarations.find((candidate) => candidate.name === name);
  if (declaration !== undefined) return { path, declaration };
  return file && findPassedOn(context, file, name, seen);
}

function findPassedOn(
  context: ModuleContext,
  file: FileDescriptor,
  name: string,
  seen: Set<string>,
): Found | undefined {
  for (const reexport of file.reexports) {
    const original = reexport.names === undefined ? name : reexport.names.find((entry) => entry.as === name)?.name;
    const found = original === undefined ? undefined : findDeclaration(context, reexport.path, original, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The names that a declaration has in its module, with the new name in place of its own. */
function declarationSpecifiers(
  context: ModuleContext,
  names: FileNames,
  declaration: Declaration,
  as: string,
): Piece[] {
  const codec = context.emits("codec");
  const pass = (name: string, isValue: boolean): Piece => {
    const renamed = reexported(name, names.declared(declaration.name), as);
    const specifier = renamed === name ? code`${ident(name)}` : code`${ident(name)} as ${renamed}`;
    return isValue ? specifier : code`type ${specifier}`;
  };
  const { name } = declaration;
  switch (declaration.kind) {
    case "message":
    case "union":
      return [pass(names.message(name).type, codec), pass(names.message(name).init, false)];
    case "error": {
      const { type, data } = names.error(name);
      if (!codec) return [pass(data.type, false), pass(data.init, false)];
      return [pass(type, true), pass(data.type, true), pass(data.init, false)];
    }
    case "enum":
      return [pass(names.enum(name).type, codec)];
    case "alias":
      return [pass(names.declared(name), declaration.brand)];
    case "constant":
      return [pass(names.declared(name), true)];
    case "service": {
      const { type, client, handlers } = names.service(name);
      return [
        ...(context.emits("client") || context.emits("server") ? [pass(type, true)] : []),
        ...(context.emits("client") ? [pass(client, false)] : []),
        ...(context.emits("server") ? [pass(handlers, false)] : []),
      ];
    }
  }
}
