import { contenders } from "../../codec/contenders/contender.mjs";
import { payloads } from "../../codec/payloads.mjs";
import { ratioOf } from "../../measure/statistics.mjs";
import { atLeast, leastOf } from "./goal.mjs";

/** @typedef {import("../../codec/codec.mjs").CodecCase} CodecCase */
/** @typedef {import("./goal.mjs").Reached} Reached */

const bestPeer = "Codec against the best peer";
const others = Object.keys(payloads).filter((payload) => payload !== "order");
/** What "in most" means for payloads beside the order. */
const FASTER = 1.5;

/** @param {import("./goal.mjs").Results} results */
export function codecGoals({ codec = [] }) {
  const lone = (/** @type {string} */ payload) => codec.find((one) => one.payload === payload && !one.mixed);
  const order = lone("order");
  const against = (/** @type {string} */ peer) => codecRatio(order, peer, "roundTrip");
  const best = others.map((payload) => againstBest(lone(payload), "roundTrip"));
  return [
    atLeast("order, encode, best peer", 1.6, againstBest(order, "encode"), bestPeer),
    atLeast("order, decode, best peer", 1.2, againstBest(order, "decode"), bestPeer),
    atLeast("order, round trip, best peer", 2, againstBest(order, "roundTrip"), bestPeer),
    atLeast("order, round trip, protobufjs static", 2.5, against("protobufjs"), bestPeer),
    atLeast("order, round trip, ts-proto", 3, against("ts-proto"), bestPeer),
    atLeast("order, round trip, JSON", 3, against("json"), bestPeer),
    atLeast("order, round trip, @bufbuild/protobuf", 4, against("protobuf-es"), bestPeer),
    ...others.map((payload, index) => atLeast(`${payload}, round trip, best peer`, 1, best[index], bestPeer)),
    atLeast(
      `payloads beside the order that are ${FASTER} times as fast as the best peer`,
      Math.floor(others.length / 2) + 1,
      countOf(best),
      bestPeer,
      (count) => `${count} of ${others.length}`,
    ),
    atLeast(
      "order among other types, of its speed alone",
      0.7,
      keptAmongOthers(codec.find(({ mixed }) => mixed)),
      "All types in one process",
    ),
  ];
}

/**
 * How many times our time a peer takes.
 * @param {CodecCase | undefined} one
 * @param {string} peer
 * @param {string} operation
 * @returns {Reached | undefined}
 */
function codecRatio(one, peer, operation) {
  const ours = one?.measured.rpcgen;
  const theirs = one?.measured[peer];
  return ours && theirs ? ratioOf(theirs.ns[operation], ours.ns[operation]) : undefined;
}

/**
 * @param {CodecCase | undefined} one
 * @param {string} operation
 */
function againstBest(one, operation) {
  const peers = Object.keys(one?.measured ?? {}).filter((name) => name !== "rpcgen");
  const ratios = peers.map((peer) => {
    const ratio = codecRatio(one, peer, operation);
    return ratio && { ...ratio, note: contenders[peer].label };
  });
  return leastOf(ratios);
}

/** @param {readonly (Reached | undefined)[]} best @returns {Reached | undefined} undefined: not all were measured */
function countOf(best) {
  if (best.some((one) => one === undefined)) return undefined;
  const count = best.filter((one) => one !== undefined && one.median >= FASTER).length;
  return { median: count, min: count, max: count };
}

/** @param {CodecCase | undefined} mixed */
function keptAmongOthers(mixed) {
  const [alone, among] = [mixed?.alone, mixed?.measured.rpcgen];
  return alone && among ? ratioOf(alone.ns.roundTrip, among.ns.roundTrip) : undefined;
}
