/**
 * `npm run mutate -- [FILE[:FROM-TO]...]`: changes the code of frames, limits, compression, admission and the state machine of a connection in one place at a time and
 * runs the tests that reach it. Prints the changes that no test noticed and the share of the others; ends with 1 when it is below 85 % for a file, or the lines of it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parts } from "./parts.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const least = 85;

/** Mutates some files of a part, or lines of them. @returns what Stryker says of each file */
function run(part, targets) {
  const report = join(root, `node_modules/.cache/rpcgen-mutation/${part}.json`);
  rmSync(report, { force: true });
  const stryker = join(root, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const args = [stryker, "run", "test/mutation/stryker.config.mjs", "--mutate", targets.join(",")];
  const env = { ...process.env, MUTATION_PART: part };
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`Stryker ended with ${status}.`);
  return Object.entries(JSON.parse(readFileSync(report, "utf8")).files);
}

const noticed = new Set(["Killed", "Timeout"]);
const missed = new Set(["Survived", "NoCoverage"]);

function count(mutants) {
  const killed = mutants.filter(({ status }) => noticed.has(status)).length;
  const alive = mutants.filter(({ status }) => missed.has(status)).length;
  return { killed, alive, score: killed + alive === 0 ? 100 : (100 * killed) / (killed + alive) };
}

function print(name, { killed, alive, score }) {
  console.log(
    `${name.padEnd(44)} ${score.toFixed(1).padStart(6)} %  ${String(killed).padStart(5)} noticed ${String(alive).padStart(5)} not`,
  );
}

function printMissed(file, { source, mutants }) {
  const lines = source.split("\n");
  for (const { status, location, mutatorName, replacement } of mutants.filter((one) => missed.has(one.status))) {
    const { line, column } = location.start;
    const change = `${lines[line - 1]?.trim()}  =>  ${replacement?.slice(0, 80)}`;
    console.log(`${file}:${line}:${column} ${status} ${mutatorName}: ${change}`);
  }
}

/** @returns the share of changes that were noticed, of the file with the smallest */
function mutatePart(part, targets) {
  const found = run(part, targets);
  for (const [file, report] of found) printMissed(file, report);
  const counts = found.map(([file, { mutants }]) => ({ file, ...count(mutants) }));
  for (const each of counts) print(each.file, each);
  print(`all of ${part}`, count(found.flatMap(([, { mutants }]) => mutants)));
  return Math.min(...counts.map(({ score }) => score));
}

const wanted = process.argv.slice(2);
let isLow = false;
for (const [part, { files }] of Object.entries(parts)) {
  const targets = wanted.length === 0 ? files : wanted.filter((target) => files.includes(target.split(":")[0]));
  if (targets.length > 0) isLow = mutatePart(part, targets) < least || isLow;
}
process.exit(isLow ? 1 : 0);
