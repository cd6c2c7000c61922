/** What idle connections cost: memory of client and server. */
import { callContenders } from "./contenders/contender.mjs";
import { contendersFor, startPair, stopPairs } from "./pair.mjs";

/** @typedef {{ readonly rssBytes: number, readonly heapBytes: number }} Memory `heapBytes`: used heap and memory outside it that V8 knows of */

/** @typedef {{ readonly client: Memory, readonly server: Memory }} MeasuredIdle per connection */

/** @typedef {{ readonly connections: number, readonly measured: Readonly<Record<string, MeasuredIdle>> }} IdleResult */

/** @typedef {import("./pair.mjs").Options} Options */

/**
 * What an open connection without calls takes, in a pair of fresh processes for each contender.
 * @param {Options} options
 * @returns {Promise<IdleResult>}
 */
export async function benchIdle(options) {
  const first = options.smoke ? 20 : firstConnections;
  const connections = options.smoke ? 20 : 2_000;
  /** @type {Record<string, MeasuredIdle>} */
  const measured = {};
  for (const name of contendersFor(options).filter((one) => callContenders[one].oneConnection !== true)) {
    options.onProgress(`idle connections: ${name}`);
    measured[name] = await measureIdle(name, options.node, { first, connections });
  }
  return { connections, measured };
}

/**
 * Connections that are there before the first look, so that what is made once is not counted: V8's young generation above all, which grows from 1 to
 * 16 MB and more while the first ones are made, and stays that large.
 */
const firstConnections = 500;

/**
 * @param {string} name
 * @param {string} node
 * @param {{ readonly first: number, readonly connections: number }} counts
 * @returns {Promise<MeasuredIdle>}
 */
async function measureIdle(name, node, { first, connections }) {
  const pair = await startPair(name, { node, core: undefined, sizes: [], warmUpMs: 100 });
  const { client, server } = pair;
  const look = async () => ({ client: await client.request("memory"), server: await server.request("memory") });
  try {
    await client.request("hold", first);
    const before = await look();
    await client.request("hold", connections);
    const after = await look();
    return {
      client: growthOf(before.client, after.client, connections),
      server: growthOf(before.server, after.server, connections),
    };
  } finally {
    await stopPairs([pair]);
  }
}

/** @param {Memory} first @param {Memory} last @param {number} connections @returns {Memory} for each of them */
function growthOf(first, last, connections) {
  return {
    rssBytes: (last.rssBytes - first.rssBytes) / connections,
    heapBytes: (last.heapBytes - first.heapBytes) / connections,
  };
}
