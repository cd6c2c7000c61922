import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bugs } from "./bugs.mjs";
import { bundleSimulation } from "./bundle.mjs";
import { compareTraces, findBug } from "./simulate.mjs";
import type { Report } from "./simulate.ts";

/** The sweep over 1,000 seeds is a step of its own: `npm run simulate`. */
const seedCount = 6;
const bugSeeds = 60;
const bugCalls = 250;

const folder = mkdtempSync(join(tmpdir(), "rpcgen-simulation-"));
const program = join(folder, "main.mjs");
const record = JSON.parse(readFileSync(new URL("hashes.json", import.meta.url), "utf8")) as Parameters<
  typeof compareTraces
>[0];

function run(...options: string[]): Report[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...options], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Report);
}

beforeAll(() => bundleSimulation(program, undefined));
afterAll(() => rmSync(folder, { recursive: true }));

test(`no invariant is broken by ${seedCount} seeds, and each gives the trace that is on record`, () => {
  const reports = run("--seeds", String(seedCount), "--calls", String(record.calls));
  expect(reports.flatMap(({ seed, breaches }) => breaches.map((breach) => `seed ${seed}: ${breach}`))).toEqual([]);
  expect([Object.keys(record.seeds).length >= seedCount, compareTraces(record, reports)]).toEqual([true, []]);
});

describe("the simulation finds", () => {
  test.each(bugs.map((bug) => [bug.name, bug] as const))("%s", async (_, bug) => {
    expect(await findBug(bug, { seeds: bugSeeds, calls: bug.calls ?? bugCalls })).toBeDefined();
  });
});
