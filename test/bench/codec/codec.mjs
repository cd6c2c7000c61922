/** The codec benchmark: every contender alone in its process, rounds interleaved. */
import { startChild } from "../measure/child.mjs";
import { contenders, writesProtobuf } from "./contenders/contender.mjs";
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
 * @property {Measured | undefined} [alone] of a mixed case: rpcgen in a process that works with no other types, in the same rounds
 */

/** @typedef {{ readonly rounds: number, readonly batchMs: number, readonly warmUpMs: number }} Effort */

/** @type {{ readonly full: Effort, readonly smoke: Effort }} */
const efforts = {
  full: { rounds: 5, batchMs: 20, warmUpMs: 200 },
  smoke: { rounds: 2, batchMs: 1, warmUpMs: 5 },
};

/** What a smoke run takes when no payload is named: every kind of value is in one of them. */
const smokePayloads = ["order", "tiny", "packed", "bytes"];

/**
 * @param {{ readonly node: string, readonly smoke: boolean, readonly only: readonly string[], readonly payloads: readonly string[], readonly onProgress: (text: string) => void, readonly rounds?: number | undefined, readonly onCase: (one: CodecCase) => void }} options
 * @returns {Promise<CodecCase[]>}
 */
export async function benchCodec(options) {
  const usual = options.smoke ? efforts.smoke : efforts.full;
  const effort = { ...usual, rounds: options.rounds ?? usual.rounds };
  const names = Object.keys(contenders).filter((name) => options.only.includes(name));
  const all = Object.keys(payloads);
  const named = options.smoke && options.payloads.length === all.length ? smokePayloads : options.payloads;
  const chosen = all.filter((name) => named.includes(name));
  const lone = chosen.map((payload) => ({ payload, mixed: false }));
  const wanted = chosen.includes("order") && !options.smoke ? [...lone, { payload: "order", mixed: true }] : lone;
  /** @type {CodecCase[]} */
  const cases = [];
  for (const { payload, mixed } of wanted) {
    options.onProgress(`codec: ${payload}${mixed ? " among other types" : ""}`);
    const one = await measureCase({ payload, mixed, names, effort, node: options.node });
    cases.push(one);
    options.onCase(one);
  }
  return cases;
}

/**
 * @param {{ payload: string, mixed: boolean, names: readonly string[], effort: Effort, node: string }} options
 * @returns {Promise<CodecCase>}
 */
async function measureCase({ payload, mixed, names, effort, node }) {
  const start = (/** @type {string} */ name, /** @type {readonly string[]} */ mode) => {
    const args = [name, payload, ...mode];
    return { name, child: startChild(new URL("process.mjs", import.meta.url), { node, args }) };
  };
  const started = names.map((name) => start(name, mixed ? ["mixed"] : []));
  // How fast a process is may change from minute to minute, so the lone one of another case would say little.
  const alone = mixed && names.includes("rpcgen") ? [start("rpcgen", [])] : [];
  try {
    const children = await takingPart(started);
    const bytes = await checkAll(payload, children);
    const ns = await measureRounds([...children, ...alone], effort);
    const figures = children.map(({ name }, index) => [name, { bytes: bytes[name], ns: ns[index] }]);
    const lone = alone.length > 0 ? { alone: { bytes: bytes.rpcgen, ns: ns[children.length] } } : {};
    return { payload, mixed, about: payloads[payload].about, measured: Object.fromEntries(figures), ...lone };
  } finally {
    await Promise.all([...started, ...alone].map(({ child }) => child.stop()));
  }
}

/** @typedef {readonly { readonly name: string, readonly child: import("../measure/child.mjs").Child }[]} Children */

/** Those that can hold the payload's values. @param {Children} children @returns {Promise<Children>} */
async function takingPart(children) {
  const able = await Promise.all(children.map(({ child }) => child.request("supports")));
  return children.filter((_, index) => able[index]);
}

/**
 * @param {string} payload
 * @param {Children} children
 */
async function checkAll(payload, children) {
  /** @type {Record<string, number>} */
  const bytes = {};
  const digests = new Map();
  const all = await Promise.all(children.map(({ child }) => child.request("check")));
  for (const [index, checked] of all.entries()) {
    const { name } = children[index];
    bytes[name] = checked.bytes;
    if (writesProtobuf(name, payload)) digests.set(checked.digest, name);
  }
  if (digests.size > 1) throw new Error(`${payload}: ${[...digests.values()].join(" and ")} wrote different bytes`);
  return bytes;
}

/**
 * @param {Children} children
 * @param {Effort} effort
 * @returns {Promise<Measured["ns"][]>} in the order of the children
 */
async function measureRounds(children, { rounds, batchMs, warmUpMs }) {
  /** @type {Record<string, number[]>[]} */
  const ns = children.map(() => ({}));
  for (const operation of operations) {
    for (const { child } of children) await child.request("warmUp", { operation, batchMs, maxMs: warmUpMs });
  }
  for (let round = 0; round < rounds; round++) {
    for (const operation of operations) {
      for (const [index, { child }] of children.entries()) {
        (ns[index][operation] ??= []).push(await child.request("measure", { operation, batchMs }));
      }
    }
  }
  return ns;
}
