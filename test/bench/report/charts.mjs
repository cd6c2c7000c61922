/** The charts of the page. */
import { callContenders } from "../calls/contenders/contender.mjs";
import { contenders } from "../codec/contenders/contender.mjs";
import { spreadOf } from "../measure/statistics.mjs";
import { chartToSvg } from "./chart.mjs";
import { number, time } from "./format.mjs";

/** @typedef {import("../bench.mjs").Run} Run */

/** What an SVG of the page is called, and what it shows. @typedef {{ readonly file: string, readonly alt: string, readonly svg: string }} PageChart */

/** Those that the runs have figures for. @param {readonly Run[]} runs @param {(run: Run) => string} titleOf @returns {PageChart[]} */
export function chartsOf(runs, titleOf) {
  return [codecChart(runs, titleOf), callsChart(runs, titleOf)].filter((chart) => chart !== undefined);
}

/** @param {readonly Run[]} runs @param {(run: Run) => string} titleOf @returns {PageChart | undefined} */
function codecChart(runs, titleOf) {
  const cases = runs.map(({ codec }) => codec?.find(({ payload, mixed }) => payload === "order" && !mixed)?.measured);
  const rows = rowsOf(contenders, cases, ({ ns }) => spreadOf(ns.roundTrip).median);
  if (rows.length === 0) return undefined;
  const title = "Codec: encode and decode an order";
  const subtitle =
    "Time of a round trip of a 15-field message, each contender alone in its process. Shorter is better.";
  const svg = chartToSvg({ title, subtitle, series: runs.map(titleOf), rows, format: time, logarithmic: false });
  return { file: "results-codec.svg", alt: "Time of a round trip of the order, per codec", svg };
}

/** @param {readonly Run[]} runs @param {(run: Run) => string} titleOf @returns {PageChart | undefined} */
function callsChart(runs, titleOf) {
  const cases = runs.map(({ calls }) => mainCase(calls)?.measured);
  const rows = rowsOf(callContenders, cases, ({ callsPerSecond }) => spreadOf(callsPerSecond).median).reverse();
  if (rows.length === 0) return undefined;
  const onOneCore = runs.every(({ calls }) => calls === undefined || mainResult(calls)?.placement === "one core");
  const title = `Calls per second: 32 B, 64 in flight${onOneCore ? ", client and server on one core" : ""}`;
  const subtitle = "A logarithmic scale: each line is ten times the one before. Longer is better.";
  const svg = chartToSvg({ title, subtitle, series: runs.map(titleOf), rows, format: number, logarithmic: true });
  return { file: "results-calls.svg", alt: "Calls per second, per RPC system", svg };
}

/** @param {readonly import("../calls/calls.mjs").CallsResult[] | undefined} results */
function mainCase(results) {
  return mainResult(results)?.cases.find(({ bytes, inFlight }) => bytes === 32 && inFlight === 64);
}

/** @param {readonly import("../calls/calls.mjs").CallsResult[] | undefined} results */
function mainResult(results) {
  return results?.find(({ placement }) => placement === "one core") ?? results?.[0];
}

/**
 * A row for each contender that took part in any run, the smallest first.
 * @template Figures
 * @param {Readonly<Record<string, { readonly label: string }>>} known
 * @param {readonly (Readonly<Record<string, Figures>> | undefined)[]} cases one per run
 * @param {(figures: Figures) => number} valueOf
 */
function rowsOf(known, cases, valueOf) {
  const valueIn = (/** @type {Readonly<Record<string, Figures>> | undefined} */ measured, /** @type {string} */ name) =>
    measured?.[name] && valueOf(measured[name]);
  const rows = Object.entries(known).map(([name, { label }]) => ({
    label,
    own: name.startsWith("rpcgen"),
    values: cases.map((measured) => valueIn(measured, name)),
  }));
  const taking = rows.filter(({ values }) => values.some((value) => value !== undefined));
  const last = (/** @type {(typeof rows)[number]} */ row) => row.values.findLast((value) => value !== undefined) ?? 0;
  return taking.sort((one, other) => last(one) - last(other));
}
