import { fairContenders } from "../../calls/fair.mjs";
import { ratioOf, spreadOf } from "../../measure/statistics.mjs";
import { calls } from "../../processes/processes.mjs";
import { number, times } from "../format.mjs";
import { processesCase } from "../sheets.mjs";
import { atLeast, atMost } from "./goal.mjs";

/** @typedef {import("./goal.mjs").Results} Results */

/** Memory, fairness, cores and policies. @param {Results} results */
export function runtimeGoals({ idle, fair, processes, governance }) {
  return [
    atMost("idle connection, RSS of both sides", 30 * 1024, idleRss(idle), "Idle connections", kibibytes),
    atMost(
      "p99 of 32 B calls beside a transfer of 50 MB, of p99 alone",
      3,
      besideTransfer(fair),
      "Small calls beside a transfer",
    ),
    ...calls.map((call) =>
      atLeast(
        `two cores against one, ${processesCase(call)}`,
        1.8,
        secondCore(processes, call),
        "Two processes on one port",
      ),
    ),
    ...[100, 1].flatMap((inFlight) => [
      atMost(
        `CPU with all policies, ${inFlight} in flight, of none`,
        1.3,
        costOf(governance, inFlight, "all policies"),
        policies,
      ),
      atMost(
        `CPU without any, ${inFlight} in flight, of a build without governance`,
        1.03,
        costOf(governance, inFlight, "whole build, nothing used"),
        policies,
      ),
    ]),
  ];
}

const policies = "What policies cost";

/** @param {number} bytes */
function kibibytes(bytes) {
  return `${number(bytes / 1024)} KiB`;
}

/** @param {Results["idle"]} idle */
function idleRss(idle) {
  const ours = idle?.measured.rpcgen;
  return ours && spreadOf([ours.client.rssBytes + ours.server.rssBytes]);
}

/** @param {Results["fair"]} fair */
function besideTransfer(fair) {
  const p99 = (/** @type {string} */ name) => {
    const figures = fair?.measured[name];
    return figures && ratioOf(figures.beside.p99Us, figures.alone.p99Us);
  };
  const [ours, limit] = [p99("rpcgen"), p99("tcp-window")];
  return ours && { ...ours, ...(limit && { note: `${fairContenders["tcp-window"].label}: ${times(limit.median)}` }) };
}

/** @param {Results["processes"]} processes @param {(typeof calls)[number]} call */
function secondCore(processes, { bytes, workUs }) {
  const found = processes?.cases.find((one) => one.bytes === bytes && one.workUs === workUs);
  if (processes === undefined || found === undefined) return undefined;
  const { one, two } = processes.computing;
  return { ...ratioOf(found.two, found.one), note: `a loop without calls: ${times(ratioOf(two, one).median)}` };
}

/** @param {Results["governance"]} governance @param {number} inFlight @param {string} name */
function costOf(governance, inFlight, name) {
  const costs = governance?.find((one) => one.inFlight === inFlight)?.costs;
  const found = costs?.find((cost) => cost.name === name);
  return found && spreadOf(found.ratios);
}
