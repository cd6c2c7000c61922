import { type Manifest, MANIFEST_FORMAT, type TrackedFile, type TrackedUnit } from "../emit/manifest.ts";
import type { PlannedUnit } from "../emit/plan.ts";
import { identityText } from "../emit/project-key.ts";
import { stampOf, type Stamp } from "../emit/stamp.ts";
import type { CompileRequest } from "./compile-project.ts";
import type { NodeHost } from "./node-host.ts";
import type { Product } from "./product.ts";
import type { Settings } from "./settings.ts";
import type { ToolIdentity } from "./tool-hash.ts";

/**
 * A file that changed within so many milliseconds before it was looked at may change again without its time moving on: its
 * stamp proves nothing, and the next run compares its content.
 */
const CLOCK_STEP_MS = 20;

export interface ManifestSource {
  readonly request: CompileRequest;
  readonly host: NodeHost;
  readonly settings: Settings;
  readonly product: Product;
  /** Outputs that are on disk as they should be. */
  readonly written: ReadonlyMap<string, Stamp>;
  readonly warnings: number;
}

/** What the next run needs to know about this one, taken after everything was written. */
export function manifestOf({ request, host, settings, product, written, warnings }: ManifestSource): Manifest {
  const again = settings.findAgain();
  const isSteady = again.entries.join("\0") === settings.entries.join("\0");
  return {
    format: MANIFEST_FORMAT,
    identity: identityText(request.identity),
    tool: request.tool.hash,
    toolStamp: isSteady && warnings === 0 ? request.tool.stamp : undefined,
    settings: settings.text,
    inputs: [...host.files.values()].map((file) => ({ ...file, stamp: provable(file.stamp) })),
    directories: again.directories,
    entries: settings.entries,
    absent: [...host.absent],
    units: product.plan.units.map((unit) => unit.kept ?? trackUnit(unit, product, written)),
    counts: product.counts,
    warnings,
  };
}

function trackUnit(
  { path, rendered, elsewhere }: PlannedUnit,
  { keys, factsOf }: Product,
  written: ReadonlyMap<string, Stamp>,
): TrackedUnit {
  const paths = elsewhere ?? (rendered ?? []).map((file) => file.path);
  const found = paths.map((output) => written.get(output));
  const outputs = found.filter((file) => file !== undefined);
  const key = outputs.length === found.length ? keys.keyOf(path) : "";
  return { path, key, outputs, interface: keys.interfaceOf(path), facts: factsOf(path) };
}

/** The manifest of a run whose files turned out to hold the same content under new times. */
export function refreshedManifest(previous: Manifest, settings: Settings, tool: ToolIdentity): Manifest {
  const refreshInput = ({ stamp, hash }: TrackedFile): TrackedFile => {
    return { stamp: provable(stampOf(stamp.path) ?? stamp), hash };
  };
  return {
    ...previous,
    toolStamp: tool.stamp,
    inputs: previous.inputs.map(refreshInput),
    directories: settings.findAgain().directories,
  };
}

function provable(stamp: Stamp): Stamp {
  return Date.now() - stamp.mtimeMs < CLOCK_STEP_MS ? { ...stamp, mtimeMs: -1 } : stamp;
}
