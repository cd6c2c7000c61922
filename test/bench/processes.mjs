/**
 * Throughput of a server of two processes on one port against one, by `node test/bench/processes.mjs`. Rounds are interleaved and ratios are
 * taken within a round. The load comes from two processes in both cases, so on a machine with few cores it competes with the server: the ratio
 * of calls that do nothing says little there, that of calls with work more.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 5);
const load = { processes: 2, connections: 4, inFlight: 64, durationMs: 2_000 };

/** @param {string} script @param {readonly (string | number)[]} args */
function start(script, args) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args.map(String));
  // Servers end when this process does: their channel closes.
  child.once("exit", (code) => code && process.exit(1));
  return child;
}

/** @param {number} processes @param {{ readonly bytes: number, readonly workUs: number }} call @returns {Promise<number>} calls per second */
async function measure(processes, { bytes, workUs }) {
  const server = start("processes-server.mjs", [processes, workUs]);
  const [address] = await once(server, "message");
  const clients = Array.from({ length: load.processes }, () =>
    start("processes-load.mjs", [address, load.connections, load.inFlight, load.durationMs, bytes]),
  );
  const rates = await Promise.all(clients.map(async (client) => (await once(client, "message"))[0]));
  server.disconnect();
  await once(server, "exit");
  return rates.reduce((sum, rate) => sum + rate, 0);
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${load.processes} load processes, ${rounds} rounds`,
);
for (const call of [
  { bytes: 32, workUs: 0 },
  { bytes: 1_024, workUs: 0 },
  { bytes: 32, workUs: 200 },
]) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) pairs.push({ one: await measure(1, call), two: await measure(2, call) });
  const ratios = pairs.map(({ one, two }) => two / one);
  const rate = (/** @type {"one" | "two"} */ name) => Math.round(median(pairs.map((pair) => pair[name])));
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const name = `${call.bytes} B${call.workUs > 0 ? `, ${call.workUs} us of work` : ""}`;
  console.log(
    `${name}: 1 process ${rate("one")} calls/s, 2 processes ${rate("two")}, ratio ${median(ratios).toFixed(2)} (${spread})`,
  );
}
