/**
 * How many instructions a call takes with each policy: `node test/bench/governance/instructions.mjs [case ...]`, with a built runtime and valgrind. What else the machine does
 * makes no difference to them, as it does to time: differences below a percent can be seen. Each case runs in a process of its own, where V8 compiles the runtime for it
 * alone, with three numbers of calls: start-up and compilation are the same in all of them, and what is left is divided by the calls that one has more than another.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { callMany, openCase, policyCases } from "./policy-cases.mjs";
import { quantile } from "./site.mjs";
import { bothBuilds } from "./without.mjs";

const inFlight = 100;
const warmUpCalls = 100_000;
/** Whole turns of the sequence numbers: ids of their second half are above 31 bits, and dearer. */
const callCounts = [0, 65_536, 131_072];
/** Each warms up a little longer: when V8 compiles what moves a percent or two, and that must not be taken for the difference. */
const repetitions = 3;
const moreWarmUpCalls = 7_000;
const childMark = "--one-case";
/** V8 with one thread, so that nothing depends on when a compiler of another one is done. */
const nodeFlags = ["--single-threaded", "--predictable-gc-schedule"];
const valgrindFlags = [
  "--tool=cachegrind",
  "--cache-sim=no",
  "--cachegrind-out-file=/dev/null",
  "--smc-check=all-non-file",
];

/** @type {readonly (readonly [name: string, against: string])[]} */
const pairs = [
  ["whole build, nothing used", "build without governance"],
  ["none, again", "none"],
  ["all policies", "none"],
  ["all policies, metrics", "none"],
  ["all policies, metrics, log, tracing", "none"],
];

/** Reading the load takes long, ten times a second whatever is called: of each call 50 times its share here, where time goes by 50 times slower. */
const load = () => ({ read: () => ({ utilisation: 0, delayMs: 0 }), close: () => undefined });

const [, , mark, name, calls, warmUp] = process.argv;
if (mark === childMark) await runCase(name ?? "", Number(calls), warmUp === undefined ? undefined : Number(warmUp));
else await compare(process.argv.slice(2));

/** @param {string} wanted @param {number} count @param {number} [warmUp] calls before those that count */
async function runCase(wanted, count, warmUp = warmUpCalls) {
  const builds = wanted.includes("build") ? await bothBuilds() : { whole: undefined, without: undefined };
  const cases = policyCases(builds, load);
  const make = cases[wanted];
  if (make === undefined)
    throw new TypeError(`There is no case "${wanted}"; there are ${Object.keys(cases).join(", ")}.`);
  const { against: _, ...parts } = make();
  const site = await openCase(parts, "memory");
  await callMany(site.stub, warmUp + count, inFlight);
  await site.close();
}

/** @param {readonly string[]} names */
async function compare(names) {
  const wanted = names.length === 0 ? pairs : names.map((each) => /** @type {const} */ ([each, "none"]));
  const known = new Map();
  for (const each of new Set(wanted.flat())) known.set(each, await perCall(each));
  console.log(
    `Node ${process.version}, instructions per call over memory, ${inFlight} in flight; least and most of ${repetitions}`,
  );
  for (const [each, against] of wanted) {
    const [one, other] = [known.get(each), known.get(against)];
    const ratios = one.map((/** @type {number} */ count, /** @type {number} */ index) => count / other[index]);
    const ratio = quantile(ratios, 0.5);
    const range = `${Math.min(...ratios).toFixed(3)} .. ${Math.max(...ratios).toFixed(3)}`;
    console.log(
      `${each.padEnd(38)} ${quantile(one, 0.5).toFixed(0).padStart(7)}  x ${ratio.toFixed(3)} [${range}] of ${against}`,
    );
  }
}

/** @param {string} wanted @returns {Promise<number[]>} one figure for each repetition: the slope through the counts */
async function perCall(wanted) {
  const slopes = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const totals = [];
    for (const count of callCounts) {
      totals.push(await instructionsOf(wanted, count, warmUpCalls + repetition * moreWarmUpCalls));
    }
    slopes.push(slope(callCounts, totals));
  }
  return slopes;
}

/** By least squares. @param {readonly number[]} xs @param {readonly number[]} ys */
function slope(xs, ys) {
  const mean = (/** @type {readonly number[]} */ values) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const products = xs.map((x, index) => (x - x0) * ((ys[index] ?? NaN) - y0));
  return mean(products) / mean(xs.map((x) => (x - x0) ** 2));
}

/** @param {string} wanted @param {number} count @param {number} warmUp @returns {Promise<number>} */
function instructionsOf(wanted, count, warmUp) {
  const script = fileURLToPath(import.meta.url);
  const args = [
    ...valgrindFlags,
    process.execPath,
    ...nodeFlags,
    script,
    childMark,
    wanted,
    String(count),
    String(warmUp),
  ];
  const child = spawn("valgrind", args, { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      const match = /I\s+refs:\s+([\d,]+)/.exec(text);
      if (match === null) reject(new Error(`valgrind counted nothing: ${text}`));
      else resolve(Number(match[1]?.replaceAll(",", "")));
    });
  });
}
