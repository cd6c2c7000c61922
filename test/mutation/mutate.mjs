/**
 * `npm run mutate -- [FILE...]`: changes the code of frames, limits and the state machine of a connection in one place at a time and runs the tests
 * that reach it. Prints the changes that no test noticed and the share of the others; ends with 1 when it is below 85 % for a part. Only what
 * has changed since the last run is run again.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const least = 85;
const connection = [
  [
    "client-connection",
    "server-connection",
    "multiplexer",
    "opening",
    "incoming-call",
    "outgoing-call",
    "incoming-lane",
  ],
  [
    "outgoing-lane",
    "lane-table",
    "message-receiver",
    "message-assembly",
    "partial-messages",
    "receive-window",
    "failure",
  ],
  ["reply-head", "compressor-offer", "liveness", "pings", "ping-policy", "token-bucket", "memory-budget"],
].flat();
const protocol = [
  "bytes",
  "frame",
  "frame-reader",
  "frame-writer",
  "handshake",
  "header-reader",
  "header-writer",
  "limits",
  "trace",
];
const parts = [
  { tests: "protocol", files: protocol.map((name) => `runtime/protocol/${name}.ts`) },
  { tests: "connection", files: connection.map((name) => `runtime/connection/${name}.ts`) },
];

/** Mutates some files of a part. @returns the report of Stryker */
function run({ tests, files }) {
  const report = join(root, `node_modules/.cache/rpcgen-mutation/${tests}.json`);
  rmSync(report, { force: true });
  const stryker = join(root, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const args = [stryker, "run", "test/mutation/stryker.config.mjs", "--mutate", files.join(",")];
  const env = { ...process.env, MUTATION_TESTS: tests };
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`Stryker ended with ${status}.`);
  return JSON.parse(readFileSync(report, "utf8"));
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

const wanted = process.argv.slice(2);
let isLow = false;
for (const part of parts) {
  const files = part.files.filter((file) => wanted.length === 0 || wanted.includes(file));
  if (files.length === 0) continue;
  const report = run({ ...part, files });
  const mutated = files.map((file) => ({
    file,
    source: report.files[file]?.source,
    mutants: report.files[file]?.mutants ?? [],
  }));
  for (const { file, source, mutants } of mutated) {
    const lines = source?.split("\n") ?? [];
    for (const { status, location, mutatorName, replacement } of mutants) {
      if (!missed.has(status)) continue;
      const { line, column } = location.start;
      console.log(
        `${file}:${line}:${column} ${status} ${mutatorName}: ${lines[line - 1]?.trim()}  =>  ${replacement?.slice(0, 80)}`,
      );
    }
  }
  for (const { file, mutants } of mutated) print(file, count(mutants));
  const all = count(mutated.flatMap(({ mutants }) => mutants));
  print(`all of ${part.tests}`, all);
  isLow ||= all.score < least;
}
process.exit(isLow ? 1 : 0);
