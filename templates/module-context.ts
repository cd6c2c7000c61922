import type {
  Declaration,
  ErrorDescriptor,
  FileDescriptor,
  MessageDescriptor,
  Reference,
  SchemaDescriptor,
} from "@rpcgen/runtime/descriptor";
import { symbols } from "@rpcgen/runtime/codegen";
import type { SharedTable } from "./fragments.ts";
import { createImports, type Imports } from "./imports.ts";
import type { FileNames, Names } from "./names.ts";
import { namesOf } from "./naming.ts";
import type { OutputOptions, OutputPart, TemplateInput } from "./template.ts";

/** What every part of a module is given: the schema file, the names in it, and the imports it adds to. */
export interface ModuleContext {
  readonly file: FileDescriptor;
  /** All files of the compilation. */
  readonly schema: SchemaDescriptor;
  readonly names: Names;
  /** Names of this file. */
  readonly own: FileNames;
  readonly imports: Imports;
  readonly options: OutputOptions;
  /** What was laid out for all modules already. */
  readonly shared: SharedTable;
  /** True when every symbol of the runtime has its own name in this module, as in all that share fragments. */
  readonly sharesFragments: boolean;
  /** True when a part is emitted. */
  emits(part: OutputPart): boolean;
  /** True when the reference is to a declaration of this file. */
  isOwn(reference: Pick<Reference, "file">): boolean;
}

/** The context of one module. */
export function createModuleContext(input: TemplateInput): ModuleContext {
  const names = namesOf(input.schema);
  const own = names.file(input.file.path);
  const parts = new Set(input.options.emit);
  return {
    file: input.file,
    schema: input.schema,
    names,
    own,
    imports: createImports(own, input.options),
    options: input.options,
    shared: sharedTable(input.schema),
    sharesFragments: !symbolNames.some((symbol) => own.taken.has(symbol)),
    emits: (part) => parts.has(part),
    isOwn: (reference) => reference.file === input.file.path,
  };
}

const symbolNames: readonly string[] = Object.keys(symbols);
const sharedTables = new WeakMap<SchemaDescriptor, SharedTable>();

function sharedTable(schema: SchemaDescriptor): SharedTable {
  let table = sharedTables.get(schema);
  if (table === undefined) sharedTables.set(schema, (table = new Map()));
  return table;
}

const declarations = new WeakMap<SchemaDescriptor, ReadonlyMap<string, Declaration>>();

/** The declaration that a reference means. @throws TypeError when the schema does not hold it */
export function declarationOf(context: Pick<ModuleContext, "schema">, reference: Reference): Declaration {
  let table = declarations.get(context.schema);
  if (table === undefined) declarations.set(context.schema, (table = declarationTable(context.schema)));
  const found = table.get(`${reference.file}:${reference.name}`);
  if (found === undefined) throw new TypeError(`${reference.file} does not declare ${reference.name}`);
  return found;
}

/** The message, or the error whose members are the message, that a reference means. */
export function messageOf(
  context: Pick<ModuleContext, "schema">,
  reference: Reference,
): MessageDescriptor | ErrorDescriptor {
  const found = declarationOf(context, reference);
  if (found.kind === "message" || found.kind === "error") return found;
  throw new TypeError(`${reference.fullName} is not a message`);
}

function declarationTable(schema: SchemaDescriptor): ReadonlyMap<string, Declaration> {
  const table = new Map<string, Declaration>();
  for (const file of schema.files) {
    for (const declaration of file.declarations) table.set(`${file.path}:${declaration.name}`, declaration);
  }
  return table;
}
