import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { drawChart, type Period } from "./chart.js";
import { type Cluster, startCluster } from "./cluster.js";
import { type Options, readOptions } from "./options.js";
import { createStage, type Finding, type Phase, phases, type Stage } from "./phases.js";
import { killAll } from "./processes.js";
import { missing, type RunningRegistry, startRegistry } from "./registries.js";
import { type Summary, summarise } from "./sample.js";
import { createTable, type Table } from "./table.js";

/** Milliseconds between two looks at a phase that runs. */
const liveMs = 200;
/** Milliseconds that a run may take beside its phases. */
const limitMs = 120_000;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const lack = missing(options.registry);
  if (lack !== undefined) {
    console.log(`Skipped: ${lack}, which --registry ${options.registry} needs.`);
    return 0;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => giveUp(`ended by ${signal}`));
  const guard = setTimeout(() => giveUp("this takes too long"), limitMs + options.seconds * phases.length * 1_000);
  let registry: RunningRegistry | undefined;
  let cluster: Cluster | undefined;
  try {
    registry = await startRegistry(options.registry);
    cluster = await startCluster(registry);
    return (await runPhases(cluster, options)) ? 0 : 1;
  } finally {
    clearTimeout(guard);
    killAll();
    await cluster?.proxy.close();
    registry?.clean();
  }
}

function giveUp(why: string): never {
  killAll();
  console.error(`\n${why}`);
  process.exit(1);
}

/** @returns whether everything was as expected */
async function runPhases(cluster: Cluster, { seconds }: Options): Promise<boolean> {
  const startedMs = performance.now();
  const table = createTable(cluster.instances);
  const title = `${cluster.instances.length} instances, 2 callers, ${cluster.registry.title}`;
  const stage = createStage(cluster, seconds);
  const periods: Period[] = [];
  let failedPhases = 0;
  await stage.untilCalled("i1");
  table.title(title);
  for (const phase of phases) {
    const fromMs = Date.now();
    const findings = await runPhase(phase, stage, table);
    periods.push({ name: phase.name(cluster), fromMs, untilMs: Date.now() });
    if (!findings.every(({ holds }) => holds)) failedPhases++;
  }
  const file = writeChart(drawChart(cluster.samples, periods, title));
  const all = summarise(cluster.samples, 0, Infinity);
  const isGood = failedPhases === 0;
  const elapsed = Math.round((performance.now() - startedMs) / 1_000);
  table.end(
    `${phases.length - failedPhases} of ${phases.length} phases as expected; ${all.failures.length} of ` +
      `${(all.answered + all.refused).toLocaleString("en")} idempotent calls failed; ${elapsed} s\n  ${file}`,
    isGood,
  );
  for (const failure of new Set(all.failures)) console.log(`  ${failure}`);
  return isGood;
}

async function runPhase(phase: Phase, stage: Stage, table: Table): Promise<readonly Finding[]> {
  const { cluster } = stage;
  const name = phase.name(cluster);
  const fromMs = Date.now();
  const seen = (): Summary => summarise(cluster.samples, fromMs, Date.now());
  const timer = setInterval(() => table.live(name, seen()), liveMs);
  try {
    const found = await phase.run(stage);
    const summary = seen();
    const findings = [...basics(phase, summary), ...found];
    table.row(name, summary, findings);
    return findings;
  } finally {
    clearInterval(timer);
  }
}

/** What holds in every phase. */
function basics({ isTooMuch = false }: Phase, { failures, refused, answered }: Summary): readonly Finding[] {
  if (!isTooMuch) {
    return [
      { text: "0 failed", holds: failures.length === 0 },
      { text: "0 refused", holds: refused === 0 },
    ];
  }
  const late = failures.length / Math.max(1, failures.length + refused + answered);
  return [{ text: `${(late * 100).toFixed(1)} % too late, under 5 %`, holds: late < 0.05 }];
}

function writeChart(svg: string): string {
  const folder = fileURLToPath(new URL("../.output/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}cluster.svg`, svg);
  return `${folder}cluster.svg`;
}
