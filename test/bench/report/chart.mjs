/** Horizontal bar charts as SVG: a row per contender, in it a bar per series. No library, the same text for the same figures. */

/**
 * @typedef {object} Chart
 * @property {string} title
 * @property {string} subtitle
 * @property {readonly string[]} series
 * @property {readonly { readonly label: string, readonly own: boolean, readonly values: readonly (number | undefined)[] }[]} rows
 *   values in the order of the series; `own` rows stand out
 * @property {(value: number) => string} format
 * @property {boolean} logarithmic
 */

const WIDTH = 860;
const LEFT = 176;
const RIGHT = 96;
const TOP = 92;
const BAR = 13;
const BAR_GAP = 3;
const ROW_GAP = 14;

const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
  .card { fill: #ffffff; stroke: #d1d9e0 }
  .title { font-size: 17px; font-weight: 600 }
  .note, .tick { fill: #59636e; font-size: 12px }
  .value { font-size: 11.5px; fill: #424a53; font-variant-numeric: tabular-nums }
  .own { font-weight: 600 }
  .grid { stroke: #e6eaef }
  .peer0 { fill: #b6c2cf } .peer1 { fill: #8593a3 }
  .own0 { fill: #5aa9f0 } .own1 { fill: #1668b8 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .card { fill: #0d1117; stroke: #30363d }
    .note, .tick { fill: #9198a1 }
    .value { fill: #c4ccd4 }
    .grid { stroke: #21262d }
    .peer0 { fill: #4b5663 } .peer1 { fill: #76828f }
    .own0 { fill: #1f6feb } .own1 { fill: #6cb6ff }
  }`;

/**
 * @param {Chart} chart
 * @returns {string}
 */
export function chartToSvg(chart) {
  const rowHeight = chart.series.length * (BAR + BAR_GAP) + ROW_GAP;
  const bottom = TOP + chart.rows.length * rowHeight;
  const height = bottom + 34;
  const scale = scaleOf(chart);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(chart.title)}">`,
    `<style>${style}\n</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="title" x="20" y="32">${escape(chart.title)}</text>`,
    `<text class="note" x="20" y="52">${escape(chart.subtitle)}</text>`,
    ...legend(chart),
    ...scale.ticks.flatMap((tick) => gridLine(scale.x(tick), bottom, tick === 0 ? "0" : chart.format(tick))),
    ...chart.rows.flatMap((row, index) => bars(row, TOP + index * rowHeight + ROW_GAP / 2, scale.x, chart)),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

/** @param {Chart} chart */
function legend({ series }) {
  return series.flatMap((name, index) => {
    const x = 20 + index * 110;
    return [
      `<rect class="peer${index}" x="${x}" y="66" width="6" height="11"/>`,
      `<rect class="own${index}" x="${x + 6}" y="66" width="6" height="11"/>`,
      `<text class="note" x="${x + 18}" y="76">${escape(name)}</text>`,
    ];
  });
}

/** @param {number} x @param {number} bottom @param {string} label */
function gridLine(x, bottom, label) {
  return [
    `<line class="grid" x1="${round(x)}" x2="${round(x)}" y1="${TOP}" y2="${bottom}"/>`,
    `<text class="tick" x="${round(x)}" y="${bottom + 18}" text-anchor="middle">${escape(label)}</text>`,
  ];
}

/**
 * @param {Chart["rows"][number]} row
 * @param {number} top
 * @param {(value: number) => number} x
 * @param {Chart} chart
 */
function bars({ label, own, values }, top, x, { format, series }) {
  const middle = top + (series.length * (BAR + BAR_GAP) - BAR_GAP) / 2;
  const name = `<text${own ? ' class="own"' : ""} x="${LEFT - 12}" y="${round(middle + 4.5)}" text-anchor="end">${escape(label)}</text>`;
  const drawn = values.flatMap((value, index) => {
    const y = top + index * (BAR + BAR_GAP);
    if (value === undefined) return [`<text class="value" x="${LEFT + 6}" y="${y + 10.5}">no figure</text>`];
    const width = Math.max(1, x(value) - LEFT);
    return [
      `<rect class="${own ? "own" : "peer"}${index}" x="${LEFT}" y="${y}" width="${round(width)}" height="${BAR}" rx="2"/>`,
      `<text class="value" x="${round(LEFT + width + 6)}" y="${y + 10.5}">${escape(format(value))}</text>`,
    ];
  });
  return [name, ...drawn];
}

/** @param {Chart} chart @returns {{ x: (value: number) => number, ticks: readonly number[] }} */
function scaleOf({ rows, logarithmic }) {
  const values = rows.flatMap((row) => row.values.filter((value) => value !== undefined));
  const largest = Math.max(...values);
  const room = WIDTH - LEFT - RIGHT;
  if (!logarithmic) {
    const step = niceStep(largest / 5);
    const ticks = Array.from({ length: Math.floor(largest / step) + 1 }, (_, index) => index * step);
    return { x: (value) => LEFT + (value / largest) * room, ticks };
  }
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.log10(largest);
  const ticks = Array.from({ length: Math.floor(last) - first + 1 }, (_, index) => 10 ** (first + index));
  return { x: (value) => LEFT + ((Math.log10(value) - first) / (last - first)) * room, ticks };
}

/** 1, 2 or 5 times a power of ten. @param {number} atLeast */
function niceStep(atLeast) {
  const unit = 10 ** Math.floor(Math.log10(atLeast));
  return unit * ([1, 2, 5].find((factor) => factor * unit >= atLeast) ?? 10);
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
