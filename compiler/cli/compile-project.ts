import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import { findCollisions, unitPaths } from "../emit/collisions.ts";
import { applyChanges, compareOutputs, type Comparison, refusal, removeStale } from "../emit/apply.ts";
import { findLeftovers } from "../emit/leftovers.ts";
import { type Counts, readManifest, writeManifest } from "../emit/manifest.ts";
import type { Plan } from "../emit/plan.ts";
import type { ProjectIdentity } from "../emit/project-key.ts";
import { isSameContent } from "../emit/refresh.ts";
import { createDisplay } from "./display.ts";
import { elapsedMs } from "./elapsed.ts";
import { manifestOf, refreshedManifest } from "./manifest-of.ts";
import { createNodeHost, schemasRead } from "./node-host.ts";
import type { Helper } from "./helper.ts";
import { type PartSizes, productOfParts } from "./parts-product.ts";
import { layoutProblems, type Product, productOf, type Workshop } from "./product.ts";
import { resolveSettings } from "./settings.ts";
import type { ToolIdentity } from "./tool-hash.ts";

/** One compilation of a project. */
export interface CompileRequest {
  readonly identity: ProjectIdentity;
  readonly tool: ToolIdentity;
  /** Starts a second thread for a large compilation; without it all is done in one. */
  readonly startHelper?: () => Helper;
  /** What is large; the defaults are measured. */
  readonly sizes?: PartSizes;
  /** `write` writes; `check` and `dry-run` only say what would be written. */
  readonly mode: "write" | "check" | "dry-run";
  /** Believe the manifest of the last run. */
  readonly useCache: boolean;
  /** Also remove generated files that no earlier run remembers. */
  readonly clean: boolean;
  /** Replace files that were not generated. */
  readonly force: boolean;
}

