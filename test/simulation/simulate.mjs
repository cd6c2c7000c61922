/**
 * `npm run simulate -- --seeds 1000 --calls 1000 [--first 1] [--processes 2]`: runs seeds, prints breaches with their seed, ends with 1 if there are any.
 * `--bugs`: plants each bug in turn and tells by which seed it was found.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { bugs } from "./bugs.mjs";
import { bundleSimulation } from "./bundle.mjs";

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
export async function findBug(bug, { seeds, calls }) {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-bug-"));
  try {
    const file = join(folder, "main.mjs");
    await bundleSimulation(file, bug);
    const { reports, code, errors } = await runBundle(file, { seeds, calls, stop: true }, () => undefined, 50_000);
    const found = reports.find(({ breaches }) => breaches.length > 0);
    if (found !== undefined) return { seed: found.seed, breach: found.breaches[0] };
    return code === 0 || code === null
      ? undefined
      : { seed: reports.length + 1, breach: `the process ended with ${code}: ${errors.slice(0, 200)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "100" },
      calls: { type: "string", default: "1000" },
      first: { type: "string", default: "1" },
      processes: { type: "string", default: String(availableParallelism()) },
      bugs: { type: "boolean", default: false },
    },
  });
  process.exitCode = (await (values.bugs ? hunt(values) : sweep(values))) ? 0 : 1;
}

async function hunt({ seeds, calls }) {
  let all = true;
  for (const bug of bugs) {
    const found = await findBug(bug, { seeds, calls });
    all &&= found !== undefined;
    console.log(found === undefined ? `NOT FOUND  ${bug.name}` : `seed ${found.seed}  ${bug.name}  <- ${found.breach}`);
  }
  return all;
}

async function sweep({ seeds, calls, first, processes }) {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-simulation-"));
  const file = join(folder, "main.mjs");
  const started = performance.now();
  let done = 0;
  let bad = 0;
  try {
    await bundleSimulation(file, undefined);
    const runs = Array.from({ length: Number(processes) }, (_, index) =>
      runBundle(
        file,
        { first: Number(first) + index, seeds: Number(seeds) - index, step: processes, calls },
        (report) => {
          done += report.calls;
          if (report.breaches.length === 0) return;
          bad++;
          console.log(`seed ${report.seed}:\n  ${report.breaches.join("\n  ")}`);
        },
      ),
    );
    for (const { code, errors } of await Promise.all(runs)) {
      if (code === 0) continue;
      bad++;
      console.log(errors);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${seeds} seeds, ${done} calls, ${bad} bad, ${seconds.toFixed(1)} s, ${Math.round(done / seconds)} calls/s`,
  );
  return bad === 0;
}

if (process.argv[1]?.endsWith("simulate.mjs")) await main();
