/**
 * Several measurements of one thing.
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/**
 * @param {readonly number[]} samples at least one
 * @returns {Spread}
 */
export function spreadOf(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * Ratios are taken within a round, where both sides met the same machine, and only then summarised.
 * @param {readonly number[]} numerators one per round
 * @param {readonly number[]} denominators one per round
 * @returns {Spread}
 */
export function ratioOf(numerators, denominators) {
  return spreadOf(numerators.map((value, round) => value / denominators[round]));
}

/**
 * @param {Float64Array} sorted ascending
 * @param {number} quantile 0..1
 */
export function quantileOf(sorted, quantile) {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))];
}
