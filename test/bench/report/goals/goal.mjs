import { times } from "../format.mjs";

/**
 * What one Node reached: the figures of a run by part; undefined where it was not measured.
 * @typedef {object} Results
 * @property {import("../../codec/codec.mjs").CodecCase[] | undefined} [codec]
 * @property {import("../../calls/calls.mjs").CallsResult[] | undefined} [calls]
 * @property {import("../../calls/idle.mjs").IdleResult | undefined} [idle]
 * @property {import("../../calls/fair.mjs").FairResult | undefined} [fair]
 * @property {import("../../processes/processes.mjs").ProcessesResult | undefined} [processes]
 * @property {import("../../governance/part.mjs").GovernanceResult | undefined} [governance]
 * @property {import("../../compile/part.mjs").CompileResult | undefined} [compile]
 * @property {import("../../bundle/bundle.mjs").BundleResult | undefined} [bundle]
 */

/** A figure; `note`: what it was measured against, or what to compare it with. @typedef {import("../../measure/statistics.mjs").Spread & { readonly note?: string }} Reached */

/**
 * A figure that was reached and what it should be.
 * @typedef {object} Goal
 * @property {string} name
 * @property {"≥" | "≤"} bound
 * @property {number} limit
 * @property {Reached | undefined} reached undefined: not measured
 * @property {string} section heading in PROFILE.md of what stands in the way
 * @property {(value: number) => string} format
 */

/**
 * @param {string} name
 * @param {number} limit
 * @param {Reached | undefined} reached
 * @param {string} section
 * @param {(value: number) => string} format
 * @returns {Goal}
 */
export function atLeast(name, limit, reached, section, format = times) {
  return { name, bound: "≥", limit, reached, section, format };
}

/**
 * @param {string} name
 * @param {number} limit
 * @param {Reached | undefined} reached
 * @param {string} section
 * @param {(value: number) => string} format
 * @returns {Goal}
 */
export function atMost(name, limit, reached, section, format = times) {
  return { name, bound: "≤", limit, reached, section, format };
}

/** Whether the median is within the goal; undefined: not measured. @param {Goal} goal */
export function isMet({ bound, limit, reached }) {
  if (reached === undefined) return undefined;
  return bound === "≥" ? reached.median >= limit : reached.median <= limit;
}

/**
 * The one with the least median: against whom a goal about all peers is decided.
 * @param {readonly (Reached | undefined)[]} all
 * @returns {Reached | undefined}
 */
export function leastOf(all) {
  return all.filter((one) => one !== undefined).sort((one, other) => one.median - other.median)[0];
}
