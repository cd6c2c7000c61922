import type { Change } from "../emit/apply.ts";
import type { UnitFacts } from "../emit/manifest.ts";
import type { OutputLayout } from "../emit/output-path.ts";
import type { Stamp } from "../emit/stamp.ts";
import type { Part } from "../parts/check-part.ts";
import type { OutputOptions } from "../../templates/template.ts";

/** What a helper is asked to compile. */
export interface HelperRequest {
  readonly part: Part;
  readonly layout: OutputLayout;
  /** How outputs are written, by the directory that they go to. */
  readonly outputs: ReadonlyMap<string, OutputOptions>;
  readonly force: boolean;
}

/** What a helper checked and is ready to render and write. */
export interface HelperPlan {
  readonly units: readonly HelperUnit[];
  readonly changes: readonly { readonly path: string; readonly kind: Change["kind"] }[];
  /** Outputs that are on disk as they should be. */
  readonly same: readonly string[];
}

export interface HelperUnit {
  readonly path: string;
  /** Absolute paths of its outputs. */
  readonly outputs: readonly string[];
  readonly facts: UnitFacts;
}

/** What a helper wrote. */
export interface HelperWritten {
  readonly files: ReadonlyMap<string, Stamp>;
  /** The file that the system refused, and why. */
  readonly refused?: { readonly path: string; readonly reason: string };
}
