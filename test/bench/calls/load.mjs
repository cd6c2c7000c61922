/** Closed-loop load: a fixed number of lanes, each with one call in flight, the next one as soon as the reply is there. */
import { quantileOf } from "../measure/statistics.mjs";

/**
 * @typedef {object} LoadResult
 * @property {number} calls
 * @property {number} seconds
 * @property {number} p50Us
 * @property {number} p99Us
 */

/** With many lanes every eighth latency is recorded, so that the clock stays out of the figures. */
const SPARSE = 8;

/**
 * @param {import("./contenders/contender.mjs").EchoClient} client
 * @param {{ readonly request: any, readonly inFlight: number, readonly durationMs: number }} load
 * @returns {Promise<LoadResult>}
 */
export async function runLoad(client, { request, inFlight, durationMs }) {
  const run = {
    client,
    request,
    stopped: false,
    latencies: /** @type {number[]} */ ([]),
    stride: inFlight > 1 ? SPARSE : 1,
  };
  const timer = setTimeout(() => (run.stopped = true), durationMs);
  const begin = performance.now();
  const counts = await Promise.all(Array.from({ length: inFlight }, () => runLane(run)));
  const seconds = (performance.now() - begin) / 1000;
  clearTimeout(timer);
  const sorted = Float64Array.from(run.latencies).sort();
  const calls = counts.reduce((sum, count) => sum + count, 0);
  return { calls, seconds, p50Us: quantileOf(sorted, 0.5) * 1000, p99Us: quantileOf(sorted, 0.99) * 1000 };
}

/**
 * @param {{ readonly client: import("./contenders/contender.mjs").EchoClient, readonly request: any, stopped: boolean, readonly latencies: number[], readonly stride: number }} run
 * @returns {Promise<number>} calls made
 */
function runLane(run) {
  const { client, request, latencies, stride } = run;
  return new Promise((resolve, reject) => {
    let calls = 0;
    let begin = 0;
    const start = () => {
      if (calls % stride === 0) begin = performance.now();
      client.call(request, done, reject);
    };
    const done = () => {
      if (calls++ % stride === 0) latencies.push(performance.now() - begin);
      if (run.stopped) resolve(calls);
      else start();
    };
    start();
  });
}
