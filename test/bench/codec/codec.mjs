/** The codec benchmark: every contender alone in its process, rounds interleaved. */
import { startChild } from "../measure/child.mjs";
import { contenders } from "./contenders/contender.mjs";
import { payloads } from "./payloads.mjs";

export const operations = ["encode", "decode", "roundTrip", "relay"];

/**
 * Nanoseconds of one contender, by operation, one figure per round.
 * @typedef {{ readonly bytes: number, readonly ns: Readonly<Record<string, number[]>> }} Measured
 */

/**
 * @typedef {object} CodecCase
 * @property {string} payload
 * @property {boolean} mixed other types were worked with in the same process before
 * @property {string} about
 * @property {Readonly<Record<string, Measured>>} measured by contender
 */

/** @typedef {{ readonly rounds: number, readonly batchMs: number, readonly warmUpMs: number }} Effort */

/** @type {{ readonly full: Effort, readonly smoke: Effort }} */
const efforts = {
  full: { rounds: 5, batchMs: 30, warmUpMs: 600 },
  smoke: { rounds: 3, batchMs: 2, warmUpMs: 30 },
};

/**
 * @param {{ readonly smoke: boolean, readonly only: readonly string[], readonly payloads: readonly string[], readonly onProgress: (text: string) => void, readonly onCase: (one: CodecCase, all: readonly CodecCase[]) => void }} options
 * @returns {Promise<CodecCase[]>}
 */
export async function benchCodec(options) {
  const effort = options.smoke ? efforts.smoke : efforts.full;
  const names = Object.keys(contenders).filter((name) => options.only.includes(name));
  const chosen = Object.keys(payloads).filter((name) => options.payloads.includes(name));
  const lone = chosen.map((payload) => ({ payload, mixed: false }));
  const wanted = chosen.includes("order") ? [...lone, { payload: "order", mixed: true }] : lone;
  /** @type {CodecCase[]} */
  const cases = [];
  for (const { payload, mixed } of wanted) {
    options.onProgress(`codec: ${payload}${mixed ? " among other types" : ""}`);
    const one = await measureCase({ payload, mixed, names, effort });
    cases.push(one);
    options.onCase(one, cases);
  }
  return cases;
}

/**
 * @param {{ payload: string, mixed: boolean, names: readonly string[], effort: Effort }} options
 * @returns {Promise<CodecCase>}
 */
async function measureCase({ payload, mixed, names, effort }) {
  const children = names.map((name) => {
    const args = [name, payload, ...(mixed ? ["mixed"] : [])];
    return { name, child: startChild(new URL("process.mjs", import.meta.url), { args }) };
  });
  try {
    const bytes = await checkAll(payload, children);
    const ns = await measureRounds(children, effort);
    const measured = Object.fromEntries(names.map((name) => [name, { bytes: bytes[name], ns: ns[name] }]));
    return { payload, mixed, about: payloads[payload].about, measured };
  } finally {
    for (const { child } of children) await child.stop();
  }
}

/** @typedef {readonly { readonly name: string, readonly child: import("../measure/child.mjs").Child }[]} Children */

/**
 * @param {string} payload
 * @param {Children} children
 */
async function checkAll(payload, children) {
  /** @type {Record<string, number>} */
  const bytes = {};
  const digests = new Map();
  for (const { name, child } of children) {
    const checked = await child.request("check");
    bytes[name] = checked.bytes;
    if (contenders[name].protobuf) digests.set(checked.digest, name);
  }
  if (digests.size > 1) throw new Error(`${payload}: ${[...digests.values()].join(" and ")} wrote different bytes`);
  return bytes;
}

/**
 * @param {Children} children
 * @param {Effort} effort
 */
async function measureRounds(children, { rounds, batchMs, warmUpMs }) {
  /** @type {Record<string, Record<string, number[]>>} */
  const ns = Object.fromEntries(children.map(({ name }) => [name, {}]));
  for (const operation of operations) {
    for (const { child } of children) await child.request("warmUp", { operation, batchMs, maxMs: warmUpMs });
  }
  for (let round = 0; round < rounds; round++) {
    for (const operation of operations) {
      for (const { name, child } of children) {
        (ns[name][operation] ??= []).push(await child.request("measure", { operation, batchMs }));
      }
    }
  }
  return ns;
}
