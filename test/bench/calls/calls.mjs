/** The call benchmark: client and server of every contender in two processes of their own, rounds interleaved. */
import { canPin } from "../measure/child.mjs";
import { contendersFor, startPair, stopPairs } from "./pair.mjs";

/** @typedef {import("./pair.mjs").Pair} Pair */
/** @typedef {import("./pair.mjs").Options} Options */

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
 * @property {Readonly<Record<string, string>>} failed what a peer said that could not do it, by contender
 */

/** @typedef {{ readonly itemsPerSecond: number[], readonly cpuUsPerItem: number[] }} MeasuredStream */

/**
 * @typedef {object} CallsResult
 * @property {"one core" | "free"} placement `one core`: client and server share a core, so throughput is cost per call; `free`: the system schedules
 * @property {readonly CallsCase[]} cases
 * @property {{ readonly bytes: number, readonly measured: Readonly<Record<string, MeasuredStream>> }} stream
 */

const sizes = [32, 1024, 65_536];
const inFlights = [1, 16, 64, 256];
const STREAM_BYTES = 32;
/** Of the first stream of a warm-up, and of any. */
const FEWEST_ITEMS = 500;

/** `free` is measured with few cases: it shows what a second core brings. */
const efforts = {
  full: {
    rounds: 5,
    durationMs: 150,
    // V8 compiles in threads that have the same core, and so has done its work only some rounds after a case has begun.
    firstRounds: 5,
    warmUpMs: 100,
    // With one call in flight V8 takes its time.
    warmUpRuns: 10,
    placements: [
      { placement: /** @type {const} */ ("one core"), sizes, inFlights },
      { placement: /** @type {const} */ ("free"), sizes: [32], inFlights: [1, 64] },
    ],
  },
  smoke: {
    rounds: 2,
    durationMs: 15,
    firstRounds: 0,
    warmUpMs: 15,
    warmUpRuns: 1,
    placements: [{ placement: /** @type {const} */ ("free"), sizes, inFlights: [1, 64] }],
  },
};

/** @typedef {(typeof efforts)["full" | "smoke"]} Effort */

/** @param {Options} options @returns {Promise<CallsResult[]>} */
export async function benchCalls(options) {
  const usual = options.smoke ? efforts.smoke : efforts.full;
  const effort = { ...usual, rounds: options.rounds ?? usual.rounds };
  const names = contendersFor(options);
  const results = [];
  for (const { placement, sizes, inFlights } of effort.placements) {
    if (placement === "one core" && !canPin()) continue;
    results.push(await measurePlacement(placement, { ...options, names, effort, sizes, inFlights }));
  }
  return results;
}

/**
 * @param {CallsResult["placement"]} placement
 * @param {Options & { names: readonly string[], effort: Effort, sizes: readonly number[], inFlights: readonly number[] }} options
 * @returns {Promise<CallsResult>}
 */
async function measurePlacement(placement, { node, names, effort, sizes, inFlights, onProgress }) {
  const core = placement === "one core" ? 0 : undefined;
  /** @type {Pair[]} */
  const pairs = [];
  try {
    for (const name of names) pairs.push(await startPair(name, { node, core, sizes, warmUpMs: effort.warmUpMs * 5 }));
    const cases = [];
    for (const bytes of sizes) {
      for (const inFlight of inFlights) {
        onProgress(`calls, ${placement}: ${bytes} B, ${inFlight} in flight`);
        cases.push({ bytes, inFlight, ...(await measureCase(pairs, { bytes, inFlight }, effort)) });
      }
    }
    onProgress(`calls, ${placement}: stream`);
    return { placement, cases, stream: { bytes: STREAM_BYTES, measured: await measureStreams(pairs, effort) } };
  } finally {
    await stopPairs(pairs);
  }
}

/**
 * @param {readonly Pair[]} pairs
 * @param {{ bytes: number, inFlight: number }} shape
 * @param {Effort} effort
 * @returns {Promise<Pick<CallsCase, "measured" | "failed">>}
 */
async function measureCase(pairs, shape, { rounds, firstRounds, durationMs, warmUpMs, warmUpRuns }) {
  /** @type {Record<string, MeasuredCalls>} */
  const measured = {};
  /** @type {Record<string, string>} */
  const failed = {};
  const attempt = async (/** @type {Pick<Pair, "name">} */ { name }, /** @type {() => Promise<unknown>} */ work) => {
    if (failed[name] === undefined) await work().catch((error) => (failed[name] = failureOf(name, error)));
  };
  for (const pair of pairs) {
    await attempt(pair, () => warmUp(pair, { ...shape, durationMs: warmUpMs }, warmUpRuns));
  }
  for (let round = 0; round < firstRounds; round++) {
    for (const pair of pairs) await attempt(pair, () => pair.client.request("load", { ...shape, durationMs }));
  }
  for (let round = 0; round < rounds; round++) {
    for (const pair of pairs) await attempt(pair, () => measureRound(pair, { ...shape, durationMs }, measured));
  }
  for (const name of Object.keys(failed)) delete measured[name];
  return { measured, failed };
}

/**
 * @param {Pair} pair
 * @param {{ bytes: number, inFlight: number, durationMs: number }} load
 * @param {number} mostRuns
 */
async function warmUp({ client }, load, mostRuns) {
  await untilSettled(mostRuns, async () => {
    const { calls, seconds } = await client.request("load", load);
    return calls / seconds;
  });
}

/**
 * Warms up until three runs in a row agree within 15 %.
 * @param {number} mostRuns
 * @param {() => Promise<number>} rateOfRun
 */
async function untilSettled(mostRuns, rateOfRun) {
  /** @type {number[]} */
  const recent = [];
  for (let times = 0; times < mostRuns; times++) {
    recent.push(await rateOfRun());
    if (recent.length > 3) recent.shift();
    if (recent.length === 3 && Math.max(...recent) <= Math.min(...recent) * 1.15) return;
  }
}

/**
 * A peer may have limits that a case exceeds: that belongs to the result. What is ours must not fail.
 * @param {string} name
 * @param {Error} error
 */
function failureOf(name, error) {
  if (name.startsWith("rpcgen") || name === "tcp") throw error;
  return error.message.split("\n")[0];
}

/**
 * @param {Pair} pair
 * @param {{ bytes: number, inFlight: number, durationMs: number }} load
 * @param {Record<string, MeasuredCalls>} measured
 */
async function measureRound(pair, load, measured) {
  const { calls, seconds, p50Us, p99Us, cpuUs } = await withServerCpu(pair, "load", load);
  const figures = (measured[pair.name] ??= emptyCalls());
  figures.callsPerSecond.push(calls / seconds);
  figures.p50Us.push(p50Us);
  figures.p99Us.push(p99Us);
  figures.cpuUsPerCall.push(cpuUs / calls);
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

/** Items that fill a round of a pair that is warm. @param {Pair} pair @param {Effort} effort */
async function fittingCount({ client }, { durationMs, warmUpRuns }) {
  let count = FEWEST_ITEMS;
  await untilSettled(warmUpRuns, async () => {
    const { items, seconds } = await client.request("stream", { count, bytes: STREAM_BYTES });
    const rate = items / seconds;
    count = Math.max(FEWEST_ITEMS, Math.min(count * 4, Math.round((rate * durationMs) / 1000)));
    return rate;
  });
  return count;
}
