/**
 * The process of one contender and one payload: `node process.mjs <contender> <payload> [mixed]`. With `mixed` it first works with
 * all other payloads, so that code shared between types has seen them all.
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { respond } from "../measure/respond.mjs";
import { payloads, VALUES } from "./payloads.mjs";

const [contender, payload, mode] = process.argv.slice(2);
/** @type {{ codecs: import("./contenders/contender.mjs").Codecs }} */
const { codecs } = await import(`./contenders/${contender}.mjs`);
/** Undefined: this payload is not for the contender. */
const subject = codecs[payload] && subjectOf(payload);
if (mode === "mixed") {
  const others = Object.keys(payloads).filter((other) => other !== payload && codecs[other] !== undefined);
  for (const other of others) workWith(subjectOf(other));
}

/** Keeps results alive until they are overwritten, so that no work can be optimised away. */
const sinks = Array.from({ length: VALUES });

/** @type {Readonly<Record<string, (iterations: number) => void>>} */
const operations = { encode: runEncode, decode: runDecode, roundTrip: runRoundTrip, relay: runRelay };

respond({ supports: () => subject !== undefined, check, warmUp, measure });

/** @param {string} name */
function subjectOf(name) {
  const codec = codecs[name];
  const values = Array.from({ length: VALUES }, (_, index) => codec.value(payloads[name].make(index)));
  return { codec, values, encoded: values.map((value) => codec.encode(value)) };
}

/** @param {ReturnType<typeof subjectOf>} other */
function workWith({ codec, values, encoded }) {
  const until = performance.now() + 200;
  for (let index = 0; performance.now() < until; index = (index + 1) % VALUES) {
    codec.encode(values[index]);
    codec.decode(encoded[index]);
  }
}

/** Proves that decoding gives back what was encoded, then says how long the bytes are and what they hash to. */
function check() {
  const hash = createHash("sha256");
  for (const [index, value] of subject.values.entries()) {
    const bytes = subject.codec.encode(value);
    const decoded = subject.codec.decode(bytes);
    if (!isDeepStrictEqual(plainFrom(decoded), plainFrom(value)))
      throw new Error(`${payload}: value ${index} came back changed`);
    hash.update(bytes);
  }
  return { bytes: subject.encoded[0].length, digest: hash.digest("hex") };
}

/**
 * A value without what is particular to a contender: prototypes, marks that begin with `$`, absent fields, views on buffers.
 * @param {any} value
 * @returns {unknown}
 */
function plainFrom(value) {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (value instanceof Map) return plainFrom(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plainFrom);
  if ("low" in value && "high" in value) return String(value);
  const fields = Object.entries(value).filter(
    ([key, field]) => !key.startsWith("$") && field !== undefined && field !== null,
  );
  return Object.fromEntries(fields.map(([key, field]) => [key, plainFrom(field)]));
}

/**
 * Runs until three batches in a row agree within 3 %, but no longer than told.
 * @param {{ operation: string, batchMs: number, maxMs: number }} params
 */
function warmUp({ operation, batchMs, maxMs }) {
  const until = performance.now() + maxMs;
  const recent = [];
  do {
    recent.push(measure({ operation, batchMs }));
    if (recent.length > 3) recent.shift();
  } while (performance.now() < until && (recent.length < 3 || Math.max(...recent) > Math.min(...recent) * 1.03));
}

/** Iterations that fitted into a batch the last time, per operation: the first guess of the next. @type {Record<string, number>} */
const lastIterations = {};

/** Batches of one measurement. The fastest counts: the others met something else that the machine did. */
const BATCHES = 3;

/**
 * Time of one operation.
 * @param {{ operation: string, batchMs: number }} params
 * @returns {number} nanoseconds
 */
function measure({ operation, batchMs }) {
  return Math.min(...Array.from({ length: BATCHES }, () => measureBatch(operation, batchMs)));
}

/**
 * @param {string} operation
 * @param {number} batchMs
 * @returns {number} nanoseconds
 */
function measureBatch(operation, batchMs) {
  const run = operations[operation];
  for (let iterations = lastIterations[operation] ?? VALUES; ;) {
    const begin = clock();
    run(iterations);
    const elapsed = elapsedSince(begin);
    const fitting = Math.ceil((iterations * batchMs) / Math.max(elapsed, batchMs / 100));
    lastIterations[operation] = fitting;
    if (elapsed >= batchMs * 0.7) return (elapsed / iterations) * 1e6;
    iterations = fitting;
  }
}

function clock() {
  return { wallMs: performance.now(), processor: process.cpuUsage() };
}

/**
 * Wall time also counts waiting for a core that others use, processor time also counts the helper threads of V8; so the lesser of both
 * comes closer to what the work takes, on a machine at rest (wall time) as on a busy one (processor time).
 * @param {ReturnType<typeof clock>} begin
 * @returns {number} milliseconds
 */
function elapsedSince({ wallMs, processor }) {
  const wall = performance.now() - wallMs;
  const { user, system } = process.cpuUsage(processor);
  return Math.min(wall, Math.max((user + system) / 1000, 0.001));
}

/** @param {number} iterations */
function runEncode(iterations) {
  const { codec, values } = subject;
  for (let count = 0; count < iterations; count++) {
    const index = count & (VALUES - 1);
    sinks[index] = codec.encode(values[index]);
  }
}

/** @param {number} iterations */
function runDecode(iterations) {
  const { codec, encoded } = subject;
  for (let count = 0; count < iterations; count++) {
    const index = count & (VALUES - 1);
    sinks[index] = codec.decode(encoded[index]);
  }
}

/** @param {number} iterations */
function runRoundTrip(iterations) {
  const { codec, values } = subject;
  for (let count = 0; count < iterations; count++) {
    const index = count & (VALUES - 1);
    sinks[index] = codec.decode(codec.encode(values[index]));
  }
}

/** Decodes and encodes again what was decoded, as a relay does; so all of it is read. @param {number} iterations */
function runRelay(iterations) {
  const { codec, encoded } = subject;
  for (let count = 0; count < iterations; count++) {
    const index = count & (VALUES - 1);
    sinks[index] = codec.encode(codec.decode(encoded[index]));
  }
}