export interface CompileOutcome {
  readonly diagnostics: readonly Diagnostic[];
  /** False when something kept the outputs from being written. */
  readonly isDone: boolean;
  /** Settings are wrong, or an output cannot be written: not the schema's fault. */
  readonly isUsageError: boolean;
  readonly counts: Counts;
  /** Absolute paths of what was (or would be) created, replaced and removed. */
  readonly created: readonly string[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
  /** Nothing had to be compiled. */
  readonly isUpToDate: boolean;
  /** Absolute paths to watch: files that were read, directories that were listed, files that were missed. */
  readonly watched: readonly string[];
  /** Milliseconds of each step. */
  readonly timings: readonly { readonly step: string; readonly ms: number }[];
}

/** Reads settings and schemas, and brings the outputs in line with them. */
export async function compileProject(request: CompileRequest): Promise<CompileOutcome> {
  const timer = createTimer();
  const host = createNodeHost();
  const settings = await timer.step("settings", () => resolveSettings(request.identity, host));
  const run: Run = { request, host, settings, timer, previous: readManifest(request.identity) };
  if (hasErrors(settings.diagnostics) || settings.entries.length === 0) return failed(run, settings.diagnostics, true);
  const upToDate = await timer.step("cache", () => reuse(run));
  if (upToDate !== undefined) return upToDate;
  const parts = await timer.step("parts", () => productOfParts(run));
  const brought = parts && (await timer.step("write", () => bringInLine(run, parts)));
  return brought ?? compileWhole(run);
}

/** Without a helper, and with all there is to say. */
async function compileWhole(run: Run): Promise<CompileOutcome> {
  const { settings, host, timer } = run;
  const { directory, entries, importRoots } = settings;
  // With the grammar, which a compilation in parts does without.
  const { checkProject } = await import("./check-project.ts");
  const checked = await timer.step("check", () => checkProject({ entries, directory, importRoots, host }));
  const problems = [...checked.diagnostics, ...layoutProblems(checked.sources, settings)];
  if (hasErrors(problems)) return failed(run, problems, false);
  const product = await timer.step("plan", () => productOf(run, checked));
  const brought = await timer.step("write", () => bringInLine(run, product));
  if (brought === undefined) throw new Error("a compilation without a helper has none to lose");
  return brought;
}

interface Run extends Workshop {
  readonly timer: Timer;
}

/** When times changed but contents did not (a checkout, a restored cache), the last result still stands. */
function reuse(run: Run): CompileOutcome | undefined {
  const { previous, request, settings } = run;
  if (previous === undefined || !request.useCache || request.mode !== "write" || request.clean) return undefined;
  const isSame =
    previous.tool === request.tool.hash &&
    previous.settings === settings.text &&
    previous.warnings === 0 &&
    previous.entries.join("\0") === settings.entries.join("\0") &&
    isSameContent(previous);
  if (!isSame) return undefined;
  writeManifest(request.identity, refreshedManifest(previous, settings, request.tool));
  const unchanged = previous.units.flatMap((unit) => unit.outputs).length;
  const watched = previous.inputs.map((input) => input.stamp.path);
  return {
    ...outcome(run),
    isDone: true,
    isUpToDate: true,
    counts: previous.counts,
    unchanged,
    watched: [...watched, ...previous.absent],
  };
}

/** Writes a product, or says what would be written. `undefined` when its helper is gone. */
async function bringInLine(run: Run, product: Product): Promise<CompileOutcome | undefined> {
  const { request, settings } = run;
  const display = createDisplay(settings.directory);
  const { plan, counts, helper } = product;
  const { base } = plan;
  const rendered = plan.units.flatMap((unit) => unit.rendered ?? []);
  const comparison = compareOutputs(rendered, { base, force: request.force, display });
  const diagnostics = [
    ...settings.diagnostics,
    ...product.diagnostics,
    ...comparison.diagnostics,
    ...findCollisions(plan, display),
  ];
  if (hasErrors(diagnostics)) {
    helper?.job.close();
    return failed(run, diagnostics, true);
  }
  const kept = plan.units.flatMap((unit) => unit.kept?.outputs ?? []).length;
  const result: CompileOutcome = {
    ...outcome(run),
    diagnostics,
    isDone: true,
    counts,
    ...pathsOf([
      ...comparison.changes.map(({ file, kind }) => ({ path: file.path, kind })),
      ...(helper?.plan.changes ?? []),
    ]),
    removed: stalePaths(run, plan),
    unchanged: comparison.same.length + kept + (helper?.plan.same.length ?? 0),
  };
  if (request.mode === "write") return write(run, product, { comparison, result });
  helper?.job.close();
  return result;
}

interface Pending {
  readonly comparison: Comparison;
  readonly result: CompileOutcome;
}

async function write(run: Run, product: Product, { comparison, result }: Pending): Promise<CompileOutcome | undefined> {
  const { helper, plan } = product;
  const elsewhere = helper?.job.write();
  const here = applyChanges(comparison);
  const there = await elsewhere;
  helper?.job.close();
  if (helper !== undefined && there === undefined) return undefined;
  const refused = here.refused ?? there?.refused;
  if (refused !== undefined) {
    const found = refusal(refused, createDisplay(run.settings.directory));
    return failed(run, [...result.diagnostics, found], true);
  }
  const removed = removeStale(result.removed, plan.base);
  const written = new Map([...here.files, ...(there?.files ?? [])]);
  const warnings = result.diagnostics.length;
  writeManifest(run.request.identity, manifestOf({ ...run, product, written, warnings }));
  return { ...result, removed };
}

/** Outputs of earlier runs that no schema stands behind any more. */
function stalePaths(run: Run, plan: Plan): readonly string[] {
  const current = new Set(plan.units.flatMap(unitPaths));
  const before = run.previous?.units.flatMap(unitPaths) ?? [];
  // Without an output directory of its own, other projects' outputs may be among those that stand beside schemas.
  const { outDir } = run.settings;
  const leftovers = run.request.clean && outDir !== undefined ? findLeftovers(outDir) : [];
  return [...new Set([...before, ...leftovers])].filter((path) => !current.has(path)).sort();
}

function pathsOf(
  changes: readonly { readonly path: string; readonly kind: string }[],
): Pick<CompileOutcome, "created" | "replaced"> {
  const of = (wanted: string): string[] =>
    changes
      .filter(({ kind }) => kind === wanted)
      .map(({ path }) => path)
      .sort();
  return { created: of("create"), replaced: of("replace") };
}

function failed(run: Run, diagnostics: readonly Diagnostic[], isUsageError: boolean): CompileOutcome {
  return { ...outcome(run), diagnostics, isUsageError };
}

function outcome({ host, settings, timer }: Run): CompileOutcome {
  return {
    diagnostics: [],
    isDone: false,
    isUsageError: false,
    counts: { files: schemasRead(host), messages: 0, services: 0 },
    created: [],
    replaced: [],
    removed: [],
    unchanged: 0,
    isUpToDate: false,
    watched: [...host.files.keys(), ...host.absent, ...settings.directories.map((stamp) => stamp.path)],
    timings: timer.timings,
  };
}

interface Timer {
  readonly timings: { readonly step: string; readonly ms: number }[];
  step<T>(name: string, work: () => T | Promise<T>): Promise<T>;
}

function createTimer(): Timer {
  const timings: { step: string; ms: number }[] = [];
  return {
    timings,
    step: async (step, work) => {
      const start = elapsedMs();
      try {
        return await work();
      } finally {
        timings.push({ step, ms: elapsedMs() - start });
      }
    },
  };
}
