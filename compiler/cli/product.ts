import { placeIn } from "../config/place.ts";
import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { foreignRoots, layoutOf } from "../emit/layout.ts";
import type { Counts, Manifest, TrackedUnit, UnitFacts } from "../emit/manifest.ts";
import type { OutputLayout } from "../emit/output-path.ts";
import { directoryOf, keptUnit, type Plan, type PlannedUnit, renderUnit } from "../emit/plan.ts";
import { createUnitKeys, type KeyedFile, type UnitKeys } from "../emit/unit-key.ts";
import { builtinTemplates } from "../../templates/index.ts";
import type { CheckedProject } from "./check-project.ts";
import type { CompileRequest } from "./compile-project.ts";
import { countDeclarations, countsOf, factsFrom } from "./facts.ts";
import type { HelperPlan } from "./helper-messages.ts";
import type { HelperJob } from "./helper.ts";
import type { NodeHost } from "./node-host.ts";
import type { Settings } from "./settings.ts";

/** What a run works with. */
export interface Workshop {
  readonly request: CompileRequest;
  readonly host: NodeHost;
  readonly settings: Settings;
  /** Manifest of the last run, whatever it is worth. */
  readonly previous: Manifest | undefined;
}

/** A compilation without errors: what is to be written, and what the next run is to know of it. */
export interface Product {
  readonly plan: Plan;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly counts: Counts;
  readonly keys: UnitKeys;
  factsOf(path: string): UnitFacts;
  /** Renders and writes its part. */
  readonly helper?: { readonly job: HelperJob; readonly plan: HelperPlan };
}

/** The outputs of the last run, when this run may build on them. */
export function trustedUnits({ request, previous }: Workshop): ReadonlyMap<string, TrackedUnit> {
  const isTrusted = request.useCache && request.mode === "write" && previous?.tool === request.tool.hash;
  return new Map(isTrusted ? previous.units.map((unit) => [unit.path, unit]) : []);
}

/** What is to be made of a compilation that was checked as a whole. */
export function productOf(shop: Workshop, checked: CheckedProject): Product {
  const { outDir } = shop.settings;
  const { schema, modules } = checked;
  const layout = layoutOf({ outDir, sources: checked.sources });
  const files = modules.map(({ path, source, targets }): KeyedFile => {
    return { path, text: source.text, targets: [...targets.values()].map((target) => target.path) };
  });
  const keys = keysFor(files, layout, shop);
  const previous = trustedUnits(shop);
  const options = { templates: builtinTemplates, layout, optionsFor: shop.settings.optionsFor };
  const units = schema.files.map((file): PlannedUnit => {
    const before = previous.get(file.path);
    const kept = before && keptUnit(before, keys.keyOf(file.path));
    return kept ?? renderUnit(file, schema, options);
  });
  const facts = new Map(
    modules.map((module) => [module.path, () => factsFrom(schema, module.path, checked.claimsOf(module))]),
  );
  return {
    plan: { units, base: layout.base },
    diagnostics: checked.diagnostics,
    counts: countsOf(schema.files.map((file) => countDeclarations(file.declarations))),
    keys,
    factsOf: (path) => facts.get(path)?.() ?? NO_FACTS,
  };
}

const NO_FACTS: UnitFacts = { messages: 0, services: 0, claims: [] };

/** The cache keys of a compilation's files. */
export function keysFor(files: readonly KeyedFile[], layout: OutputLayout, shop: Workshop): UnitKeys {
  const { request, settings, previous } = shop;
  const isOfTool = previous?.tool === request.tool.hash;
  return createUnitKeys(files, {
    tool: request.tool.hash,
    known: new Map(isOfTool ? previous.units.map((unit) => [unit.path, unit.interface]) : []),
    templates: builtinTemplates.map((template) => template.name),
    directoryOf: (path) => directoryOf(layout, path),
    optionsFor: settings.optionsFor,
  });
}

/** Beside the schemas, generated imports are right only when all schemas lie below one root. */
export function layoutProblems(sources: ReadonlyMap<string, string>, { outDir }: Settings): readonly Diagnostic[] {
  const foreign = outDir === undefined ? foreignRoots(sources) : [];
  return foreign.map((path) => diagnosticFrom(projectCatalog.needsOutDir, { path }, placeIn(path)));
}
