/** The tables of all parts but codec and calls, whose tables differ between terminal and page. */
import { callContenders } from "../calls/contenders/contender.mjs";
import { fairContenders } from "../calls/fair.mjs";
import { ratioOf, spreadOf } from "../measure/statistics.mjs";
import { kilobytes, number, size, time, times, withSpread } from "./format.mjs";

/** @typedef {import("./sheet.mjs").Sheet} Sheet */

/** @param {import("../calls/idle.mjs").IdleResult} result @returns {Sheet} */
export function idleSheet({ connections, measured }) {
  const kib = (/** @type {number} */ bytes) => number(Math.max(0, bytes) / 1024);
  return {
    title: "Idle connections",
    about: `KiB for each of ${connections} open connections, after one call on it and a garbage collection; heap: used heap and external memory.`,
    head: ["KiB per connection", "RSS, client", "RSS, server", "heap, client", "heap, server"],
    rows: Object.entries(measured).map(([name, { client, server }]) => [
      callContenders[name].label,
      kib(client.rssBytes),
      kib(server.rssBytes),
      kib(client.heapBytes),
      kib(server.heapBytes),
    ]),
  };
}

/** @param {import("../governance/part.mjs").GovernanceResult} result @returns {Sheet} */
export function governanceSheet(result) {
  const names = result[0]?.costs.map(({ name, against }) => ({ name, against })) ?? [];
  return {
    title: "Governance",
    about:
      "CPU of client and server, empty messages over loopback, a process for each set of policies, made anew three times; ratios to a call without any policy, formed within a round.",
    head: ["", ...result.flatMap(({ inFlight }) => [`${inFlight} in flight`, "ratio"])],
    rows: names.map(({ name, against }) => {
      const cells = result.flatMap(({ costs }) => {
        const cost = costs.find((one) => one.name === name);
        return [time(spreadOf(cost?.ns ?? []).median), withSpread(spreadOf(cost?.ratios ?? []), hundredths)];
      });
      return [against === "none" || against === name ? name : `${name}, against ${against}`, ...cells];
    }),
  };
}

/** @param {number} things */
function count(things) {
  return Math.round(things).toLocaleString("en");
}

/** @param {number} value */
function hundredths(value) {
  return value.toFixed(2);
}

/** @param {import("../calls/fair.mjs").FairResult} result @returns {Sheet} */
export function fairSheet({ items, itemBytes, measured }) {
  const us = (/** @type {readonly number[]} */ samples) => time(spreadOf(samples).median * 1_000);
  return {
    title: "Small calls beside a transfer",
    about: `Calls of 32 B one after the other, alone and beside a stream of ${items} items of ${itemBytes / 1024} KiB (${number((items * itemBytes) / 1e6)} MB) on the same connection; ratios within a round.`,
    head: ["", "p99, ratio", "p50, ratio", "p99 alone", "p99 beside it", "calls beside it", "transfer"],
    rows: Object.entries(measured).map(([name, { alone, beside, megabytesPerSecond }]) => [
      fairContenders[name].label,
      withSpread(ratioOf(beside.p99Us, alone.p99Us), times),
      withSpread(ratioOf(beside.p50Us, alone.p50Us), times),
      us(alone.p99Us),
      us(beside.p99Us),
      count(spreadOf(beside.calls).median),
      `${number(spreadOf(megabytesPerSecond).median)} MB/s`,
    ]),
  };
}

/** @param {import("../processes/processes.mjs").ProcessesResult} result @returns {Sheet} */
export function processesSheet({ inFlight, cases, computing }) {
  const row = (/** @type {string} */ name, /** @type {{ one: number[], two: number[] }} */ { one, two }) => [
    name,
    `${number(spreadOf(one).median)}/s`,
    `${number(spreadOf(two).median)}/s`,
    withSpread(ratioOf(two, one), times),
  ];
  return {
    title: "Several processes on one port",
    about: `Calls per second of a server of two processes with two clients on two cores, against one of each on one core; ${inFlight} calls in flight per client. The last row is a loop without calls: what the second core of this machine is worth.`,
    head: ["", "one core", "two cores", "ratio"],
    rows: [...cases.map((one) => row(processesCase(one), one)), row("a loop, in turns", computing)],
  };
}

/** @param {{ readonly bytes: number, readonly workUs: number }} call */
export function processesCase({ bytes, workUs }) {
  return `${size(bytes)}${workUs > 0 ? `, a handler of ${workUs} µs` : ""}`;
}

/** @param {import("../compile/part.mjs").CompileResult} result @returns {Sheet} */
export function compileSheet({ size: { files, messages }, samples }) {
  const base = samples["rpcgen, cold"];
  return {
    title: "Compile speed",
    about: `${count(files * messages)} messages in ${files} files, time of the whole process; ratios to "rpcgen, cold" within a round.`,
    head: ["", "time", "ratio"],
    rows: Object.entries(samples).map(([name, ms]) => [
      name,
      withSpread(spreadOf(ms), (value) => time(value * 1e6)),
      base === undefined || base === ms ? "" : withSpread(ratioOf(ms, base), times),
    ]),
  };
}

/** What the entries of a bundle are, in words. @type {Readonly<Record<string, string>>} */
const bundles = {
  service: "client and one service of unary methods",
  streams: "client and one service with streams",
  everything: "client with everything and one service (`@rpcgen/runtime/client`)",
  messages: "messages without a client",
};

/** @param {import("../bundle/bundle.mjs").BundleResult} result @returns {Sheet} */
export function bundleSheet(result) {
  return {
    title: "Bundles for browsers",
    about: "By esbuild with `minify`, from the sources; kB are 1,000 bytes.",
    head: ["", "minified", "gzip"],
    rows: Object.entries(result).map(([name, { minifiedBytes, gzipBytes }]) => [
      bundles[name] ?? name,
      kilobytes(minifiedBytes),
      kilobytes(gzipBytes),
    ]),
  };
}
