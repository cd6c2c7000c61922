import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { OutputOptions, Template } from "../../templates/template.ts";
import { isPlainPath, type OutputLayout, toDisk } from "./output-path.ts";

/** One file to write. */
export interface RenderedFile {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface RenderInput {
  readonly file: FileDescriptor;
  readonly schema: SchemaDescriptor;
  readonly options: OutputOptions;
  readonly layout: OutputLayout;
}

/** Runs every template over one file. Throws a {@link TemplateError} for a template that breaks its contract. */
export function renderFile(templates: readonly Template[], input: RenderInput): RenderedFile[] {
  const { file, schema, options, layout } = input;
  return templates.flatMap((template) =>
    template.render({ file, schema, options }).map((output) => {
      const path = isPlainPath(output.path) ? toDisk(layout, `/${output.path}`) : undefined;
      if (path === undefined) throw new TemplateError(template.name, output.path);
      return { path, bytes: typeof output.text === "string" ? Buffer.from(output.text, "utf8") : output.text };
    }),
  );
}

/** A template did what its contract forbids: a mistake of whoever wrote the template. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";

  constructor(template: string, path: string) {
    super(
      `the template "${template}" asked for the path ${JSON.stringify(path)}; ` +
        "outputs are plain relative paths below the directories of the schemas",
    );
  }
}
