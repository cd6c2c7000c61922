/**
 * What a second core brings: a server of two processes on one port with two clients that may use two cores, against one of each that share one. Each client
 * has one connection, which the cluster gives to the processes of the server in turn. Both are up all the time; rounds take turns. The same
 * without any calls, a loop in one process and in two, shows what the second core of the machine is worth.
 */
import { availableParallelism } from "node:os";
import { canPin, startChild } from "../measure/child.mjs";

/** Calls per second, one figure per round. @typedef {{ readonly bytes: number, readonly workUs: number, readonly one: number[], readonly two: number[] }} ProcessesCase */

/**
 * @typedef {object} ProcessesResult
 * @property {number} inFlight of each client
 * @property {readonly ProcessesCase[]} cases
 * @property {{ readonly one: number[], readonly two: number[] }} computing turns of a loop per second, of all processes together
 */

const efforts = {
  full: { rounds: 5, durationMs: 700, warmUpMs: 1_000 },
  smoke: { rounds: 1, durationMs: 20, warmUpMs: 20 },
};
const IN_FLIGHT = 64;

/** Two handlers that leave all time to the runtime and the system, and one that computes, as most do. */
export const calls = [
  { bytes: 32, workUs: 0 },
  { bytes: 1_024, workUs: 0 },
  { bytes: 32, workUs: 200 },
];

/**
 * @param {{ readonly node: string, readonly smoke: boolean, readonly onProgress: (text: string) => void, readonly rounds?: number | undefined }} options
 * @returns {Promise<ProcessesResult | undefined>} undefined: the machine has one core, or no way to use one only
 */
export async function benchProcesses({ node, smoke, onProgress, rounds: wantedRounds }) {
  if (availableParallelism() < 2 || !canPin()) return undefined;
  const effort = smoke ? efforts.smoke : efforts.full;
  const rounds = wantedRounds ?? effort.rounds;
  const cases = [];
  for (const { bytes, workUs } of calls) {
    onProgress(`processes: ${bytes} B, ${workUs} us of work`);
    cases.push({ bytes, workUs, ...(await measureCase({ bytes, workUs }, { node, ...effort, rounds })) });
  }
  onProgress("processes: computing");
  return { inFlight: IN_FLIGHT, cases, computing: await measureComputing({ node, ...effort, rounds }) };
}

/** @param {{ readonly node: string, readonly rounds: number, readonly durationMs: number }} options */
async function measureComputing({ node, rounds, durationMs }) {
  const children = startClients(2, node);
  const figures = { one: /** @type {number[]} */ ([]), two: /** @type {number[]} */ ([]) };
  try {
    // The first round warms up.
    for (let round = -1; round < rounds; round++) {
      for (const [name, working] of /** @type {const} */ ([
        ["one", children.slice(0, 1)],
        ["two", children],
      ])) {
        const rates = await Promise.all(working.map((child) => child.request("compute", { durationMs })));
        if (round >= 0) figures[name].push(sumOf(rates));
      }
    }
    return figures;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/**
 * @param {{ readonly bytes: number, readonly workUs: number }} call
 * @param {{ readonly node: string, readonly rounds: number, readonly durationMs: number, readonly warmUpMs: number }} options
 */
async function measureCase({ bytes, workUs }, { node, rounds, durationMs, warmUpMs }) {
  const figures = { one: /** @type {number[]} */ ([]), two: /** @type {number[]} */ ([]) };
  const sites = /** @type {Site[]} */ ([]);
  try {
    sites.push(await openSite(1, { node, workUs }), await openSite(2, { node, workUs }));
    for (const site of sites) await loadOf(site, { bytes, durationMs: warmUpMs });
    for (let round = 0; round < rounds; round++) {
      for (const site of sites) {
        const rate = await loadOf(site, { bytes, durationMs });
        figures[site.processes === 1 ? "one" : "two"].push(rate);
      }
    }
    return figures;
  } finally {
    await Promise.all(sites.flatMap(({ children }) => children.map((child) => child.stop())));
  }
}

/** @typedef {{ readonly processes: number, readonly clients: readonly import("../measure/child.mjs").Child[], readonly children: readonly import("../measure/child.mjs").Child[] }} Site */

/**
 * As many processes of the server, and clients, as cores.
 * @param {number} processes
 * @param {{ readonly node: string, readonly workUs: number }} options
 * @returns {Promise<Site>}
 */
async function openSite(processes, { node, workUs }) {
  const server = startChild(new URL("server.mjs", import.meta.url), { node, core: coresOf(processes) });
  const clients = startClients(processes, node);
  const address = await server.request("listen", { processes, workUs });
  for (const client of clients) await client.request("connect", address);
  return { processes, clients, children: [...clients, server] };
}

/** @param {number} count @param {string} node */
function startClients(count, node) {
  const script = new URL("load.mjs", import.meta.url);
  return Array.from({ length: count }, () => startChild(script, { node, core: coresOf(count) }));
}

/** The first cores, as `taskset` takes them. @param {number} count */
function coresOf(count) {
  return Array.from({ length: count }, (_, core) => core).join();
}

/** @param {readonly number[]} rates */
function sumOf(rates) {
  return rates.reduce((sum, rate) => sum + rate, 0);
}

/** @param {Site} site @param {{ readonly bytes: number, readonly durationMs: number }} load @returns {Promise<number>} */
async function loadOf({ clients }, load) {
  const rates = await Promise.all(clients.map((client) => client.request("load", { ...load, inFlight: IN_FLIGHT })));
  return sumOf(rates);
}
