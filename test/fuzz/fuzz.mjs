/**
 * `npm run fuzz -- [--cases 100000] [--seconds N] [--seed 1] [--kind frames,bodies,prefaces,ports] [--processes 2]`: cases of each kind at decoders and
 * connections, ends with 1 if anything is found. `--reproduce SEED:CASE --kind KIND` runs one again.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const kinds = ["frames", "bodies", "prefaces", "ports"];
const vectors = join(root, "test/conformance/vectors");

/** The program of one process. `bug` changes one place of the runtime in it. It lies where Node finds esbuild. */
export async function bundleFuzzer(bug) {
  const folder = join(root, "node_modules/.cache/rpcgen-fuzz");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `fuzz-${process.pid}-${bundles++}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ["test/fuzz/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@rpcgen/source"],
    external: ["esbuild"],
    logLevel: "error",
    plugins: [{ name: "places", setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, ({ path }) => loadAs(path, bug)) }],
  });
  return outfile;
}

let bundles = 0;

/** Files that read their neighbours keep their place. */
function loadAs(path, bug) {
  const isPlace = path.endsWith("conformance/implementation/schema.ts");
  const isBug = bug !== undefined && path === join(root, bug.file);
  if (!isPlace && !isBug) return undefined;
  let contents = readFileSync(path, "utf8");
  if (isPlace) contents = contents.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href));
  if (isBug) {
    if (contents.split(bug.find).length !== 2)
      throw new Error(
        `${bug.file} must hold ${JSON.stringify(bug.find)} once: bring test/fuzz/fuzz.test.ts up to date.`,
      );
    contents = contents.replace(bug.find, () => bug.put);
  }
  return { contents, loader: "ts" };
}

/** Collects on request, comes in between as seldom as can be, and never while a case runs elsewhere: so what a case takes can be measured. */
const collector = ["--expose-gc", "--single-threaded-gc", "--min-semi-space-size=16", "--max-semi-space-size=16"];

/** A process says each second how far it has come; in a case that never ends it is silent. */
const mostSilentMs = 60_000;

/** Runs one process. @returns what it says; a finding where it does not come to an end */
export function runFuzzer(file, options, silentMs = mostSilentMs) {
  const args = Object.entries({ vectors, ...options }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...collector, file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    const silence = setTimeout(() => child.kill("SIGKILL"), silentMs);
    child.stdout.on("data", (part) => {
      text += part;
      silence.refresh();
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(silence);
      const last = text.trimEnd().split("\n").at(-1);
      if (code === 0) return resolve(JSON.parse(last));
      const end = signal === "SIGKILL" ? `was silent for ${silentMs / 1000} s` : `ended with ${code ?? signal}`;
      const finding = `${options.kind}: the process ${end}, near ${options.seed}:${last === "" ? options.first : last}`;
      resolve({ ...options, cases: 0, cpuMs: 1, growth: 0, findings: [finding] });
    });
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "100000" },
      seconds: { type: "string" },
      seed: { type: "string", default: "1" },
      kind: { type: "string" },
      processes: { type: "string", default: String(availableParallelism()) },
      reproduce: { type: "string" },
    },
  });
  const file = await bundleFuzzer(undefined);
  try {
    process.exitCode = (await runAll(file, values)) ? 0 : 1;
  } finally {
    rmSync(file, { force: true });
  }
}

async function runAll(file, { cases, seconds, seed, kind, processes, reproduce }) {
  let isFine = true;
  for (const each of kind === undefined ? kinds : kind.split(",")) {
    const jobs = reproduce === undefined ? share(Number(cases), Number(processes), seed) : [oneCase(reproduce)];
    const limits = seconds === undefined ? {} : { seconds };
    const reports = await Promise.all(jobs.map((job) => runFuzzer(file, { kind: each, ...job, ...limits })));
    const done = reports.reduce((sum, report) => sum + report.cases, 0);
    const cpuMs = reports.reduce((sum, report) => sum + report.cpuMs, 0);
    const findings = reports.flatMap((report) => report.findings);
    for (const finding of findings) console.log(finding);
    isFine &&= findings.length === 0;
    console.log(
      `${each}: ${done} cases, seed ${seed}, ${findings.length} findings, ${Math.round((done / cpuMs) * 1000)} cases/s of processor time`,
    );
  }
  return isFine;
}

function share(cases, processes, seed) {
  const each = Math.ceil(cases / processes);
  return Array.from({ length: processes }, (_, index) => ({ seed, first: index * each, cases: each }));
}

function oneCase(text) {
  const [seed, index] = text.split(":").map(Number);
  return { seed, first: index, cases: 1 };
}

if (process.argv[1]?.endsWith("fuzz.mjs")) await main();
