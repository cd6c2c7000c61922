import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { OutputOptions, Template } from "../../templates/template.ts";
import { isPlainPath, type OutputLayout, toDisk } from "./output-path.ts";

/** One file to write; its text is made when it is wanted. */
export interface RenderedFile {
  /** Absolute path. */
  readonly path: string;
  /** UTF-8 bytes of the text. Unless they are held, they last until those of another file are asked for. */
  bytes(): Uint8Array;
  /** Makes the bytes now, and keeps them. */
  hold(): void;
}

/** A file of bytes that may be made again and again, each time in place of others. */
export function renderedFile(path: string, make: () => Uint8Array): RenderedFile {
  let held: Uint8Array | undefined;
  return {
    path,
    bytes: () => held ?? make(),
    hold: () => {
      held ??= new Uint8Array(make());
    },
  };
}

export interface RenderInput {
  readonly file: FileDescriptor;
  readonly schema: SchemaDescriptor;
  readonly options: OutputOptions;
  readonly layout: OutputLayout;
}

/** What every template makes of one file. Throws a {@link TemplateError} for a template that breaks its contract. */
export function renderFile(templates: readonly Template[], input: RenderInput): RenderedFile[] {
  const { file, schema, options, layout } = input;
  return templates.flatMap((template) =>
    template.render({ file, schema, options }).map((output) => {
      const path = isPlainPath(output.path) ? toDisk(layout, `/${output.path}`) : undefined;
      if (path === undefined) throw new TemplateError(template.name, output.path);
      const { text } = output;
      return renderedFile(path, typeof text === "string" ? () => Buffer.from(text, "utf8") : text);
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
