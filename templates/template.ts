import type { FileDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";

/**
 * A template is a pure function from a descriptor to text. It may not read files, clocks or the environment: equal input gives
 * equal output, which the cache relies on.
 */
export interface Template {
  readonly name: string;
  /** Files for one schema file; their paths lie in the tree of schema paths: `api/users.rpc` -> `api/users.rpc.ts`. */
  render(input: TemplateInput): readonly OutputFile[];
}

export interface TemplateInput {
  readonly file: FileDescriptor;
  /** All files of the compilation, to resolve references. */
  readonly schema: SchemaDescriptor;
  readonly options: OutputOptions;
}

export interface OutputFile {
  /** In the tree of schema paths, below the directory of a schema, with `/` separators: `api/users.rpc.ts`. */
  readonly path: string;
  /**
   * The text, or what makes its UTF-8 bytes when they are wanted, which spares the compiler to encode and to keep them: they need
   * to last only until the next such bytes of the same template are made.
   */
  readonly text: string | (() => Uint8Array);
}

/** How generated code is written; each has a default that suits the nearest tsconfig. */
export interface OutputOptions {
  /** Suffix of relative imports. Chosen from the user's tsconfig: nodenext -> `.js` (or `.ts`), bundler -> none. */
  readonly importExtension: ".js" | ".ts" | "";
  /** Enums as unions of string literals (default) or as numbers with a constant object. */
  readonly enums: "string" | "number";
  /** Version of rpcgen for the header line. */
  readonly version: string;
  /** Parts to emit; default all. */
  readonly emit: readonly OutputPart[];
}

export type OutputPart = "types" | "codec" | "json" | "validate" | "client" | "server" | "descriptor";
