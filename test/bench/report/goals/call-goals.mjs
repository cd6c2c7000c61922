import { callContenders } from "../../calls/contenders/contender.mjs";
import { ratioOf } from "../../measure/statistics.mjs";
import { number } from "../format.mjs";
import { atLeast, atMost, leastOf } from "./goal.mjs";

/** @typedef {import("../../calls/calls.mjs").CallsCase["measured"] | undefined} Measured by contender */
/** @typedef {import("./goal.mjs").Reached} Reached */

const section = "What is left of a call";

/** @param {import("./goal.mjs").Results} results */
export function callGoals({ calls = [] }) {
  const result = calls.find(({ placement }) => placement === "one core");
  /** @returns {Measured} */
  const at = (/** @type {number} */ inFlight, bytes = 32) =>
    result?.cases.find((one) => one.bytes === bytes && one.inFlight === inFlight)?.measured;
  const rate = (/** @type {Measured} */ measured, /** @type {string} */ peer) =>
    ratioTo(measured, peer, "callsPerSecond");
  const full = (/** @type {number} */ part) => `${number(part * 100)} %`;
  return [
    atLeast("calls/s, 32 B, 64 in flight, @grpc/grpc-js", 100, rate(at(64), "grpc"), section),
    atLeast("calls/s, 32 B, 64 in flight, connect-node", 300, rate(at(64), "connect"), section),
    atLeast("calls/s, 32 B, 64 in flight, fastify + undici", 40, rate(at(64), "fastify"), section),
    atLeast("calls/s, 32 B, 64 in flight, best RPC peer", 8, againstBestPeer(at(64)), section),
    atLeast("calls/s, 32 B, 1 in flight, @grpc/grpc-js", 8, rate(at(1), "grpc"), section),
    atMost("p50, 32 B, 1 in flight, of raw TCP echo", 1.25, ratioTo(at(1), "tcp", "p50Us"), section),
    atLeast("calls/s, 32 B, 64 in flight, of raw TCP echo", 0.25, rate(at(64), "tcp"), section),
    atLeast("calls/s, 64 kB, 16 in flight, of raw TCP echo", 0.7, rate(at(16, 65_536), "tcp"), section),
    atMost("CPU per call, full, 64 in flight, of @grpc/grpc-js", 0.012, fullCpu(at(64)), section, full),
    atLeast("server stream items/s, 32 B, @grpc/grpc-js", 12, streamRatio(result?.stream.measured), section),
  ];
}

/**
 * Our figure over that of a peer.
 * @param {Measured} measured
 * @param {string} peer
 * @param {keyof import("../../calls/calls.mjs").MeasuredCalls} figure
 * @returns {Reached | undefined}
 */
function ratioTo(measured, peer, figure) {
  const [ours, theirs] = [measured?.rpcgen, measured?.[peer]];
  return ours && theirs ? ratioOf(ours[figure], theirs[figure]) : undefined;
}

/** @param {Measured} measured */
function fullCpu(measured) {
  const [ours, theirs] = [measured?.["rpcgen-full"], measured?.grpc];
  return ours && theirs ? ratioOf(ours.cpuUsPerCall, theirs.cpuUsPerCall) : undefined;
}

/** @param {Measured} measured */
function againstBestPeer(measured = {}) {
  const peers = Object.keys(measured).filter((name) => name !== "tcp" && !name.startsWith("rpcgen"));
  return leastOf(
    peers.map((peer) => {
      const ratio = ratioTo(measured, peer, "callsPerSecond");
      return ratio && { ...ratio, note: callContenders[peer].label };
    }),
  );
}

/** @param {import("../../calls/calls.mjs").CallsResult["stream"]["measured"] | undefined} measured */
function streamRatio(measured) {
  const [ours, theirs] = [measured?.rpcgen, measured?.grpc];
  return ours && theirs ? ratioOf(ours.itemsPerSecond, theirs.itemsPerSecond) : undefined;
}
