import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { OutputOptions, Template } from "../../templates/template.ts";
import type { Manifest, TrackedUnit } from "./manifest.ts";
import { hashText } from "./hash.ts";
import { commonDirectory, type OutputLayout, outputDirectory } from "./output-path.ts";
import { renderFile, type RenderedFile } from "./render.ts";
import { isUntouched } from "./stamp.ts";
import { unitKeys } from "./unit-key.ts";

/** What a run would write. */
export interface Plan {
  readonly units: readonly PlannedUnit[];
  /** The directory whose inside is mirrored below the output directory. */
  readonly root: string;
}

/** The outputs of one schema file: rendered, or known to be on disk already. */
export interface PlannedUnit {
  readonly path: string;
  readonly key: string;
  readonly rendered?: readonly RenderedFile[];
  readonly kept?: TrackedUnit;
}

export interface PlanOptions {
  readonly templates: readonly Template[];
  /** Hash of the tool. */
  readonly tool: string;
  readonly outDir: string | undefined;
  /** Absolute path of a schema file by its descriptor's path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Result of the last run, when it may be trusted. */
  readonly previous: Manifest | undefined;
  optionsFor(directory: string): OutputOptions;
}

/** Decides what each schema file becomes, and renders what is not on disk yet. */
export function planOutputs(schema: SchemaDescriptor, options: PlanOptions): Plan {
  const layout = layoutOf(schema, options);
  const directoryOf = (file: FileDescriptor): string => outputDirectory(layout, locate(file, options));
  const optionsOf = (file: FileDescriptor): OutputOptions => options.optionsFor(directoryOf(file));
  const templates = options.templates.map((template) => template.name);
  const keys = unitKeys(schema, { tool: options.tool, templates, optionsOf });
  const previous = new Map(options.previous?.units.map((unit) => [unit.path, unit]));
  const units = schema.files.map((file): PlannedUnit => {
    const key = hashText(`${keys.get(file.path) ?? ""} ${directoryOf(file)}`);
    const known = previous.get(file.path);
    if (known?.key === key && known.outputs.every((output) => isUntouched(output.stamp))) {
      return { path: file.path, key, kept: known };
    }
    const input = { file, schema, options: optionsOf(file), directory: directoryOf(file) };
    return { path: file.path, key, rendered: renderFile(options.templates, input) };
  });
  return { units, root: layout.root };
}

/** Below an output directory the tree follows the descriptors' paths, which generated imports are relative to. */
function layoutOf(schema: SchemaDescriptor, options: PlanOptions): OutputLayout {
  const root = commonDirectory(schema.files.map((file) => locate(file, options)));
  return { outDir: options.outDir, root };
}

/** Where a file is for the layout: on disk, or in the tree of descriptor paths. */
function locate(file: FileDescriptor, options: PlanOptions): string {
  return options.outDir === undefined ? (options.sources.get(file.path) ?? `/${file.path}`) : `/${file.path}`;
}
