import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { OutputOptions, Template } from "../../templates/template.ts";
import { joinOutput } from "./output-path.ts";

/** One file to write. */
export interface RenderedFile {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
}

export interface RenderInput {
  readonly file: FileDescriptor;
  readonly schema: SchemaDescriptor;
  readonly options: OutputOptions;
  /** Absolute output directory of the file. */
  readonly directory: string;
}

/** Runs every template over one file. Throws for a template that breaks its contract, naming it. */
export function renderFile(templates: readonly Template[], input: RenderInput): RenderedFile[] {
  const { file, schema, options, directory } = input;
  return templates.flatMap((template) =>
    template.render({ file, schema, options }).map((output) => {
      const path = joinOutput(directory, output.path);
      if (path === undefined)
        throw new TemplateError(template.name, `asked for the path ${JSON.stringify(output.path)}`);
      return { path, text: output.text };
    }),
  );
}

/** A template did what its contract forbids: a mistake of whoever wrote the template. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";

  constructor(template: string, what: string) {
    super(`the template "${template}" ${what}; outputs are plain relative paths with "/" between their parts`);
  }
}
