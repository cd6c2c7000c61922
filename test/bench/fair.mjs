/**
 * Fair interleaving, by `npm run build && node test/bench/fair.mjs [rounds]`: what a transfer of 50 MB does to calls of 32 bytes on the same connection. Calls are made one after the
 * other; their p50 and p99 with the transfer are divided by those without it, taken in the same round. The transfer is a stream of 800 items of 64 KiB.
 */
import { availableParallelism } from "node:os";
import { startPair, stopPairs } from "./calls/pair.mjs";
import { prepare } from "./prepare.mjs";

const rounds = Number(process.argv[2] ?? 7);
const contenders = ["rpcgen", "grpc", "connect"];
const transfer = { count: 800, bytes: 65_536 };

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** @param {readonly any[]} rows @param {(row: any) => number} value @param {number} digits */
function spread(rows, value, digits) {
  const values = rows.map(value);
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
}

prepare(["rpcgen", "protobufjs", "protobuf-es"]);
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${rounds} rounds, interleaved; median (least to most)`,
);
const options = { node: process.execPath, core: undefined, sizes: [32], warmUpMs: 500 };
const pairs = [];
try {
  for (const name of contenders) pairs.push(await startPair(name, options));
  /** @type {Record<string, any[]>} */
  const measured = Object.fromEntries(contenders.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, client } of pairs) {
      const row = await client.request("fair", transfer);
      // The first round warms up.
      if (round > 0) measured[name]?.push(row);
    }
  }
  for (const [name, rows] of Object.entries(measured)) {
    console.log(
      [
        name.padEnd(8),
        `p99 ${spread(rows, ({ alone, under }) => under.p99Us / alone.p99Us, 1)} x`,
        `p50 ${spread(rows, ({ alone, under }) => under.p50Us / alone.p50Us, 1)} x`,
        `p99 alone ${spread(rows, ({ alone }) => alone.p99Us, 0)} us, with it ${spread(rows, ({ under }) => under.p99Us, 0)} us`,
        `transfer ${spread(rows, ({ megabytesPerSecond }) => megabytesPerSecond, 0)} MB/s`,
        `${spread(rows, ({ under }) => under.calls, 0)} calls during it`,
      ].join(", "),
    );
  }
} finally {
  await stopPairs(pairs);
}
