/** `npm run bench`: codec, calls, idle connections and compile speed against peers, as ratios within one run. See README.md. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { benchCalls } from "./calls/calls.mjs";
import { callContenders } from "./calls/contenders/contender.mjs";
import { benchIdle } from "./calls/idle.mjs";
import { benchCodec } from "./codec/codec.mjs";
import { contenders as codecContenders } from "./codec/contenders/contender.mjs";
import { payloads } from "./codec/payloads.mjs";
import { benchGovernance } from "./governance/part.mjs";
import { describeMachine, loadNow } from "./measure/machine.mjs";
import { nodeFrom, versionsOf } from "./measure/nodes.mjs";
import { prepare } from "./prepare.mjs";
import { formatCalls } from "./report/calls-report.mjs";
import { codecIntro, formatCase } from "./report/codec-report.mjs";
import { formatGoals } from "./report/goals.mjs";
import { formatGovernance } from "./report/governance-report.mjs";
import { formatIdle } from "./report/idle-report.mjs";
import { writePage } from "./report/page.mjs";
import { bold, dim } from "./report/style.mjs";

const parts = ["codec", "calls", "idle", "governance", "compile"];
const usage = `usage: npm run bench -- [${parts.join("] [")}] [--smoke] [--nodes 20,24] [--json FILE] [--only a,b] [--payload a,b]
       npm run bench -- --page [--json FILE]

  codec, calls, idle, governance, compile   what to measure; all when none is named
  --smoke                 few short rounds: shows that everything works, proves nothing about speed
  --nodes a,b             Nodes to measure with, major versions or paths; this one when none is named
  --json FILE             writes every figure of every round
  --page                  measures nothing: writes RESULTS.md and its charts from FILE, or from results.json
  --only a,b              contenders: ${[...new Set([...Object.keys(codecContenders), ...Object.keys(callContenders)])].join(", ")}
  --payload a,b           codec payloads: ${Object.keys(payloads).join(", ")}`;

/** Whose generated messages a contender of the calls uses. @type {Readonly<Record<string, string>>} */
const messagesOf = { grpc: "protobufjs", connect: "protobuf-es", "rpcgen-full": "rpcgen" };

process.exitCode = await main();

