/**
 * Fair interleaving: what a transfer of 50 MB does to calls of 32 bytes on the same connection. Calls are made one after the other, first alone and
 * then for as long as the transfer takes; the latencies of both are of the same round. The transfer is a stream of 800 items of 64 KiB.
 */
import { startPair, stopPairs } from "./pair.mjs";

/** `tcp-window` is the limit: see contenders/tcp-window.mjs. @type {Readonly<Record<string, { readonly label: string }>>} */
export const fairContenders = {
  rpcgen: { label: "rpcgen" },
  grpc: { label: "@grpc/grpc-js" },
  connect: { label: "connect-node" },
  "tcp-window": { label: "raw TCP, same window" },
};

/** One figure per round. @typedef {{ readonly calls: number[], readonly p50Us: number[], readonly p99Us: number[] }} SmallCalls */

/** @typedef {{ readonly alone: SmallCalls, readonly beside: SmallCalls, readonly megabytesPerSecond: number[] }} MeasuredFair */

/** @typedef {{ readonly items: number, readonly itemBytes: number, readonly measured: Readonly<Record<string, MeasuredFair>> }} FairResult */

const efforts = {
  full: { rounds: 7, calls: 1_000, items: 800, warmUpMs: 500 },
  smoke: { rounds: 1, calls: 50, items: 40, warmUpMs: 20 },
};
const ITEM_BYTES = 65_536;

/**
 * @param {import("./pair.mjs").Options} options
 * @returns {Promise<FairResult>}
 */
export async function benchFair({ node, smoke, only, onProgress, rounds: wantedRounds }) {
  const { rounds: usualRounds, calls, items, warmUpMs } = smoke ? efforts.smoke : efforts.full;
  const rounds = wantedRounds ?? usualRounds;
  const names = Object.keys(fairContenders).filter((name) => only.includes(name === "tcp-window" ? "tcp" : name));
  const pairs = [];
  try {
    for (const name of names) pairs.push(await startPair(name, { node, core: undefined, sizes: [32], warmUpMs }));
    /** @type {Record<string, MeasuredFair>} */
    const measured = Object.fromEntries(names.map((name) => [name, emptyFair()]));
    // The first round warms up.
    for (let round = -1; round < rounds; round++) {
      for (const { name, client } of pairs) {
        onProgress(`fair: ${name}, round ${round + 1} of ${rounds}`);
        const found = await client.request("fair", { calls, count: items, bytes: ITEM_BYTES });
        if (round >= 0) add(measured[name], found);
      }
    }
    return { items, itemBytes: ITEM_BYTES, measured };
  } finally {
    await stopPairs(pairs);
  }
}

/** @returns {MeasuredFair} */
function emptyFair() {
  const none = () => ({ calls: [], p50Us: [], p99Us: [] });
  return { alone: none(), beside: none(), megabytesPerSecond: [] };
}

/** @param {MeasuredFair} figures @param {any} found */
function add({ alone, beside, megabytesPerSecond }, found) {
  for (const [side, round] of /** @type {const} */ ([
    [alone, found.alone],
    [beside, found.beside],
  ])) {
    side.calls.push(round.calls);
    side.p50Us.push(round.p50Us);
    side.p99Us.push(round.p99Us);
  }
  megabytesPerSecond.push(found.megabytesPerSecond);
}
