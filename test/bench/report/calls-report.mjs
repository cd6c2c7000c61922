import { callContenders } from "../calls/contenders/contender.mjs";
import { ratioOf, spreadOf } from "../measure/statistics.mjs";
import { number, ratio, time } from "./format.mjs";
import { bold, dim } from "./style.mjs";
import { formatTable } from "./table.mjs";

/** @typedef {import("../calls/calls.mjs").CallsResult} CallsResult */
/** @typedef {import("../calls/calls.mjs").CallsCase} CallsCase */
/** @typedef {keyof import("../calls/calls.mjs").MeasuredCalls} Figure */

const placements = {
  "one core": "client and server share one core: throughput is cost per call",
  free: "client and server where the system puts them",
};
const widths = [30, 20, 20, 20, 20];

/**
 * @param {readonly CallsResult[]} results
 * @returns {string}
 */
export function formatCalls(results) {
  const intro = `${bold("Calls")}  ${dim("how many times better rpcgen is than each peer: median of the rounds' ratios, min..max")}`;
  return [intro, ...results.flatMap(formatPlacement)].join("\n\n");
}

/** @param {CallsResult} result */
function formatPlacement(result) {
  const sizes = [...new Set(result.cases.map(({ bytes }) => bytes))];
  return [
    `  ${bold(result.placement)} ${dim(`· ${placements[result.placement]}`)}`,
    ...sizes.map((bytes) =>
      formatSize(
        bytes,
        result.cases.filter((one) => one.bytes === bytes),
      ),
    ),
    formatStream(result.stream),
  ];
}

/**
 * @param {number} bytes
 * @param {readonly CallsCase[]} cases one per number in flight
 */
function formatSize(bytes, cases) {
  const names = namesIn(cases);
  const peers = names.includes("rpcgen") ? names.filter((name) => !name.startsWith("rpcgen")) : [];
  const full = names.includes("rpcgen") ? names.filter((name) => name === "rpcgen-full") : [];
  const rows = [
    ...peers.map((peer) => ratioRow(`calls/s, ${labelOf(peer)}`, cases, peer, "callsPerSecond", true)),
    ...peers.map((peer) => ratioRow(`p50, ${labelOf(peer)}`, cases, peer, "p50Us", false)),
    ...[...peers, ...full].map((peer) => ratioRow(`CPU, ${labelOf(peer)}`, cases, peer, "cpuUsPerCall", false)),
    ...names.flatMap((name) => absoluteRows(name, cases)).map((row) => row.map(dim)),
  ];
  return formatTable([`${bytes} B`, ...cases.map(({ inFlight }) => `${inFlight} in flight`)], rows, widths);
}

/** Contenders that any case has, in their order. @param {readonly CallsCase[]} cases */
export function namesIn(cases) {
  return Object.keys(callContenders).filter((name) => cases.some(({ measured }) => measured[name] !== undefined));
}

/** @param {string} name */
function labelOf(name) {
  return callContenders[name].label;
}

/**
 * @param {string} title
 * @param {readonly CallsCase[]} cases
 * @param {string} peer
 * @param {Figure} figure
 * @param {boolean} moreIsBetter
 */
function ratioRow(title, cases, peer, figure, moreIsBetter) {
  const cells = cases.map(({ measured }) => {
    if (measured[peer] === undefined) return "failed";
    const [ours, theirs] = [measured.rpcgen[figure], measured[peer][figure]];
    return ratio(moreIsBetter ? ratioOf(ours, theirs) : ratioOf(theirs, ours));
  });
  return [title, ...cells];
}

/**
 * @param {string} name
 * @param {readonly CallsCase[]} cases
 */
function absoluteRows(name, cases) {
  const median = (/** @type {CallsCase} */ one, /** @type {Figure} */ figure) =>
    one.measured[name] === undefined ? Number.NaN : spreadOf(one.measured[name][figure]).median;
  return [
    [`${labelOf(name)}, calls/s`, ...cases.map((one) => number(median(one, "callsPerSecond")))],
    [
      "  p50 / p99",
      ...cases.map((one) => `${time(median(one, "p50Us") * 1000)} / ${time(median(one, "p99Us") * 1000)}`),
    ],
    ["  CPU per call, both sides", ...cases.map((one) => time(median(one, "cpuUsPerCall") * 1000))],
  ];
}

/** @param {CallsResult["stream"]} stream */
function formatStream({ bytes, measured }) {
  const rows = Object.entries(measured).map(([name, figures]) => {
    const ours = measured.rpcgen;
    const compared = ours === undefined || name === "rpcgen";
    return [
      labelOf(name),
      compared ? "" : ratio(ratioOf(ours.itemsPerSecond, figures.itemsPerSecond)),
      compared ? "" : ratio(ratioOf(figures.cpuUsPerItem, ours.cpuUsPerItem)),
      dim(`${number(spreadOf(figures.itemsPerSecond).median)}/s`),
      dim(`${time(spreadOf(figures.cpuUsPerItem).median * 1000)} CPU each`),
    ];
  });
  return formatTable([`server stream, ${bytes} B items`, "items/s", "CPU per item", "", ""], rows, widths);
}
