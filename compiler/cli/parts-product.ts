import { statSync } from "node:fs";
import { layoutOf } from "../emit/layout.ts";
import type { UnitFacts } from "../emit/manifest.ts";
import { directoryOf, keptUnit, type PlannedUnit, renderUnit } from "../emit/plan.ts";
import type { UnitKeys } from "../emit/unit-key.ts";
import { areCompatible } from "../parts/claims.ts";
import { checkPart, type CheckedPart } from "../parts/check-part.ts";
import { createSurveyor, type Surveyor } from "../parts/part.ts";
import { splitFiles } from "../parts/split.ts";
import type { SurveyedFile } from "../parts/survey.ts";
import { builtinTemplates } from "../../templates/index.ts";
import { HELPER_BYTES } from "./first-look.ts";
import type { Helper, HelperJob } from "./helper.ts";
import type { HelperPlan } from "./helper-messages.ts";
import { countsOf, factsFrom } from "./facts.ts";
import { keysFor, layoutProblems, type Product, trustedUnits, type Workshop } from "./product.ts";

/** From which size on it is worth to do more than compile everything in one go; in bytes of schemas. */
export interface PartSizes {
  /** Finding out which files changed. */
  readonly parts: number;
  /** A second thread, which takes some tens of milliseconds to start. */
  readonly helper: number;
}

const DEFAULT_SIZES: PartSizes = Object.freeze({ parts: 64 * 1024, helper: HELPER_BYTES });
/** What this thread has done, as a share of the whole, by the time that a helper has started, for the most part ahead of its time. */
const HEAD_START = 0.05;

/**
 * Compiles a project in parts: of a large project that was compiled before, only files whose output may change; of a large project
 * that was not, one half in a second thread. `undefined` when the project is small, or when there is anything to report: it has to
 * be compiled as a whole then, which also finds the words for it.
 */
export async function productOfParts(shop: Workshop): Promise<Product | undefined> {
  const { startHelper, sizes = DEFAULT_SIZES } = shop.request;
  const size = sizeOf(shop.settings.entries);
  if (size < sizes.parts || (shop.previous?.warnings ?? 0) > 0) return undefined;
  const isAlone = size < sizes.helper || trustedUnits(shop).size > 0;
  const helper = isAlone ? undefined : startHelper?.();
  const product = await compileParts(shop, helper);
  if (product === undefined) helper?.close();
  return product;
}

