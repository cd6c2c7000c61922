/** The tables of the page that compare with peers: codec and calls. */
import { callContenders } from "../calls/contenders/contender.mjs";
import { operations } from "../codec/codec.mjs";
import { contenders } from "../codec/contenders/contender.mjs";
import { ratioOf, spreadOf } from "../measure/statistics.mjs";
import { namesIn } from "./calls-report.mjs";
import { number, size, time, times, withSpread } from "./format.mjs";
import { emphasised, table } from "./markdown.mjs";

/** @typedef {import("../calls/calls.mjs").CallsResult} CallsResult */

/** @param {import("../codec/codec.mjs").CodecCase} one */
export function codecSection({ payload, mixed, about, measured, alone }) {
  const rows = Object.entries(measured).map(([name, { ns, bytes }]) => {
    const cells = operations.map((operation) => {
      const median = time(spreadOf(ns[operation]).median);
      const ours = measured.rpcgen?.ns[operation];
      return name === "rpcgen" || ours === undefined
        ? median
        : `${median}<br>${withSpread(ratioOf(ns[operation], ours), times)}`;
    });
    return emphasised([contenders[name].label, ...cells, size(bytes)]);
  });
  if (alone !== undefined) {
    const times = operations.map((operation) => time(spreadOf(alone.ns[operation]).median));
    rows.unshift(["rpcgen, alone in its process", ...times, size(alone.bytes)]);
  }
  const title = `### ${mixed ? `${payload}, in a process that works with all other payloads too` : payload}`;
  return [title, `${about}.`, table(["", "encode", "decode", "round trip", "relay", "bytes"], rows)];
}

/** @param {CallsResult} result */
export function callsSections({ placement, cases, stream }) {
  const where = placement === "one core" ? "client and server share one core" : "the system places client and server";
  const sizes = [...new Set(cases.map(({ bytes }) => bytes))];
  const ofSize = (/** @type {number} */ bytes) => cases.filter((one) => one.bytes === bytes);
  return [
    ...sizes.flatMap((bytes) => [`### ${size(bytes)}, ${where}`, callsTable(ofSize(bytes))]),
    `### Server stream, ${size(stream.bytes)} items, ${where}`,
    streamTable(stream.measured),
  ];
}

/** @param {readonly import("../calls/calls.mjs").CallsCase[]} cases one per number in flight */
function callsTable(cases) {
  const rows = namesIn(cases).map((name) => {
    const cells = cases.map(({ measured, failed }) => {
      if (measured[name] === undefined) return `failed: ${failed[name]}`;
      const { callsPerSecond, p50Us, p99Us, cpuUsPerCall } = measured[name];
      const ours = measured.rpcgen?.callsPerSecond;
      const compared = ours !== undefined && name !== "rpcgen";
      return [
        `${number(spreadOf(callsPerSecond).median)}/s${compared ? ` · ${withSpread(ratioOf(ours, callsPerSecond), times)}` : ""}`,
        `${us(p50Us)} / ${us(p99Us)}`,
        `${us(cpuUsPerCall)} CPU`,
      ].join("<br>");
    });
    return emphasised([callContenders[name].label, ...cells]);
  });
  const head = [
    "calls/s · ratio<br>p50 / p99<br>CPU of both per call",
    ...cases.map((one) => `${one.inFlight} in flight`),
  ];
  return table(head, rows);
}

/** @param {CallsResult["stream"]["measured"]} measured */
function streamTable(measured) {
  const rows = Object.entries(measured).map(([name, { itemsPerSecond, cpuUsPerItem }]) => {
    const ours = measured.rpcgen?.itemsPerSecond;
    const compared = ours !== undefined && name !== "rpcgen";
    return emphasised([
      callContenders[name].label,
      `${number(spreadOf(itemsPerSecond).median)}/s`,
      compared ? withSpread(ratioOf(ours, itemsPerSecond), times) : "",
      us(cpuUsPerItem),
    ]);
  });
  return table(["", "items/s", "ratio", "CPU of both per item"], rows);
}

/** @param {readonly number[]} samples microseconds */
function us(samples) {
  return time(spreadOf(samples).median * 1000);
}
