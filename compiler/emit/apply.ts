import { readFileSync } from "node:fs";
import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { createSourceFile } from "../source/source-file.ts";
import type { RenderedFile } from "./render.ts";
import { type Stamp, stampOf } from "./stamp.ts";
import { occupantOf, removeGenerated, writeAtomically } from "./write.ts";

/** A file that differs from what is on disk, or must not be touched. */
export interface Change {
  readonly file: RenderedFile;
  readonly kind: "create" | "replace";
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** Outputs that are on disk as they should be. */
  readonly same: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompareOptions {
  /** Directory that the user named; links above it are not looked at. */
  readonly base: string;
  /** Replace files that were not generated. */
  readonly force: boolean;
  /** A path as the user knows it. */
  display(path: string): string;
}

/** Compares outputs with the disk. Nothing is written: the first problem of any file keeps all of them as they are. */
export function compareOutputs(files: readonly RenderedFile[], options: CompareOptions): Comparison {
  const changes: Change[] = [];
  const same: RenderedFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const occupant = occupantOf(file.path, options.base);
    const path = options.display(file.path);
    const isText = occupant.kind === "generated" || occupant.kind === "foreign";
    // Not to be made again for writing.
    if (isText) file.hold();
    if (isText && occupant.bytes.equals(file.bytes())) same.push(file);
    else if (occupant.kind === "nothing") changes.push({ file, kind: "create" });
    else if (occupant.kind === "generated" || (occupant.kind === "foreign" && options.force)) {
      changes.push({ file, kind: "replace" });
    } else if (occupant.kind === "foreign")
      diagnostics.push(diagnosticFrom(projectCatalog.outputNotOurs, { path }, at(path)));
    else if (occupant.kind === "link") {
      const link = options.display(occupant.path);
      diagnostics.push(diagnosticFrom(projectCatalog.outputIsLink, { path, link }, at(path)));
    } else diagnostics.push(blocked(path, `\`${options.display(occupant.path)}\` is in the way`));
  }
  return { changes, same, diagnostics };
}

/** What {@link applyChanges} did. */
export interface Applied {
  /** Outputs that are on disk as they should be, by path. */
  readonly files: ReadonlyMap<string, Stamp>;
  /** The file that the system refused, after which nothing more was written. */
  readonly refused?: Refusal;
}

export interface Refusal {
  readonly path: string;
  readonly reason: string;
}

/** Writes the changes. Stops at the first file that the system refuses. */
export function applyChanges({ changes, same }: Pick<Comparison, "changes" | "same">): Applied {
  const files = new Map<string, Stamp>();
  const keep = (path: string, stamp: Stamp | undefined): void => {
    if (stamp !== undefined) files.set(path, stamp);
  };
  for (const { file } of changes) {
    const { path } = file;
    const bytes = file.bytes();
    try {
      keep(path, writeAtomically(path, bytes) ?? stampOfContent(path, bytes));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { files, refused: { path, reason } };
    }
  }
  for (const file of same) keep(file.path, stampOfContent(file.path, file.bytes()));
  return { files };
}

/** The stamp of a file on disk, when it holds these bytes. */
function stampOfContent(path: string, bytes: Uint8Array): Stamp | undefined {
  const stamp = stampOf(path);
  return stamp !== undefined && readFileSync(path).equals(bytes) ? stamp : undefined;
}

/** Says that an output could not be written. */
export function refusal({ path, reason }: Refusal, display: (path: string) => string): Diagnostic {
  return blocked(display(path), reason);
}

/** Removes generated files that no schema stands behind any more; what is not ours stays. Gives those that were removed. */
export function removeStale(paths: readonly string[], base: string): readonly string[] {
  return paths.filter((path) => {
    try {
      return removeGenerated(path, base);
    } catch {
      return false;
    }
  });
}

function blocked(path: string, reason: string): Diagnostic {
  return diagnosticFrom(projectCatalog.outputBlocked, { path, reason }, at(path));
}

function at(path: string): { readonly span: Diagnostic["span"] } {
  return { span: { file: createSourceFile(path, ""), start: 0, end: 0 } };
}
