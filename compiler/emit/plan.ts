import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { OutputOptions, Template } from "../../templates/template.ts";
import type { TrackedUnit } from "./manifest.ts";
import { type OutputLayout, parentOf, toDisk } from "./output-path.ts";
import { renderFile, type RenderedFile } from "./render.ts";
import { isUntouched } from "./stamp.ts";

/** What a run would write. */
export interface Plan {
  readonly units: readonly PlannedUnit[];
  /** Directory that all outputs lie below. */
  readonly base: string;
}

/** The outputs of one schema file: to be rendered here or by a helper, or known to be on disk already. */
export interface PlannedUnit {
  readonly path: string;
  readonly rendered?: readonly RenderedFile[];
  /** Absolute paths of what a helper renders. */
  readonly elsewhere?: readonly string[];
  readonly kept?: TrackedUnit;
}

export interface RenderOptions {
  readonly templates: readonly Template[];
  readonly layout: OutputLayout;
  optionsFor(directory: string): OutputOptions;
}

/** The outputs of one schema file. */
export function renderUnit(file: FileDescriptor, schema: SchemaDescriptor, options: RenderOptions): PlannedUnit {
  const { templates, layout } = options;
  const input = { file, schema, options: options.optionsFor(directoryOf(layout, file.path)), layout };
  return { path: file.path, rendered: renderFile(templates, input) };
}

/** The last run's outputs of a schema file when they are on disk as they were and the file has the same key; else nothing. */
export function keptUnit(previous: TrackedUnit | undefined, key: string): PlannedUnit | undefined {
  if (previous?.key !== key || !previous.outputs.every(isUntouched)) return undefined;
  return { path: previous.path, kept: previous };
}

/** Where the outputs of a schema file go. */
export function directoryOf(layout: OutputLayout, path: string): string {
  return parentOf(toDisk(layout, `/${path}`) ?? layout.base);
}
