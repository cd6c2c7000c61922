import type { FileDescriptor, Reference, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { createImports, type Imports } from "./imports.ts";
import { type FileNames, type Names, namesOf } from "./naming.ts";
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
    emits: (part) => parts.has(part),
    isOwn: (reference) => reference.file === input.file.path,
  };
}
