/** `npm run bench`: codec, calls, bundles, compile speed and more against peers, as ratios within one run. See README.md. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { benchBundles } from "./bundle/bundle.mjs";
import { callContenders } from "./calls/contenders/contender.mjs";
import { contenders as codecContenders } from "./codec/contenders/contender.mjs";
import { payloads } from "./codec/payloads.mjs";
import { describeMachine, loadNow } from "./measure/machine.mjs";
import { nodeFrom, versionsOf } from "./measure/nodes.mjs";
import { nodeParts } from "./parts.mjs";
import { prepare } from "./prepare.mjs";
import { number } from "./report/format.mjs";
import { formatGoals, goalsOf } from "./report/goals/goals.mjs";
import { writePage } from "./report/page.mjs";
import { formatSheet } from "./report/sheet.mjs";
import { bundleSheet } from "./report/sheets.mjs";
import { bold, dim } from "./report/style.mjs";

const parts = ["bundle", ...Object.keys(nodeParts)];
const usage = `usage: npm run bench -- [${parts.join("] [")}] [--smoke] [--nodes 20,24] [--rounds N] [--json FILE] [--only a,b] [--payload a,b]
       npm run bench -- --page [--json FILE]

  ${parts.join(", ")}
                          what to measure; all when none is named
  --smoke                 few short rounds: shows that everything works, proves nothing about speed
  --nodes a,b             Nodes to measure with, major versions or paths; this one when none is named
  --rounds N              rounds of each measurement, in place of those that each has by itself
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
  const { seconds } = await measure(options);
  const written = options.json === undefined ? "" : `; written: ${options.json}`;
  console.log(dim(`all of it took ${number(seconds / 60)} minutes${written}`));
  return 0;
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
        rounds: { type: "string" },
        json: { type: "string" },
        only: { type: "string" },
        payload: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const unknown = positionals.find((part) => !parts.includes(part));
    if (unknown !== undefined) return `there is no part "${unknown}"`;
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) return "--rounds takes a number from 1 on";
    const all = [...Object.keys(codecContenders), ...Object.keys(callContenders)];
    return {
      ...values,
      rounds,
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
 * @typedef {{ readonly node: string, readonly v8: string } & Omit<import("./report/goals/goal.mjs").Results, "bundle">} Run
 */

/**
 * All that a run of the benchmarks found: the content of the JSON file.
 * @typedef {object} Result
 * @property {string} date
 * @property {boolean} smoke
 * @property {number} [seconds] how long it took
 * @property {ReturnType<typeof describeMachine>} machine
 * @property {{ readonly before: number, readonly after: number }} load average of the minute before each
 * @property {readonly Run[]} runs
 * @property {import("./bundle/bundle.mjs").BundleResult | undefined} [bundle]
 * @property {readonly string[]} [notes] what a reader must know beside, added by hand; the page shows it
 */

/** @param {Options} options @returns {Promise<{ readonly seconds: number }>} */
async function measure(options) {
  const begin = performance.now();
  const machine = describeMachine();
  const before = loadNow();
  /** @type {Run[]} */
  const runs = [];
  /** @type {Result["bundle"]} */
  let bundle;
  const seconds = () => Math.round((performance.now() - begin) / 1000);
  /** After each part, so that a run that is cut short leaves what it found. */
  const save = async () => {
    if (options.json === undefined) return;
    const { smoke, json } = options;
    const load = { before, after: loadNow() };
    /** @type {Result} */
    const result = { date: new Date().toISOString(), smoke, seconds: seconds(), machine, load, runs, bundle };
    const text = await format(JSON.stringify(result), { parser: "json", printWidth: 120 });
    writeFileSync(resolveFromCaller(json), text);
  };
  show(`${describe(machine)}${options.smoke ? `\n${dim("a smoke run: its figures are not to be relied on")}` : ""}`);
  prepare(generatedFor(options));
  if (options.parts.includes("bundle")) {
    bundle = await benchBundles();
    show(formatSheet(bundleSheet(bundle)));
  }
  for (const node of options.nodes) {
    const run = { ...versionsOf(node) };
    runs.push(run);
    show(bold(`Node ${run.node}`));
    await measureWith(node, run, options, save);
    await save();
    if (!options.smoke) show(formatGoals(goalsOf({ ...run, bundle })));
  }
  return { seconds: seconds() };
}

/**
 * @param {string} node
 * @param {Run} run where the figures go
 * @param {Options} options
 * @param {() => Promise<void>} save
 */
async function measureWith(node, run, options, save) {
  for (const [name, { measure, format }] of Object.entries(nodeParts)) {
    if (!options.parts.includes(name)) continue;
    const begin = performance.now();
    const figures = await measure({ ...options, node, onProgress, show });
    Object.assign(run, { [name]: figures });
    show(figures === undefined ? `${name}: not possible on this machine` : format(figures));
    show(dim(`${name}: ${number((performance.now() - begin) / 1000)} s`));
    await save();
  }
}

/** Whose code must be generated for what is measured. @param {Options} options */
function generatedFor({ only, parts }) {
  const compared = ["codec", "calls", "idle", "fair"].some((part) => parts.includes(part));
  const names = compared ? only.map((name) => messagesOf[name] ?? name) : [];
  return [...new Set(parts.includes("processes") ? [...names, "rpcgen"] : names)];
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
