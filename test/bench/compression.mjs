// What compressing and decompressing a message costs, here and in another thread: where the thresholds of
// runtime/compression come from. Run with a built runtime: node test/bench/compression.mjs
import { performance } from "node:perf_hooks";
import { brotli, deflate, gzip, zstd } from "../../runtime/dist/compression/zlib.js";

const rounds = 40;
const words = ["order", "customer", "price", "2026-05-05", "https://example.org/items/", "Straße"];

/** Text as messages hold it: words and numbers, always the same. */
function sample(bytes) {
  let text = "";
  for (let state = 1; text.length < bytes;) {
    state = (state * 48_271) % 2_147_483_647;
    text += words[state % words.length] + (state % 9_973) + ";";
  }
  return Buffer.from(text).subarray(0, bytes);
}

/** Median microseconds. */
async function time(action) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await action();
    times.push((performance.now() - start) * 1_000);
  }
  return Math.round(times.toSorted((a, b) => a - b)[rounds / 2]);
}

const rows = [];
for (const bytes of [1, 4, 16, 64, 256].map((kibibytes) => kibibytes * 1_024)) {
  for (const compressor of [gzip, deflate, brotli, zstd].filter((found) => found !== undefined)) {
    const plain = sample(bytes);
    const packed = compressor.compress(plain);
    rows.push({
      name: compressor.name,
      bytes,
      packed: packed.length,
      compressUs: await time(() => compressor.compress(plain)),
      compressAsyncUs: await time(() => compressor.compressAsync(plain)),
      decompressUs: await time(() => compressor.decompress(packed, bytes)),
      decompressAsyncUs: await time(() => compressor.decompressAsync(packed, bytes)),
    });
  }
}
console.log(`Node ${process.version}, median of ${rounds} rounds, microseconds`);
console.table(rows);
