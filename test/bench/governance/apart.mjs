/**
 * What policies cost when they have a process for themselves, as in a program that uses them: `node test/bench/governance/apart.mjs [options] [case ...]`, with a built
 * runtime. V8 compiles the way of a call for what stands in it, and less well when twenty other clients have used the same code in other ways (`policies.mjs`). All cases take
 * turns; a ratio is formed within a turn; processes are made anew several times, for what V8 puts into one piece is a matter of luck. Options: `--build <folder>`: the
 * same cases of another checkout as well, built too; `--transport memory|tcp`; `--in-flight`; `--generations`; `--rounds`; `--calls` of a round; `--warm-up` in calls; `--json`.
 */
import { fork } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { cpuSince, quantile } from "./site.mjs";

const warmUpRounds = 2;
const own = fileURLToPath(new URL("../../..", import.meta.url));
const usual = ["none", "rateLimit, one rule", "concurrencyLimit", "circuitBreaker, sre", "fromSchema (failover)", "hedged", "degradation", "configuration, both sides", "all policies", "all policies, metrics"]; // prettier-ignore

/** What a child is started with: it serves one case, and nothing else. */
const childMark = "--child";

/** @typedef {{ readonly transport: string, readonly inFlight: number, readonly generations: number, readonly rounds: number, readonly calls: number, readonly warmUpCalls: number, readonly asJson: boolean }} Options */

/** `against`: the name of the case to compare with. @typedef {{ readonly build: string, readonly wanted: string, readonly times: number[], against: string }} Case */

if (process.argv[2] === childMark) await serve(process.argv.slice(3));
else await compare();

/** Answers each number of calls with the nanoseconds of CPU that one took. @param {readonly string[]} args */
async function serve([build = own, wanted = "none", transport = "memory", inFlight = "100"]) {
  const cases = await import(pathToFileURL(`${build}/test/bench/governance/policy-cases.mjs`).href);
  const bundled = await import(pathToFileURL(`${build}/test/bench/governance/without.mjs`).href);
  const builds = wanted.includes("build") ? await bundled.bothBuilds() : {};
  const { against = "none", ...parts } = cases.policyCases(builds)[wanted]();
  const site = await cases.openCase(parts, transport);
  process.on("message", async (calls) => {
    const before = process.cpuUsage();
    await cases.callMany(site.stub, calls, Number(inFlight));
    process.send?.((cpuSince(before) * 1_000) / Number(calls));
  });
  process.send?.(against);
}

async function compare() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      build: { type: "string" },
      transport: { type: "string", default: "memory" },
      "in-flight": { type: "string", default: "100" },
      generations: { type: "string", default: "5" },
      rounds: { type: "string", default: "25" },
      calls: { type: "string", default: "4000" },
      "warm-up": { type: "string", default: "50000" },
      json: { type: "boolean", default: false },
    },
  });
  const options = {
    transport: values.transport,
    inFlight: Number(values["in-flight"]),
    generations: Number(values.generations),
    rounds: Number(values.rounds),
    calls: Number(values.calls),
    warmUpCalls: Number(values["warm-up"]),
    asJson: values.json,
  };
  const names = positionals.length === 0 ? usual : positionals;
  const builds = values.build === undefined ? [own] : [resolve(values.build), own];
  const cases = names.flatMap((wanted) =>
    builds.map((build) => ({ build, wanted, times: /** @type {number[]} */ ([]), against: "none" })),
  );
  for (let generation = 0; generation < options.generations; generation++) await run(cases, options);
  show(cases, options);
}

/** @param {readonly Case[]} cases @param {Options} options */
function show(cases, { transport, inFlight, generations, rounds, calls, asJson }) {
  // Each build is compared with its own calls.
  const costs = cases.map(({ build, wanted, against, times }) => {
    const base = cases.find((one) => one.build === build && one.wanted === against)?.times ?? [];
    const label = cases.some((one) => one.build !== own) ? `${wanted} (${build === own ? "this" : "other"})` : wanted;
    return { name: label, against, ns: times, ratios: times.map((time, index) => time / (base[index] ?? NaN)) };
  });
  if (asJson) return void console.log(JSON.stringify(costs));
  console.log(
    `Node ${process.version}, ${generations} times ${rounds} rounds of ${calls} calls over ${transport}, ${inFlight} in flight, a process for each case; medians, [quartiles]`,
  );
  for (const { name, ns, ratios } of costs) {
    const spread = `[${quantile(ratios, 0.25).toFixed(2)} .. ${quantile(ratios, 0.75).toFixed(2)}]`;
    console.log(
      `${name.padEnd(44)} ${quantile(ns, 0.5).toFixed(0).padStart(6)} ns  x ${quantile(ratios, 0.5).toFixed(3)} ${spread}`,
    );
  }
}

/** @param {readonly Case[]} cases @param {Options} options */
async function run(cases, { transport, inFlight, rounds, calls, warmUpCalls }) {
  const children = [];
  for (const one of cases) {
    const args = [childMark, one.build, one.wanted, transport, String(inFlight)];
    const child = fork(fileURLToPath(import.meta.url), args);
    one.against = String(await answer(child));
    children.push(child);
  }
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const [index, child] of children.entries()) {
      const answered = answer(child);
      child.send(round < 0 ? warmUpCalls : calls);
      const time = Number(await answered);
      if (round >= 0) cases[index]?.times.push(time);
    }
  }
  for (const child of children) child.kill();
}

/** @param {import("node:child_process").ChildProcess} child @returns {Promise<unknown>} */
function answer(child) {
  return new Promise((resolve, reject) => {
    const onExit = (/** @type {number | null} */ code) => reject(new Error(`A case ended early, with code ${code}.`));
    child.once("exit", onExit);
    child.once("message", (said) => {
      child.off("exit", onExit);
      resolve(said);
    });
  });
}
