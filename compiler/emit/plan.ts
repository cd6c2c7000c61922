import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { OutputOptions, Template } from "../../templates/template.ts";
import type { Manifest, TrackedUnit } from "./manifest.ts";
import { hashText } from "./hash.ts";
import { type LayoutInput, layoutOf } from "./layout.ts";
import { type OutputLayout, parentOf, toDisk } from "./output-path.ts";
import { renderFile, type RenderedFile } from "./render.ts";
import { isUntouched } from "./stamp.ts";
import { unitKeys } from "./unit-key.ts";

/** What a run would write. */
export interface Plan {
  readonly units: readonly PlannedUnit[];
  /** Directory that all outputs lie below. */
  readonly base: string;
}

/** The outputs of one schema file: rendered, or known to be on disk already. */
export interface PlannedUnit {
  readonly path: string;
  readonly key: string;
  readonly rendered?: readonly RenderedFile[];
  readonly kept?: TrackedUnit;
}

export interface PlanOptions extends LayoutInput {
  readonly templates: readonly Template[];
  /** Hash of the tool. */
  readonly tool: string;
  /** Result of the last run, when it may be trusted. */
  readonly previous: Manifest | undefined;
  optionsFor(directory: string): OutputOptions;
}

/** Decides what each schema file becomes, and renders what is not on disk yet. */
export function planOutputs(schema: SchemaDescriptor, options: PlanOptions): Plan {
  const layout = layoutOf(options);
  const optionsOf = (file: FileDescriptor): OutputOptions => options.optionsFor(directoryOf(layout, file));
  const templates = options.templates.map((template) => template.name);
  const keys = unitKeys(schema, { tool: options.tool, templates, optionsOf });
  const previous = new Map(options.previous?.units.map((unit) => [unit.path, unit]));
  const units = schema.files.map((file): PlannedUnit => {
    const key = hashText(`${keys.get(file.path) ?? ""} ${directoryOf(layout, file)}`);
    const known = previous.get(file.path);
    if (known?.key === key && known.outputs.every((output) => isUntouched(output.stamp))) {
      return { path: file.path, key, kept: known };
    }
    const input = { file, schema, options: optionsOf(file), layout };
    return { path: file.path, key, rendered: renderFile(options.templates, input) };
  });
  return { units, base: layout.base };
}

/** Where the outputs of a schema file go. */
function directoryOf(layout: OutputLayout, file: FileDescriptor): string {
  return parentOf(toDisk(layout, `/${file.path}`) ?? layout.base);
}
