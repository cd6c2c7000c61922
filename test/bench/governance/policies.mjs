/**
 * What each policy costs a call that it does not hinder: `node test/bench/governance/policies.mjs [rounds] [calls per round] [memory|tcp] [in flight] [--json]`, with a built
 * runtime. Client and server are one process. Over the memory transport a call costs as little as it can, so that a policy's share of it is as large as it can be. Rounds of all cases take
 * turns; a ratio is formed within a round.
 */
import { callMany, openCase, policyCases } from "./policy-cases.mjs";
import { cpuSince, quantile } from "./site.mjs";
import { bothBuilds } from "./without.mjs";

const rounds = Number(process.argv[2] ?? 15);
const callsPerRound = Number(process.argv[3] ?? 10_000);
const transport = process.argv[4] ?? "memory";
const inFlight = Number(process.argv[5] ?? 100);

const cases = policyCases(await bothBuilds());

/** @param {any} stub @returns {Promise<number>} nanoseconds of CPU per call */
async function measure(stub) {
  const before = process.cpuUsage();
  await callMany(stub, callsPerRound, inFlight);
  return (cpuSince(before) * 1_000) / callsPerRound;
}

const sites = [];
for (const [name, make] of Object.entries(cases)) {
  const { against = "none", ...parts } = make();
  sites.push({
    name,
    against,
    ownCode: parts.build !== undefined,
    site: await openCase(parts, transport),
    times: /** @type {number[]} */ ([]),
  });
}
for (let round = -3; round < rounds; round++) {
  for (const { site, times, ownCode } of sites) {
    // Compiled for no other case, so it has to be warmed up alone.
    if (round < 0 && ownCode) for (let turn = 0; turn < 20; turn++) await measure(site.stub);
    const time = await measure(site.stub);
    if (round >= 0) times.push(time);
  }
}
for (const { site } of sites) await site.close();
const timesOf = (/** @type {string} */ wanted) => sites.find(({ name }) => name === wanted)?.times ?? [];
const costs = sites.map(({ name, against, times }) => {
  const base = timesOf(against);
  return { name, against, ns: times, ratios: times.map((time, round) => time / (base[round] ?? NaN)) };
});
if (process.argv.includes("--json")) console.log(JSON.stringify(costs));
else print();

function print() {
  console.log(
    `Node ${process.version}, ${rounds} rounds of ${callsPerRound} calls over ${transport}, ${inFlight} in flight; medians, [quartiles]`,
  );
  for (const { name, against, ns, ratios } of costs) {
    const extra = ns.map((time, round) => time - (timesOf(against)[round] ?? NaN));
    const spread = `[${quantile(ratios, 0.25).toFixed(3)} .. ${quantile(ratios, 0.75).toFixed(3)}]`;
    console.log(
      `${name.padEnd(40)} ${quantile(ns, 0.5).toFixed(0).padStart(6)} ns  ${quantile(extra, 0.5).toFixed(0).padStart(6)} ns more  x ${quantile(ratios, 0.5).toFixed(3)} ${spread}`,
    );
  }
}
