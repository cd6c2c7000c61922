/**
 * `npm run bench -- compile`: how long a compilation takes as a whole process, beside `buf generate` with protoc-gen-es over the
 * same schema in the same run, beside a bare Node, and as the schema grows.
 *
 * Cold is a project that was never compiled: no outputs, no manifest, nothing cached for it. The tool itself has run before on
 * this machine, so that V8's code cache of the tool's own text is there; "first run" is the same by a copy of the tool that has
 * none and leaves none.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createSchema } from "./compile/schema.mjs";
import { spreadOf } from "./measure/statistics.mjs";
import { formatGoals } from "./report/goals/goals.mjs";
import { compileGoals } from "./report/goals/tool-goals.mjs";

const { values: options } = parseArgs({
  options: { smoke: { type: "boolean", default: false }, json: { type: "string" }, rounds: { type: "string" } },
});
const rounds = options.smoke ? 1 : Number(options.rounds ?? 7);
const size = options.smoke ? { files: 4, messages: 10 } : { files: 20, messages: 50 };
const root = fileURLToPath(new URL("../..", import.meta.url));
const tool = join(root, "dist/cli/main.cjs");
const bin = [join(root, "test/bench/node_modules/.bin"), join(root, "node_modules/.bin")];
const folder = mkdtempSync(join(tmpdir(), "rpcgen-bench-"));

let changes = 0;

try {
  main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function main() {
  const large = write("large", createSchema(size));
  const single = write("single", createSchema({ files: 1, messages: size.messages * size.files }));
  const tenth = write("tenth", createSchema({ files: 1, messages: (size.messages * size.files) / 10 }));
  const samples = collect({
    "node -e 0": () => run("node", process.execPath, ["-e", "0"], folder),
    "rpcgen, cold": () => cold(large),
    "rpcgen, cold, first run": () => cold(large, uncached()),
    "rpcgen, unchanged": () => compile(large),
    "rpcgen, one file changed": () => oneChanged(large),
    "buf + protoc-gen-es": () => buf(large),
    "rpcgen, one file": () => cold(single),
    "rpcgen, a tenth of it": () => cold(tenth),
  });
  report(samples);
}

/** Interleaved rounds, so that what else the machine does falls on all of them; one round before to warm the file cache. */
function collect(tasks) {
  const samples = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, task] of Object.entries(tasks)) {
      const ms = task();
      if (round >= 0) samples[name].push(ms);
    }
  }
  return samples;
}

function report(samples) {
  const spreads = Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, spreadOf(all)]));
  const { files, messages } = size;
  console.log(
    `\ncompile speed: ${(files * messages).toLocaleString("en")} messages in ${files} files, whole process, ${rounds} rounds\n`,
  );
  for (const [name, { min, median, max }] of Object.entries(spreads)) {
    console.log(`  ${name.padEnd(26)} ${ms(median)}   (${ms(min)} to ${ms(max)})`);
  }
  if (!options.smoke) console.log(`\n${formatGoals(compileGoals(samples))}`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ size, rounds, samples }, undefined, 2)}\n`);
}

function ms(value) {
  return `${value.toFixed(0).padStart(6)} ms`;
}

function write(name, { rpc, proto }) {
  const place = join(folder, name);
  mkdirSync(join(place, "node_modules"), { recursive: true });
  mkdirSync(join(place, "rpc"));
  mkdirSync(join(place, "proto"));
  for (const [file, text] of rpc) writeFileSync(join(place, "rpc", file), text);
  for (const [file, text] of proto) writeFileSync(join(place, "proto", file), text);
  writeFileSync(join(place, "buf.yaml"), "version: v2\nmodules:\n  - path: proto\n");
  const plugin = "version: v2\nplugins:\n  - local: protoc-gen-es\n    out: gen-es\n    opt: target=ts\n";
  writeFileSync(join(place, "buf.gen.yaml"), plugin);
  return place;
}

function cold(place, entry = tool) {
  rmSync(join(place, "gen"), { recursive: true, force: true });
  rmSync(join(place, "node_modules/.cache"), { recursive: true, force: true });
  return compile(place, entry);
}

function compile(place, entry = tool) {
  return run("rpcgen", process.execPath, [entry, "compile", "rpc", "--out-dir", "gen"], place);
}

/** A copy of the tool where nothing is installed, which is where it looks for a place for its code cache. */
function uncached() {
  const copy = join(folder, "tool");
  if (!existsSync(copy)) {
    for (const part of ["cli", "chunks"])
      cpSync(join(root, "dist", part), join(copy, "dist", part), { recursive: true });
    writeFileSync(join(copy, "package.json"), '{ "type": "module" }\n');
  }
  return join(copy, "dist/cli/main.cjs");
}

function oneChanged(place) {
  appendFileSync(join(place, `rpc/part${size.files - 1}.rpc`), `\nmessage Added${changes++} { id: int32 = 1; }\n`);
  return compile(place);
}

function buf(place) {
  rmSync(join(place, "gen-es"), { recursive: true, force: true });
  const command = bin.map((directory) => join(directory, "buf")).find(existsSync);
  if (command === undefined) throw new Error("buf is not installed: run npm ci");
  return run("buf", command, ["generate"], place);
}

function run(name, command, args, cwd) {
  const env = { ...process.env, PATH: `${bin.join(":")}:${process.env.PATH}` };
  const start = performance.now();
  const result = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  const elapsed = performance.now() - start;
  if (result.status !== 0)
    throw new Error(
      `${name} failed (${result.status}):\n${result.stdout}${result.stderr}${result.error ?? ""}`.slice(0, 2000),
    );
  return elapsed;
}
