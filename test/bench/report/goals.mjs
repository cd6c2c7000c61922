/** The goals that this run can judge, each with the figure it reached. */
import { ratioOf } from "../measure/statistics.mjs";
import { number } from "./format.mjs";
import { bold, dim, green, red } from "./style.mjs";
import { formatTable } from "./table.mjs";

/**
 * @typedef {object} Results
 * @property {import("../codec/codec.mjs").CodecCase[] | undefined} codec
 * @property {import("../calls/calls.mjs").CallsResult[] | undefined} calls
 * @property {import("../calls/idle.mjs").IdleResult | undefined} idle
 */

/**
 * A figure that was reached and what it should be at least; undefined where the run lacks one side.
 * @typedef {{ readonly goal: string, readonly atLeast: number, readonly reached: number | undefined }} Goal
 */

/** Those that the results can judge. @param {Results} results @returns {Goal[]} */
export function goalsOf(results) {
  const all = [...codecGoals(results.codec ?? []), ...callGoals(results.calls ?? []), ...idleGoals(results.idle)];
  return all.filter(({ reached }) => reached !== undefined);
}

/**
 * @param {Results} results
 * @returns {string}
 */
export function formatGoals(results) {
  const goals = goalsOf(results);
  if (goals.length === 0) return "";
  const rows = goals.map((goal) => [
    `${isReached(goal) ? green("✓") : red("✗")} ${goal.goal}`,
    bold(`${number(goal.reached ?? Number.NaN)}x`),
    dim(`>= ${number(goal.atLeast)}x`),
  ]);
  return `${bold("Goals")}\n${formatTable(["", "reached", "goal"], rows)}`;
}

/** @param {Goal} goal */
export function isReached({ reached = Number.NaN, atLeast }) {
  return reached >= atLeast;
}

/** @param {readonly import("../codec/codec.mjs").CodecCase[]} cases @returns {Goal[]} */
function codecGoals(cases) {
  const order = cases.find((one) => one.payload === "order" && !one.mixed);
  const others = cases.filter((one) => one.payload !== "order");
  const mixed = cases.find((one) => one.mixed);
  return [
    { goal: "order, encode, best peer", atLeast: 1.6, reached: againstBest(order, "encode") },
    { goal: "order, decode, best peer", atLeast: 1.2, reached: againstBest(order, "decode") },
    { goal: "order, round trip, best peer", atLeast: 2, reached: againstBest(order, "roundTrip") },
    {
      goal: "order, round trip, protobufjs static",
      atLeast: 2.5,
      reached: codecRatio(order, "protobufjs", "roundTrip"),
    },
    { goal: "order, round trip, ts-proto", atLeast: 3, reached: codecRatio(order, "ts-proto", "roundTrip") },
    { goal: "order, round trip, JSON", atLeast: 3, reached: codecRatio(order, "json", "roundTrip") },
    {
      goal: "order, round trip, @bufbuild/protobuf",
      atLeast: 4,
      reached: codecRatio(order, "protobuf-es", "roundTrip"),
    },
    ...others.map((one) => ({
      goal: `${one.payload}, round trip, best peer`,
      atLeast: 1,
      reached: againstBest(one, "roundTrip"),
    })),
    { goal: "order among other types, of its lone speed", atLeast: 0.7, reached: keptAmongOthers(order, mixed) },
  ];
}

/**
 * @param {import("../codec/codec.mjs").CodecCase | undefined} one
 * @param {string} peer
 * @param {string} operation
 */
function codecRatio(one, peer, operation) {
  const ours = one?.measured.rpcgen;
  const theirs = one?.measured[peer];
  return ours && theirs ? ratioOf(theirs.ns[operation], ours.ns[operation]).median : undefined;
}

/**
 * @param {import("../codec/codec.mjs").CodecCase | undefined} one
 * @param {string} operation
 */
function againstBest(one, operation) {
  const peers = Object.keys(one?.measured ?? {}).filter((name) => name !== "rpcgen");
  const ratios = peers.map((peer) => codecRatio(one, peer, operation)).filter((value) => value !== undefined);
  return ratios.length > 0 ? Math.min(...ratios) : undefined;
}

/**
 * @param {import("../codec/codec.mjs").CodecCase | undefined} lone
 * @param {import("../codec/codec.mjs").CodecCase | undefined} mixed
 */
