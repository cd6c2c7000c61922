/** The call benchmark: client and server of every contender in two processes of their own, rounds interleaved. */
import { spawnSync } from "node:child_process";
import { startChild } from "../measure/child.mjs";
import { callContenders } from "./contenders/contender.mjs";

/**
 * One contender's figures, one per round.
 * @typedef {object} MeasuredCalls
 * @property {number[]} callsPerSecond
 * @property {number[]} p50Us
 * @property {number[]} p99Us
 * @property {number[]} cpuUsPerCall client and server together
 */

/**
 * @typedef {object} CallsCase
 * @property {number} bytes
 * @property {number} inFlight
 * @property {Readonly<Record<string, MeasuredCalls>>} measured by contender
 */

/** @typedef {{ readonly itemsPerSecond: number[], readonly cpuUsPerItem: number[] }} MeasuredStream */

/**
 * @typedef {object} CallsResult
 * @property {"one core" | "free"} placement `one core`: client and server share a core, so throughput is cost per call; `free`: the system schedules
 * @property {readonly CallsCase[]} cases
 * @property {{ readonly bytes: number, readonly measured: Readonly<Record<string, MeasuredStream>> }} stream
 */

/** @typedef {{ readonly name: string, readonly server: import("../measure/child.mjs").Child, readonly client: import("../measure/child.mjs").Child }} Pair */

const sizes = [32, 1024];
const inFlights = [1, 16, 64, 256];
const STREAM_BYTES = 32;

const efforts = {
  full: {
    rounds: 7,
    durationMs: 300,
    warmUpMs: 700,
    sizes,
    inFlights,
    placements: /** @type {const} */ (["one core", "free"]),
  },
  smoke: {
    rounds: 2,
    durationMs: 40,
    warmUpMs: 60,
    sizes,
    inFlights: [1, 64],
    placements: /** @type {const} */ (["free"]),
  },
};

/** @typedef {(typeof efforts)["full" | "smoke"]} Effort */

/**
 * @param {{ readonly smoke: boolean, readonly only: readonly string[], readonly onProgress: (text: string) => void }} options
 * @returns {Promise<CallsResult[]>}
 */
export async function benchCalls(options) {
  const effort = options.smoke ? efforts.smoke : efforts.full;
  const names = Object.keys(callContenders).filter((name) => options.only.includes(name));
  const results = [];
  for (const placement of effort.placements) {
    if (placement === "one core" && !canPin()) continue;
    results.push(await measurePlacement(placement, { names, effort, onProgress: options.onProgress }));
  }
  return results;
}

/** `taskset` is a Linux tool. */
function canPin() {
  return spawnSync("taskset", ["-c", "0", "true"]).status === 0;
}

/**
 * @param {CallsResult["placement"]} placement
 * @param {{ names: readonly string[], effort: Effort, onProgress: (text: string) => void }} options
 * @returns {Promise<CallsResult>}
 */
async function measurePlacement(placement, { names, effort, onProgress }) {
  const core = placement === "one core" ? 0 : undefined;
  /** @type {Pair[]} */
  const pairs = [];
  try {
    for (const name of names) pairs.push(await startPair(name, core));
    const cases = [];
    for (const bytes of effort.sizes) {
      for (const inFlight of effort.inFlights) {
        onProgress(`calls, ${placement}: ${bytes} B, ${inFlight} in flight`);
        cases.push({ bytes, inFlight, measured: await measureCase(pairs, { bytes, inFlight }, effort) });
      }
    }
    onProgress(`calls, ${placement}: stream`);
    return { placement, cases, stream: { bytes: STREAM_BYTES, measured: await measureStreams(pairs, effort) } };
  } finally {
    for (const { client, server } of pairs) await Promise.all([client.stop(), server.stop()]);
  }
}

/**
 * @param {string} name
 * @param {number | undefined} core
 * @returns {Promise<Pair>}
 */
async function startPair(name, core) {
  const script = new URL("process.mjs", import.meta.url);
  const server = startChild(script, { args: [name, "server"], core });
  const client = startChild(script, { args: [name, "client"], core });
  await client.request("connect", await server.request("startServer"));
  for (const bytes of sizes) await client.request("check", { bytes });
  return { name, server, client };
}

/**
 * @param {readonly Pair[]} pairs
 * @param {{ bytes: number, inFlight: number }} shape
 * @param {Effort} effort
 * @returns {Promise<Record<string, MeasuredCalls>>}
 */
async function measureCase(pairs, shape, { rounds, durationMs, warmUpMs }) {
  for (const { client } of pairs) await client.request("load", { ...shape, durationMs: warmUpMs });
  const measured = Object.fromEntries(pairs.map(({ name }) => [name, emptyCalls()]));
  for (let round = 0; round < rounds; round++) {
    for (const pair of pairs) {
      const { calls, seconds, p50Us, p99Us, cpuUs } = await withServerCpu(pair, "load", { ...shape, durationMs });
      const figures = measured[pair.name];
      figures.callsPerSecond.push(calls / seconds);
      figures.p50Us.push(p50Us);
      figures.p99Us.push(p99Us);
      figures.cpuUsPerCall.push(cpuUs / calls);
    }
  }
  return measured;
}

/** @returns {MeasuredCalls} */
function emptyCalls() {
  return { callsPerSecond: [], p50Us: [], p99Us: [], cpuUsPerCall: [] };
}

/**
 * Adds the server's processor time to the client's.
 * @param {Pair} pair
 * @param {string} method
 * @param {unknown} params
 */
async function withServerCpu({ client, server }, method, params) {
  const before = await server.request("cpuUs");
  const result = await client.request(method, params);
  const after = await server.request("cpuUs");
  return { ...result, cpuUs: result.cpuUs + after - before };
}

/**
 * @param {readonly Pair[]} pairs
 * @param {Effort} effort
 * @returns {Promise<Record<string, MeasuredStream>>}
 */
async function measureStreams(pairs, effort) {
  const streaming = [];
  for (const pair of pairs) {
    if (await pair.client.request("canStream")) streaming.push({ pair, count: await fittingCount(pair, effort) });
  }
  const measured = Object.fromEntries(streaming.map(({ pair }) => [pair.name, emptyStream()]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const { pair, count } of streaming) {
      const { items, seconds, cpuUs } = await withServerCpu(pair, "stream", { count, bytes: STREAM_BYTES });
      measured[pair.name].itemsPerSecond.push(items / seconds);
      measured[pair.name].cpuUsPerItem.push(cpuUs / items);
    }
  }
  return measured;
}

/** @returns {MeasuredStream} */
function emptyStream() {
  return { itemsPerSecond: [], cpuUsPerItem: [] };
}

/** Items that fill a round, found by warming up. @param {Pair} pair @param {Effort} effort */
async function fittingCount({ client }, { durationMs, warmUpMs }) {
  const until = performance.now() + warmUpMs;
  let count = 500;
  do {
    const { seconds } = await client.request("stream", { count, bytes: STREAM_BYTES });
    count = Math.max(500, Math.min(count * 4, Math.round((count * durationMs) / (seconds * 1000))));
  } while (performance.now() < until);
  return count;
}
