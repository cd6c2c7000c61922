#!/usr/bin/env node
/** Runs the vectors against any program that speaks the testee protocol. README.md describes it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runVectors, tableOf } from "./runner/run-vectors.mjs";
import { startTestee } from "./runner/testee.mjs";

const usage = `Usage: node test/conformance/run.mjs --testee "<command>" [options]

Options:
  --testee <command>   the program under test, run by the shell
  --known <file>       JSON object of vectors that are known to fail: id to message; it must be exact
  --only <text>        only vectors whose id contains this
  --level <level>      required: leave out what is only recommended
  --json <file>        write the report as JSON; - for the output, in place of the table
  --wait <ms>          how long one step may take; default 5000
`;

const { values } = parse();
if (values.help) exit(0, usage);
if (values.testee === undefined) exit(2, `error: --testee is missing\n\n${usage}`);
const { testee: command, only = "", level, known: knownFile, json, wait = "5000" } = values;
if (level !== undefined && level !== "required")
  exit(2, `error: --level is "required" or left out; found "${level}"\n`);
if (!(Number(wait) > 0)) exit(2, `error: --wait is a number of milliseconds above 0; found "${wait}"\n`);
const known = knownFile === undefined ? {} : readKnown(knownFile);
const vectors = readVectors().filter(
  (vector) => vector.id.includes(only) && (level !== "required" || vector.level === "required"),
);
if (vectors.length === 0) exit(2, `error: no vector has "${only}" in its id\n`);
const testee = startTestee(command);
try {
  const report = await runVectors({
    testee,
    vectors,
    schema: readJson(new URL("schema.json", import.meta.url)),
    known,
    waitMs: Number(wait),
  });
  const text = `${JSON.stringify(report, undefined, 1)}\n`;
  process.stdout.write(json === "-" ? text : tableOf(report));
  if (json !== undefined && json !== "-") writeFileSync(json, text);
  process.exitCode = report.surprises.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
} finally {
  await testee.close();
}

function parse() {
  const text = { type: "string" };
  const options = {
    testee: text,
    known: text,
    only: text,
    level: text,
    json: text,
    wait: text,
    help: { type: "boolean" },
  };
  try {
    return parseArgs({ options });
  } catch (error) {
    return exit(2, `error: ${error.message}\n\n${usage}`);
  }
}

function readVectors() {
  const folder = new URL("vectors/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted()
    .flatMap((name) => readFileSync(new URL(name, folder), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line));
}

function readKnown(file) {
  try {
    const known = readJson(file);
    if (typeof known === "object" && known !== null && !Array.isArray(known)) return known;
    return exit(2, `error: ${file} must hold a JSON object, ids of vectors to messages\n`);
  } catch (error) {
    return exit(2, `error: ${file} must hold a JSON object, ids of vectors to messages: ${error.message}\n`);
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function exit(code, text) {
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exit(code);
}