function keptAmongOthers(lone, mixed) {
  const [alone, among] = [lone?.measured.rpcgen, mixed?.measured.rpcgen];
  return alone && among ? ratioOf(alone.ns.roundTrip, among.ns.roundTrip).median : undefined;
}

/** @param {readonly import("../calls/calls.mjs").CallsResult[]} results @returns {Goal[]} */
function callGoals(results) {
  const result = results.find(({ placement }) => placement === "one core");
  if (result === undefined) return [];
  const at = (/** @type {number} */ inFlight, bytes = 32) =>
    result.cases.find((one) => one.bytes === bytes && one.inFlight === inFlight)?.measured;
  const stream = result.stream.measured;
  return [
    {
      goal: "calls/s, 32 B, 64 in flight, @grpc/grpc-js",
      atLeast: 100,
      reached: ratioBetween(at(64), "grpc", "callsPerSecond"),
    },
    {
      goal: "calls/s, 32 B, 64 in flight, connect-node",
      atLeast: 300,
      reached: ratioBetween(at(64), "connect", "callsPerSecond"),
    },
    {
      goal: "calls/s, 32 B, 64 in flight, fastify + undici",
      atLeast: 40,
      reached: ratioBetween(at(64), "fastify", "callsPerSecond"),
    },
    { goal: "calls/s, 32 B, 64 in flight, best RPC peer", atLeast: 8, reached: againstBestPeer(at(64)) },
    {
      goal: "calls/s, 32 B, 1 in flight, @grpc/grpc-js",
      atLeast: 8,
      reached: ratioBetween(at(1), "grpc", "callsPerSecond"),
    },
    {
      goal: "p50, 32 B, 1 in flight, raw TCP echo",
      atLeast: 1 / 1.25,
      reached: inverse(ratioBetween(at(1), "tcp", "p50Us")),
    },
    {
      goal: "calls/s, 32 B, 64 in flight, raw TCP echo",
      atLeast: 0.25,
      reached: ratioBetween(at(64), "tcp", "callsPerSecond"),
    },
    {
      goal: "calls/s, 64 kB, 16 in flight, raw TCP echo",
      atLeast: 0.7,
      reached: ratioBetween(at(16, 65_536), "tcp", "callsPerSecond"),
    },
    { goal: "CPU per call, full, 64 in flight, @grpc/grpc-js", atLeast: 1 / 0.012, reached: fullCpu(at(64)) },
    {
      goal: "server stream items/s, 32 B, @grpc/grpc-js",
      atLeast: 12,
      reached:
        stream.rpcgen && stream.grpc
          ? ratioOf(stream.rpcgen.itemsPerSecond, stream.grpc.itemsPerSecond).median
          : undefined,
    },
  ];
}

/**
 * @param {import("../calls/calls.mjs").CallsCase["measured"] | undefined} measured
 * @param {string} peer
 * @param {keyof import("../calls/calls.mjs").MeasuredCalls} figure
 */
function ratioBetween(measured, peer, figure) {
  const [ours, theirs] = [measured?.rpcgen, measured?.[peer]];
  return ours && theirs ? ratioOf(ours[figure], theirs[figure]).median : undefined;
}

/** @param {number | undefined} value */
function inverse(value) {
  return value === undefined ? undefined : 1 / value;
}

/** @param {import("../calls/calls.mjs").CallsCase["measured"] | undefined} measured */
function fullCpu(measured) {
  const [ours, theirs] = [measured?.["rpcgen-full"], measured?.grpc];
  return ours && theirs ? ratioOf(theirs.cpuUsPerCall, ours.cpuUsPerCall).median : undefined;
}

/** @param {import("../calls/calls.mjs").CallsCase["measured"] | undefined} measured */
function againstBestPeer(measured = {}) {
  const peers = Object.keys(measured).filter((name) => name !== "tcp" && !name.startsWith("rpcgen"));
  const ratios = peers.map((peer) => ratioBetween(measured, peer, "callsPerSecond")).filter((one) => one !== undefined);
  return ratios.length > 0 ? Math.min(...ratios) : undefined;
}

/** @param {import("../calls/idle.mjs").IdleResult | undefined} idle @returns {Goal[]} */
function idleGoals(idle) {
  const rpcgen = idle?.measured.rpcgen;
  const reached = rpcgen && (30 * 1024) / (rpcgen.client.rssBytes + rpcgen.server.rssBytes);
  return [{ goal: "idle connection, both sides, 30 KiB of RSS", atLeast: 1, reached }];
}
