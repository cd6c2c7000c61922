import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { simulateCluster } from "./cluster.ts";
import { clusterBugs } from "./cluster-bugs.mjs";
import { compareTraces, findBug } from "./simulate.mjs";
import type { Report } from "./simulate.ts";

/** The sweep over 250 seeds is a step of its own: `npm run simulate -- --cluster`. */
const seedCount = 4;
const bugSeeds = 40;
const bugCalls = 500;

const record = JSON.parse(readFileSync(new URL("cluster-hashes.json", import.meta.url), "utf8")) as Parameters<
  typeof compareTraces
>[0];

test(`no invariant of a cluster is broken by ${seedCount} seeds, and each gives the trace that is on record`, async () => {
  const reports: Report[] = [];
  for (let seed = 1; seed <= seedCount; seed++) reports.push(await simulateCluster(seed, record.calls));
  expect(reports.flatMap(({ seed, breaches }) => breaches.map((breach) => `seed ${seed}: ${breach}`))).toEqual([]);
  expect([Object.keys(record.seeds).length >= seedCount, compareTraces(record, reports)]).toEqual([true, []]);
});

describe("the simulation of a cluster finds", () => {
  test.each(clusterBugs.map((bug) => [bug.name, bug] as const))("%s", async (_, bug) => {
    expect(await findBug(bug, { seeds: bugSeeds, calls: bugCalls, cluster: true })).toBeDefined();
  });
});
