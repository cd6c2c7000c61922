/**
 * `npm run simulate -- --seeds 1000 --calls 1000 [--first 1] [--processes 2]`: runs seeds, prints breaches with their seed, compares the traces on
 * record, ends with 1 if anything is wrong. `--cluster`: several instances behind one client (cluster.ts) in place of one server. `--record`: puts the traces of the first seeds on record. `--bugs`: plants each bug in turn and tells by
 * which seed it was found.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { bugs } from "./bugs.mjs";
import { bundleSimulation } from "./bundle.mjs";
import { clusterBugs } from "./cluster-bugs.mjs";

const recordFileOf = (isCluster) => new URL(isCluster ? "cluster-hashes.json" : "hashes.json", import.meta.url);
/** Seeds whose traces are on record. */
const recordedSeeds = 20;

/** Runs one process. @returns the reports that it printed */
export function runBundle(file, options, onReport = () => undefined, limitMs = 2 ** 31 - 1) {
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    // A bug may make the run endless: what it printed by then counts.
    const guard = setTimeout(() => child.kill("SIGKILL"), limitMs);
    const reports = [];
    let errors = "";
    child.stderr.on("data", (text) => (errors = (errors + text).slice(-2_000)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const report = JSON.parse(line);
      reports.push(report);
      onReport(report);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(guard);
      resolve({ reports, code, errors });
    });
  });
}

/** Plants a bug and looks for it. @returns the seed that found it and what it said, or undefined */
export async function findBug(bug, { seeds, calls, cluster = false }) {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-bug-"));
  try {
    const file = join(folder, "main.mjs");
    await bundleSimulation(file, bug);
    const options = { first: bug.first ?? 1, seeds, calls, ...(cluster ? { cluster } : {}), stop: true };
    const { reports, code, errors } = await runBundle(file, options, () => undefined, 50_000);
    const found = reports.find(({ breaches }) => breaches.length > 0);
    if (found !== undefined) return { seed: found.seed, breach: found.breaches[0] };
    return code === 0 || code === null
      ? undefined
      : { seed: reports.length + 1, breach: `the process ended with ${code}: ${errors.slice(0, 200)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with the traces of a sweep, by those on record. */
export function compareTraces(record, reports) {
  return reports
    .filter(({ seed, calls, hash }) => calls === record.calls && (record.seeds[seed] ?? hash) !== hash)
    .map(
      ({ seed, hash }) =>
        `seed ${seed}: the trace is ${hash}, on record is ${record.seeds[seed]}. If the change is meant: npm run simulate -- --record`,
    );
}

async function main() {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "100" },
      calls: { type: "string", default: "1000" },
      first: { type: "string", default: "1" },
      processes: { type: "string", default: String(availableParallelism()) },
      cluster: { type: "boolean", default: false },
      bugs: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
    },
  });
  if (values.bugs) process.exitCode = (await hunt(values)) ? 0 : 1;
  else if (values.record) await record(values);
  else process.exitCode = (await sweep(values)).isFine ? 0 : 1;
}

async function hunt({ seeds, calls, cluster }) {
  let all = true;
  for (const bug of cluster ? clusterBugs : bugs) {
    const found = await findBug(bug, { seeds, calls: bug.calls ?? calls, cluster });
    all &&= found !== undefined;
    console.log(found === undefined ? `NOT FOUND  ${bug.name}` : `seed ${found.seed}  ${bug.name}  <- ${found.breach}`);
  }
  return all;
}

async function record(values) {
  const calls = Number(values.calls);
  const recordFile = recordFileOf(values.cluster);
  rmSync(recordFile, { force: true });
  const { reports } = await sweep({ ...values, first: "1", seeds: String(recordedSeeds) });
  const seeds = Object.fromEntries(reports.map(({ seed, hash }) => [seed, hash]));
  writeFileSync(recordFile, `${JSON.stringify({ calls, seeds }, undefined, 2)}\n`);
}

function readRecord(isCluster) {
  try {
    return JSON.parse(readFileSync(recordFileOf(isCluster), "utf8"));
  } catch {
    return { calls: 0, seeds: {} };
  }
}

async function sweep({ seeds, calls, first, processes, cluster }) {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-simulation-"));
  const file = join(folder, "main.mjs");
  const started = performance.now();
  const reports = [];
  const faults = [];
  const onReport = (report) => {
    reports.push(report);
    if (report.breaches.length > 0) faults.push(`seed ${report.seed}:\n  ${report.breaches.join("\n  ")}`);
  };
  try {
    await bundleSimulation(file, undefined);
    const runs = Array.from({ length: Number(processes) }, (_, index) =>
      runBundle(
        file,
        {
          first: Number(first) + index,
          seeds: Number(seeds) - index,
          step: processes,
          calls,
          ...(cluster ? { cluster } : {}),
        },
        onReport,
      ),
    );
    for (const { code, errors } of await Promise.all(runs)) if (code !== 0) faults.push(errors);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  faults.push(...compareTraces(readRecord(cluster), reports));
  for (const fault of faults) console.log(fault);
  const seconds = (performance.now() - started) / 1000;
  const done = reports.reduce((sum, report) => sum + report.calls, 0);
  console.log(
    `${reports.length} seeds, ${done} calls, ${faults.length} bad, ${seconds.toFixed(1)} s, ${Math.round(done / seconds)} calls/s`,
  );
  return { reports, isFine: faults.length === 0 && reports.length === Number(seeds) };
}

if (process.argv[1]?.endsWith("simulate.mjs")) await main();
