import { contenders } from "../codec/contenders/contender.mjs";
import { operations } from "../codec/codec.mjs";
import { ratioOf, spreadOf } from "../measure/statistics.mjs";
import { number, ratio, size, time } from "./format.mjs";
import { bold, dim } from "./style.mjs";
import { formatTable } from "./table.mjs";

/** @typedef {import("../codec/codec.mjs").CodecCase} CodecCase */

const titles = ["", "encode", "decode", "round trip", "relay", "bytes"];
const widths = [19, 18, 18, 18, 18, 16];

export const codecIntro = `${bold("Codec")}  ${dim("how many times faster rpcgen is than each peer: median of the rounds' ratios, min..max")}`;

/** The table of one payload. @param {CodecCase} one */
export function formatCase(one) {
  const { rpcgen, ...peers } = one.measured;
  const title = one.mixed ? `${one.payload} among other types` : one.payload;
  const rows = Object.entries(peers).map(([name, peer]) =>
    rpcgen === undefined ? absoluteRow(name, peer) : peerRow(name, peer, rpcgen),
  );
  if (rpcgen !== undefined) rows.push(absoluteRow("rpcgen", rpcgen).map(dim));
  if (one.mixed && rpcgen !== undefined) rows.push(...loneRow(one));
  return `  ${bold(title)} ${dim(`· ${one.about}`)}\n${formatTable(titles, rows, widths)}`;
}

/**
 * @param {string} name
 * @param {import("../codec/codec.mjs").Measured} peer
 * @param {import("../codec/codec.mjs").Measured} rpcgen
 */
function peerRow(name, peer, rpcgen) {
  const ratios = operations.map((operation) => ratio(ratioOf(peer.ns[operation], rpcgen.ns[operation])));
  return [contenders[name].label, ...ratios, `${number(rpcgen.bytes / peer.bytes)} of ${size(peer.bytes)}`];
}

/**
 * @param {string} name
 * @param {import("../codec/codec.mjs").Measured} measured
 */
function absoluteRow(name, measured) {
  const times = operations.map((operation) => time(spreadOf(measured.ns[operation]).median));
  return [contenders[name].label, ...times, size(measured.bytes)];
}

/** What the company of other types costs rpcgen: its time alone over its time among others. @param {CodecCase} mixed */
function loneRow({ measured, alone }) {
  if (alone === undefined) return [];
  const ratios = operations.map((operation) => ratio(ratioOf(alone.ns[operation], measured.rpcgen.ns[operation])));
  return [["against itself alone", ...ratios, ""]];
}
