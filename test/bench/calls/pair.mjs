/** Client and server of one contender in two processes of their own. */
import { startChild } from "../measure/child.mjs";
import { majorOf } from "../measure/nodes.mjs";
import { callContenders } from "./contenders/contender.mjs";

/** @typedef {{ readonly node: string, readonly smoke: boolean, readonly only: readonly string[], readonly onProgress: (text: string) => void, readonly rounds?: number | undefined }} Options `rounds`: in place of the usual number */

/** @typedef {{ readonly name: string, readonly server: import("../measure/child.mjs").Child, readonly client: import("../measure/child.mjs").Child }} Pair */

/** Those that were asked for and run on this Node. @param {Options} options */
export function contendersFor({ only, node }) {
  const major = majorOf(node);
  const able = (/** @type {string} */ name) => (callContenders[name].minimumNode ?? 0) <= major;
  return Object.keys(callContenders).filter((name) => only.includes(name) && able(name));
}

/**
 * Starts both processes and lets the client prove that bodies of the sizes come back unchanged.
 * @param {string} name
 * @param {{ node: string, core: number | undefined, sizes: readonly number[], warmUpMs: number }} options
 * @returns {Promise<Pair>}
 */
export async function startPair(name, { node, core, sizes, warmUpMs }) {
  const script = new URL("process.mjs", import.meta.url);
  const server = startChild(script, { node, args: [name, "server"], core });
  const client = startChild(script, { node, args: [name, "client"], core });
  try {
    await client.request("connect", await server.request("startServer"));
    await client.request("warmUp", warmUpMs);
    for (const bytes of sizes) await client.request("check", { bytes });
    return { name, server, client };
  } catch (error) {
    await stopPairs([{ name, server, client }]);
    throw error;
  }
}

/** @param {readonly Pair[]} pairs */
export async function stopPairs(pairs) {
  await Promise.all(pairs.flatMap(({ client, server }) => [client.stop(), server.stop()]));
}