async function main() {
  const options = readOptions();
  if (typeof options === "string") {
    console.error(`${options}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.page) {
    const files = await writePage(options.json === undefined ? undefined : resolveFromCaller(options.json));
    console.log(dim(`written: ${files.join(", ")}`));
    return 0;
  }
  const result = await measure(options);
  if (options.json !== undefined) {
    writeResult(options.json, result);
    console.log(dim(`written: ${options.json}`));
  }
  return result.compile?.passed === false ? 1 : 0;
}

/** @typedef {Exclude<ReturnType<typeof readOptions>, string>} Options */

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        smoke: { type: "boolean", default: false },
        page: { type: "boolean", default: false },
        nodes: { type: "string" },
        json: { type: "string" },
        only: { type: "string" },
        payload: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const unknown = positionals.find((part) => !parts.includes(part));
    if (unknown !== undefined) return `there is no part "${unknown}"`;
    const all = [...Object.keys(codecContenders), ...Object.keys(callContenders)];
    return {
      ...values,
      parts: positionals.length > 0 ? positionals : parts,
      nodes: values.nodes === undefined ? [process.execPath] : values.nodes.split(",").map(nodeFrom),
      only: chosenFrom("contender", values.only, all),
      payloads: chosenFrom("payload", values.payload, Object.keys(payloads)),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * @param {string} what
 * @param {string | undefined} text
 * @param {readonly string[]} known
 */
function chosenFrom(what, text, known) {
  const chosen = text?.split(",") ?? known;
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no ${what} "${unknown}"`);
  return chosen;
}

/**
 * What one Node reached.
 * @typedef {{ readonly node: string, readonly v8: string, readonly governance?: import("./governance/part.mjs").GovernanceResult | undefined } & import("./report/goals.mjs").Results} Run
 */

/**
 * All that a run of the benchmarks found: the content of the JSON file.
 * @typedef {object} Result
 * @property {string} date
 * @property {boolean} smoke
 * @property {ReturnType<typeof describeMachine>} machine
 * @property {{ readonly before: number, readonly after: number }} load average of the minute before each
 * @property {readonly Run[]} runs
 * @property {readonly string[]} [notes] what a reader must know beside, added by hand; the page shows it
 * @property {ReturnType<typeof compileSpeed>} compile
 */

/** @param {Options} options @returns {Promise<Result>} */
async function measure(options) {
  const machine = describeMachine();
  const before = loadNow();
  show(`${describe(machine)}${options.smoke ? `\n${dim("a smoke run: its figures are not to be relied on")}` : ""}`);
  if (options.parts.some((part) => part !== "compile")) prepare(generatedFor(options.only));
  /** @type {Run[]} */
  const runs = [];
  const resultWith = (/** @type {Result["compile"]} */ compile) => {
    const date = new Date().toISOString();
    return { date, smoke: options.smoke, machine, load: { before, after: loadNow() }, runs, compile };
  };
  for (const node of options.nodes) {
    runs.push(await measureWith(node, options));
    if (options.json !== undefined) writeResult(options.json, resultWith(undefined));
  }
  return resultWith(options.parts.includes("compile") ? compileSpeed(options) : undefined);
}

/** @param {string} node @param {Options} options @returns {Promise<Run>} */
async function measureWith(node, options) {
  const settings = { ...options, node, onProgress };
  /** @type {{ -readonly [key in keyof Run]: Run[key] }} */
  const run = { ...versionsOf(node), codec: undefined, calls: undefined, idle: undefined, governance: undefined };
  show(bold(`Node ${run.node}`));
  if (options.parts.includes("codec")) {
    show(codecIntro);
    run.codec = await benchCodec({ ...settings, onCase: (one, all) => show(formatCase(one, all)) });
  }
  if (options.parts.includes("calls")) {
    run.calls = await benchCalls(settings);
    show(formatCalls(run.calls));
  }
  if (options.parts.includes("idle")) {
    run.idle = await benchIdle(settings);
    show(formatIdle(run.idle));
  }
  if (options.parts.includes("governance")) {
    run.governance = benchGovernance(settings);
    show(formatGovernance(run.governance));
  }
  if (!options.smoke) show(formatGoals(run));
  return run;
}

/** @param {readonly string[]} only */
function generatedFor(only) {
  return [...new Set(only.map((name) => messagesOf[name] ?? name))];
}

/**
 * Runs compile.mjs, which prints its own table.
 * @param {Options} options
 * @returns {{ passed: boolean, figures: unknown } | undefined} undefined: not there
 */
function compileSpeed({ smoke }) {
  const script = fileURLToPath(new URL("compile.mjs", import.meta.url));
  if (!existsSync(script)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-bench-"));
  const file = join(folder, "compile.json");
  const args = [script, ...(smoke ? ["--smoke"] : []), "--json", file];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  const figures = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  rmSync(folder, { recursive: true });
  return { passed: status === 0, figures };
}

/** @param {string} text */
function onProgress(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${dim(text)}`);
}

/** @param {string} text */
function show(text) {
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[2K");
  if (text !== "") console.log(`${text}\n`);
}

/** @param {ReturnType<typeof describeMachine>} machine */
function describe({ platform, processor, cores, memoryGiB, versions }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${platform}, ${processor}, ${cores} cores, ${memoryGiB} GiB\n${dim(packages.join(" · "))}`;
}

/** npm runs scripts in the workspace's folder; a path is meant from where the command was given. @param {string} path */
function resolveFromCaller(path) {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** Written after each Node, so that a run that is cut short leaves what it found. @param {string} path @param {unknown} result */
function writeResult(path, result) {
  writeFileSync(resolveFromCaller(path), `${JSON.stringify(result, null, 1)}\n`);
}
