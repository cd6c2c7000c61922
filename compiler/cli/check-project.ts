import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { placeIn } from "../config/place.ts";
import { type CheckedWhole, checkWhole } from "../parts/check-whole.ts";
import type { NodeHost } from "./node-host.ts";

/** A checked set of schemas. */
export interface CheckedProject {
  /** What the schemas mean; only to be used when nothing is wrong with them. */
  readonly schema: SchemaDescriptor;
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute path of each file by its descriptor's path. */
  readonly sources: ReadonlyMap<string, string>;
  /** In the order of loading. */
  readonly modules: CheckedWhole["modules"];
  readonly claimsOf: CheckedWhole["claimsOf"];
}

export interface CheckRequest {
  readonly entries: readonly string[];
  readonly directory: string;
  readonly importRoots: readonly string[];
  readonly host: NodeHost;
}

/** Runs the compiler over files of the disk and adds what only the disk knows. */
export function checkProject({ entries, directory, importRoots, host }: CheckRequest): CheckedProject {
  const whole = checkWhole(entries, host, { workingDirectory: directory, importRoots });
  const malformed = [...host.malformed].map((path) => diagnosticFrom(projectCatalog.notUtf8, {}, placeIn(path)));
  const sources = new Map(whole.modules.map(({ path, absolutePath }) => [path, absolutePath]));
  return { ...whole, sources, diagnostics: [...malformed, ...whole.diagnostics] };
}
