import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { createSourceFile } from "../source/source-file.ts";
import type { TrackedUnit } from "./manifest.ts";
import type { Plan, PlannedUnit } from "./plan.ts";

/** Absolute paths of what a schema file became. */
export function unitPaths(unit: PlannedUnit | TrackedUnit): readonly string[] {
  const tracked = "outputs" in unit ? unit : unit.kept;
  if (tracked !== undefined) return tracked.outputs.map((output) => output.path);
  if ("outputs" in unit) return [];
  return unit.elsewhere ?? (unit.rendered ?? []).map((file) => file.path);
}

/** Outputs that would be one file where upper and lower case are the same. */
export function findCollisions(plan: Plan, display: (path: string) => string): readonly Diagnostic[] {
  const owners = new Map<string, string>();
  const found: Diagnostic[] = [];
  for (const unit of plan.units) {
    for (const path of unitPaths(unit)) {
      const first = owners.get(path.toLowerCase());
      if (first === undefined) owners.set(path.toLowerCase(), unit.path);
      else found.push(collision({ path: display(path), first, second: unit.path }));
    }
  }
  return found;
}

function collision(parameters: { readonly path: string; readonly first: string; readonly second: string }): Diagnostic {
  const span = { file: createSourceFile(parameters.second, ""), start: 0, end: 0 };
  return diagnosticFrom(projectCatalog.outputTwice, parameters, { span });
}
