import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { placeIn } from "../config/place.ts";
import { findCollisions, unitPaths } from "../emit/collisions.ts";
import { applyChanges, compareOutputs, type Comparison, removeStale } from "../emit/apply.ts";
import { findLeftovers } from "../emit/leftovers.ts";
import { type Counts, type Manifest, readManifest, writeManifest } from "../emit/manifest.ts";
import { foreignRoots } from "../emit/layout.ts";
import { type Plan, planOutputs } from "../emit/plan.ts";
import type { ProjectIdentity } from "../emit/project-key.ts";
import { isSameContent } from "../emit/refresh.ts";
import { builtinTemplates } from "../../templates/index.ts";
import { checkProject, hasErrors, type CheckedProject } from "./check-project.ts";
import { createDisplay } from "./display.ts";
import { manifestOf, refreshedManifest } from "./manifest-of.ts";
import { createNodeHost, type NodeHost, schemasRead } from "./node-host.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import type { ToolIdentity } from "./tool-hash.ts";

/** One compilation of a project. */
export interface CompileRequest {
  readonly identity: ProjectIdentity;
  readonly tool: ToolIdentity;
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
  const { directory, entries, importRoots } = settings;
  const checked = await timer.step("check", () => checkProject({ entries, directory, importRoots, host }));
  const problems = [...checked.diagnostics, ...layoutProblems(checked, settings)];
  if (hasErrors(problems)) return failed(run, problems, false);
  const plan = await timer.step("render", () => planFor(run, checked));
  return timer.step("write", () => bringInLine(run, checked, plan));
}

interface Run {
  readonly request: CompileRequest;
  readonly host: NodeHost;
  readonly settings: Settings;
  readonly previous: Manifest | undefined;
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

function planFor(run: Run, checked: CheckedProject): Plan {
  const { request, settings, previous } = run;
  const isTrusted = request.useCache && request.mode === "write" && previous?.tool === request.tool.hash;
  return planOutputs(checked.schema, {
    templates: builtinTemplates,
    tool: request.tool.hash,
    outDir: settings.outDir,
    sources: checked.sources,
    previous: isTrusted ? previous : undefined,
    optionsFor: settings.optionsFor,
  });
}

function bringInLine(run: Run, checked: CheckedProject, plan: Plan): CompileOutcome {
  const { request, settings } = run;
  const display = createDisplay(settings.directory);
  const base = plan.base;
  const rendered = plan.units.flatMap((unit) => unit.rendered ?? []);
  const comparison = compareOutputs(rendered, { base, force: request.force, display });
  const diagnostics = [
    ...settings.diagnostics,
    ...checked.diagnostics,
    ...comparison.diagnostics,
    ...findCollisions(plan, display),
  ];
  if (hasErrors(diagnostics)) return failed(run, diagnostics, true);
  const stale = stalePaths(run, plan);
  const kept = plan.units.flatMap((unit) => unit.kept?.outputs ?? []).length;
  const result: CompileOutcome = {
    ...outcome(run),
    diagnostics,
    isDone: true,
    counts: countsOf(checked.schema),
    ...pathsOf(comparison),
    removed: stale,
    unchanged: comparison.same.length + kept,
  };
  return request.mode === "write" ? write(run, plan, { base, comparison, result }) : result;
}

interface Pending {
  readonly base: string;
  readonly comparison: Comparison;
  readonly result: CompileOutcome;
}

function write(run: Run, plan: Plan, { base, comparison, result }: Pending): CompileOutcome {
  const { written, diagnostics } = applyChanges(comparison.changes, createDisplay(run.settings.directory));
  if (diagnostics.length > 0) return failed(run, [...result.diagnostics, ...diagnostics], true);
  const removed = removeStale(result.removed, base);
  const warnings = result.diagnostics.length;
  writeManifest(run.request.identity, manifestOf({ ...run, plan, written, counts: result.counts, warnings }));
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

/** Beside the schemas, generated imports are right only when all schemas lie below one root. */
function layoutProblems({ sources }: CheckedProject, settings: Settings): readonly Diagnostic[] {
  const foreign = settings.outDir === undefined ? foreignRoots(sources) : [];
  return foreign.map((path) => diagnosticFrom(projectCatalog.needsOutDir, { path }, placeIn(path)));
}

function countsOf(schema: SchemaDescriptor): Counts {
  const kinds = schema.files.flatMap((file) => file.declarations.map((declaration) => declaration.kind));
  return {
    files: schema.files.length,
    messages: kinds.filter((kind) => kind === "message").length,
    services: kinds.filter((kind) => kind === "service").length,
  };
}

function pathsOf({ changes }: Comparison): Pick<CompileOutcome, "created" | "replaced"> {
  const of = (kind: string): string[] => changes.filter((change) => change.kind === kind).map(({ file }) => file.path);
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
      const start = performance.now();
      try {
        return await work();
      } finally {
        timings.push({ step, ms: performance.now() - start });
      }
    },
  };
}
