/**
 * What policies cost when they have a process for themselves, as in a program that uses them: `node test/bench/governance/apart.mjs [--build folder] [case ...]`, with a built
 * runtime. V8 compiles the way of a call for what stands in it, and less well when twenty other clients have used the same code in other ways (`policies.mjs`). `--build`: the
 * same cases of another checkout as well, built too. All cases take turns; a ratio is formed within a turn, to the first case; processes are made anew several times,
 * for what V8 puts into one piece is a matter of luck.
 */
import { fork } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cpuSince, quantile } from "./site.mjs";

const generations = 5;
const rounds = 25;
const callsPerRound = 4_000;
const warmUpRounds = 2;
const warmUpCalls = 50_000;
const inFlight = 100;
const childMark = "--child";
const own = fileURLToPath(new URL("../../..", import.meta.url));
const usual = ["none", "rateLimit, one rule", "concurrencyLimit", "circuitBreaker, sre", "fromSchema (failover)", "hedged", "degradation", "configuration, both sides", "all policies", "all policies, metrics"]; // prettier-ignore

const [, , mark, folder, name] = process.argv;
if (mark === childMark) await serve(folder ?? own, name ?? "none");
else await compare(process.argv.slice(2));

/** Answers each number of calls with the nanoseconds of CPU that one took. @param {string} build @param {string} wanted */
async function serve(build, wanted) {
  const cases = await import(pathToFileURL(`${build}/test/bench/governance/policy-cases.mjs`).href);
  const bundled = await import(pathToFileURL(`${build}/test/bench/governance/without.mjs`).href);
  const builds = wanted.includes("build") ? await bundled.bothBuilds() : {};
  const { against: _, ...parts } = cases.policyCases(builds)[wanted]();
  const site = await cases.openCase(parts, "memory");
  process.on("message", async (calls) => {
    const before = process.cpuUsage();
    await cases.callMany(site.stub, calls, inFlight);
    process.send?.((cpuSince(before) * 1_000) / Number(calls));
  });
  process.send?.("ready");
}

/** @param {readonly string[]} args */
async function compare(args) {
  const other = args[0] === "--build" ? args[1] : undefined;
  const given = other === undefined ? args : args.slice(2);
  const names = given.length === 0 ? usual : given;
  const builds = other === undefined ? [own] : [resolve(other), own];
  const cases = names.flatMap((wanted) =>
    builds.map((build) => ({ build, wanted, times: /** @type {number[]} */ ([]) })),
  );
  for (let generation = 0; generation < generations; generation++) await run(cases);
  console.log(
    `Node ${process.version}, ${generations} times ${rounds} rounds of ${callsPerRound} calls over memory, ${inFlight} in flight, a process for each case; medians, [quartiles]`,
  );
  for (const { build, wanted, times } of cases) {
    // Each build is compared with its own calls without any.
    const base = cases.find((one) => one.build === build)?.times ?? [];
    const ratios = times.map((time, index) => time / (base[index] ?? NaN));
    const spread = `[${quantile(ratios, 0.25).toFixed(2)} .. ${quantile(ratios, 0.75).toFixed(2)}]`;
    const label = builds.length === 1 ? wanted : `${wanted} (${build === own ? "this" : "other"})`;
    console.log(
      `${label.padEnd(44)} ${quantile(times, 0.5).toFixed(0).padStart(6)} ns  x ${quantile(ratios, 0.5).toFixed(3)} ${spread}`,
    );
  }
}

/** @param {readonly { readonly build: string, readonly wanted: string, readonly times: number[] }[]} cases */
async function run(cases) {
  const children = [];
  for (const { build, wanted } of cases) {
    const child = fork(fileURLToPath(import.meta.url), [childMark, build, wanted]);
    await answer(child);
    children.push(child);
  }
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const [index, child] of children.entries()) {
      const answered = answer(child);
      child.send(round < 0 ? warmUpCalls : callsPerRound);
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