function sizeOf(paths: readonly string[]): number {
  return paths.reduce((total, path) => total + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

async function compileParts(shop: Workshop, helper: Helper | undefined): Promise<Product | undefined> {
  const { entries, directory, importRoots } = shop.settings;
  const surveyor = createSurveyor(entries, shop.host, { workingDirectory: directory, importRoots });
  if (surveyor === undefined || shop.host.malformed.size > 0) return undefined;
  const drafted = draft(shop, surveyor);
  if (drafted === undefined) return undefined;
  const [mine, theirs] =
    helper === undefined ? [drafted.dirty, new Set<SurveyedFile>()] : splitFiles(drafted.dirty, HEAD_START);
  if (helper === undefined && mine.size > surveyor.survey.files.length / 2) return undefined;
  const job = theirs.size === 0 ? undefined : helper?.compile(requestFor(theirs, { shop, surveyor, drafted }));
  if (job === undefined) helper?.close();
  const checked = mine.size === 0 ? NOTHING : checkPart(surveyor.partOf(mine));
  if (checked === undefined) return undefined;
  const rendered = unitsOf(checked, mine, { shop, drafted });
  // The manifest will want them; the helper is likely not to be ready yet.
  if (job !== undefined && shop.request.mode === "write")
    for (const { module } of surveyor.survey.files) drafted.keys.keyOf(module.path);
  const theirPlan = job && (await renderUntil(job.plan, rendered));
  if (job !== undefined && theirPlan === undefined) return undefined;
  return assemble({ shop, drafted, surveyor, checked, rendered, theirPlan, job });
}

const NOTHING: CheckedPart = { schema: { files: [] }, claims: new Map() };

/** What is known before anything is compiled. */
interface Draft {
  readonly layout: ReturnType<typeof layoutOf>;
  readonly keys: UnitKeys;
  /** Outputs of the last run that still stand, by schema. */
  readonly kept: ReadonlyMap<string, PlannedUnit>;
  /** Files to compile, in the order of loading. */
  readonly dirty: ReadonlySet<SurveyedFile>;
}

function draft(shop: Workshop, { survey }: Surveyor): Draft | undefined {
  const sources = new Map(survey.files.map(({ module }) => [module.path, module.absolutePath]));
  if (layoutProblems(sources, shop.settings).length > 0) return undefined;
  const layout = layoutOf({ outDir: shop.settings.outDir, sources });
  const files = survey.files.map(({ module, text, targets }) => {
    return { path: module.path, text, targets: targets.map((target) => target.module.path) };
  });
  const keys = keysFor(files, layout, shop);
  const previous = trustedUnits(shop);
  const kept = new Map<string, PlannedUnit>();
  const dirty = new Set<SurveyedFile>();
  for (const file of survey.files) {
    const { path } = file.module;
    const before = previous.get(path);
    const unit = before && keptUnit(before, keys.keyOf(path));
    if (unit === undefined) dirty.add(file);
    else kept.set(path, unit);
  }
  return { layout, keys, kept, dirty };
}

interface Drafted {
  readonly shop: Workshop;
  readonly drafted: Draft;
}

function requestFor(
  files: ReadonlySet<SurveyedFile>,
  { shop, drafted, surveyor }: Drafted & { readonly surveyor: Surveyor },
): Parameters<Helper["compile"]>[0] {
  const { layout } = drafted;
  const directories = [...files].map(({ module }) => directoryOf(layout, module.path));
  const outputs = new Map(directories.map((directory) => [directory, shop.settings.optionsFor(directory)]));
  return { part: surveyor.partOf(files), layout, outputs, force: shop.request.force };
}

function unitsOf(
  { schema }: CheckedPart,
  files: ReadonlySet<SurveyedFile>,
  { shop, drafted }: Drafted,
): ReadonlyMap<string, PlannedUnit> {
  const options = { templates: builtinTemplates, layout: drafted.layout, optionsFor: shop.settings.optionsFor };
  const paths = new Set([...files].map(({ module }) => module.path));
  const owned = schema.files.filter((file) => paths.has(file.path));
  return new Map(owned.map((file) => [file.path, renderUnit(file, schema, options)]));
}

/** Renders ahead while something else is waited for. */
async function renderUntil<T>(awaited: Promise<T>, units: ReadonlyMap<string, PlannedUnit>): Promise<T> {
  let isThere = false;
  const notice = (): void => void (isThere = true);
  awaited.then(notice, notice);
  for (const file of [...units.values()].flatMap((unit) => unit.rendered ?? [])) {
    await new Promise((resolve) => setImmediate(resolve));
    if (isThere) break;
    file.hold();
  }
  return awaited;
}

interface Pieces extends Drafted {
  readonly surveyor: Surveyor;
  readonly checked: CheckedPart;
  readonly rendered: ReadonlyMap<string, PlannedUnit>;
  readonly theirPlan: HelperPlan | undefined;
  readonly job: HelperJob | undefined;
}

/** Puts the parts together, unless they are at odds: then a compilation of the whole says how. */
function assemble({ drafted, surveyor, checked, rendered, theirPlan, job }: Pieces): Product | undefined {
  const facts = new Map<string, UnitFacts>();
  const units = new Map<string, PlannedUnit>([...drafted.kept, ...rendered]);
  for (const [path, { kept }] of drafted.kept) if (kept !== undefined) facts.set(path, kept.facts);
  for (const path of rendered.keys()) {
    facts.set(path, factsFrom(checked.schema, path, checked.claims.get(path) ?? []));
  }
  for (const unit of theirPlan?.units ?? []) {
    units.set(unit.path, { path: unit.path, elsewhere: unit.outputs });
    facts.set(unit.path, unit.facts);
  }
  if (!areCompatible([...facts.values()].map((each) => each.claims))) return undefined;
  const paths = surveyor.survey.files.map(({ module }) => module.path).sort((a, b) => (a < b ? -1 : 1));
  const planned = paths.map((path) => units.get(path)).filter((unit) => unit !== undefined);
  if (planned.length < paths.length) return undefined;
  return {
    plan: { units: planned, base: drafted.layout.base },
    diagnostics: [],
    counts: countsOf([...facts.values()]),
    keys: drafted.keys,
    factsOf: (path) => facts.get(path) ?? { messages: 0, services: 0, claims: [] },
    ...(job === undefined || theirPlan === undefined ? {} : { helper: { job, plan: theirPlan } }),
  };
}
