import { callContenders } from "../calls/contenders/contender.mjs";
import { number } from "./format.mjs";
import { bold, dim } from "./style.mjs";
import { formatTable } from "./table.mjs";

const titles = ["", "RSS, client", "RSS, server", "heap, client", "heap, server"];

/**
 * @param {import("../calls/idle.mjs").IdleResult} result
 * @returns {string}
 */
export function formatIdle(result) {
  const intro = `${bold("Idle connections")}  ${dim(`KiB for each of ${result.connections}, after one call on it; heap: used heap and external memory`)}`;
  return `${intro}\n${formatTable(titles, idleRows(result))}`;
}

/** @param {import("../calls/idle.mjs").IdleResult} result */
export function idleRows({ measured }) {
  const kib = (/** @type {number} */ bytes) => number(Math.max(0, bytes) / 1024);
  return Object.entries(measured).map(([name, { client, server }]) => [
    callContenders[name].label,
    kib(client.rssBytes),
    kib(server.rssBytes),
    kib(client.heapBytes),
    kib(server.heapBytes),
  ]);
}
