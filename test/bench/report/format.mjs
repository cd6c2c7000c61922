import { bold, dim, green, red } from "./style.mjs";

/** Three significant digits, thousands grouped: `0.42`, `2.61`, `538`, `12,300`. @param {number} value */
export function number(value) {
  if (!Number.isFinite(value)) return "-";
  if (value >= 1000) return grouped(value);
  if (value >= 100) return value.toFixed(0);
  return value >= 10 || value === 0 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {number} value */
function grouped(value) {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return (Math.round(value / unit) * unit).toLocaleString("en");
}

/** A time with the unit that suits it. @param {number} ns */
export function time(ns) {
  if (ns < 1000) return `${number(ns)} ns`;
  return ns < 1e6 ? `${number(ns / 1e3)} µs` : `${number(ns / 1e6)} ms`;
}

/** @param {number} bytes */
export function size(bytes) {
  return `${bytes.toLocaleString("en")} B`;
}

/**
 * `2.61x 2.50..2.80`: the median and what the rounds differed by. Green and red mark what is beyond the noise.
 * @param {import("../measure/statistics.mjs").Spread} spread more is better
 */
export function ratio({ median, min, max }) {
  const text = `${number(median)}x`;
  const noise = dim(`${number(min)}..${number(max)}`.padStart(11));
  if (min > 1) return `${bold(green(text))} ${noise}`;
  return `${max < 1 ? bold(red(text)) : bold(text)} ${noise}`;
}

/** @param {number} value */
export function times(value) {
  return `${number(value)}×`;
}

/** @param {number} bytes */
export function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/**
 * `2.61× (2.50–2.80)`; without brackets where there is one round.
 * @param {import("../measure/statistics.mjs").Spread} spread
 * @param {(value: number) => string} format
 */
export function withSpread(spread, format) {
  const range = rangeText(spread, format);
  return range === "" ? format(spread.median) : `${format(spread.median)} (${range})`;
}

/**
 * Least and greatest; empty where there is one round.
 * @param {import("../measure/statistics.mjs").Spread} spread
 * @param {(value: number) => string} format
 */
export function rangeText({ min, max }, format) {
  const short = format === times ? number : format;
  return min === max ? "" : `${short(min)}–${short(max)}`;
}
