/** `npm run bench`: codec, calls and compile speed against peers, as ratios within one run. See README.md. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { benchCalls } from "./calls/calls.mjs";
import { callContenders } from "./calls/contenders/contender.mjs";
import { benchCodec } from "./codec/codec.mjs";
import { contenders as codecContenders } from "./codec/contenders/contender.mjs";
import { payloads } from "./codec/payloads.mjs";
import { describeMachine } from "./measure/machine.mjs";
import { prepare } from "./prepare.mjs";
import { formatCalls } from "./report/calls-report.mjs";
import { codecIntro, formatCase } from "./report/codec-report.mjs";
import { formatGoals } from "./report/goals.mjs";
import { bold, dim } from "./report/style.mjs";

const parts = ["codec", "calls", "compile"];
const usage = `usage: npm run bench -- [${parts.join("] [")}] [--smoke] [--json FILE] [--only a,b] [--payload a,b]

  codec, calls, compile   what to measure; all when none is named
  --smoke                 few short rounds: shows that everything works, proves nothing about speed
  --json FILE             writes every figure of every round
  --only a,b              contenders: ${[...new Set([...Object.keys(codecContenders), ...Object.keys(callContenders)])].join(", ")}
  --payload a,b           codec payloads: ${Object.keys(payloads).join(", ")}`;

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
  const machine = describeMachine();
  console.log(
    `${describe(machine)}${options.smoke ? `\n${dim("a smoke run: its figures are not to be relied on")}` : ""}\n`,
  );
  const results = await measure(options);
  if (options.json !== undefined)
    writeResult(options.json, { machine, date: new Date().toISOString(), smoke: options.smoke, ...results });
  return results.compile?.passed === false ? 1 : 0;
}

/** @typedef {Exclude<ReturnType<typeof readOptions>, string>} Options */

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        smoke: { type: "boolean", default: false },
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

/** @typedef {import("./report/goals.mjs").Results & { compile: ReturnType<typeof compileSpeed> }} Results */

/** @param {Options} options @returns {Promise<Results>} */
async function measure(options) {
  /** @type {Results} */
  const results = { codec: undefined, calls: undefined, compile: undefined };
  const settings = { ...options, onProgress };
  if (options.parts.includes("codec") || options.parts.includes("calls")) prepare(generatedFor(options.only));
  if (options.parts.includes("codec")) {
    show(codecIntro);
    results.codec = await benchCodec({ ...settings, onCase: (one, all) => show(formatCase(one, all)) });
  }
  if (options.parts.includes("calls")) {
    results.calls = await benchCalls(settings);
    show(formatCalls(results.calls));
  }
  if (!options.smoke) show(formatGoals(results));
  if (options.parts.includes("compile")) results.compile = compileSpeed(options);
  return results;
}

/** grpc-js is measured with the messages of protobufjs. @param {readonly string[]} only */
function generatedFor(only) {
  return [...new Set(only.map((name) => (name === "grpc" ? "protobufjs" : name)))];
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
function describe({ node, platform, cores, memoryGiB, versions }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${bold(`Node ${node}`)} on ${platform}, ${cores} cores, ${memoryGiB} GiB\n${dim(packages.join(" · "))}`;
}

/** npm runs scripts in the workspace's folder; a path is meant from where the command was given. @param {string} path */
function resolveFromCaller(path) {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** @param {string} path @param {unknown} result */
function writeResult(path, result) {
  writeFileSync(resolveFromCaller(path), `${JSON.stringify(result, null, 2)}\n`);
  console.log(dim(`written: ${path}`));
}
