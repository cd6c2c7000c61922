import type { Sample } from "./sample.js";
import { summarise } from "./sample.js";

/** A stretch of time with a name. */
export interface Period {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

const width = 1_200;
const margin = { left: 70, right: 20, top: 70 } as const;
const panelHeight = 150;
const gap = 45;
const stepMs = 200;

interface Line {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly isLogarithmic?: boolean;
}

/** Goodput, errors and latency over time, as an SVG. */
export function drawChart(samples: readonly Sample[], periods: readonly Period[], title: string): string {
  const fromMs = periods[0]?.fromMs ?? 0;
  const untilMs = Math.max(periods.at(-1)?.untilMs ?? 1, fromMs + stepMs);
  const steps = Array.from({ length: Math.floor((untilMs - fromMs) / stepMs) }, (_, index) =>
    summarise(samples, fromMs + index * stepMs, fromMs + (index + 1) * stepMs),
  );
  const panels: readonly Panel[] = [
    {
      title: "calls a second",
      lines: [
        { name: "answered", color: "#1a7f5a", values: steps.map(({ goodput }) => goodput) },
        { name: "refused", color: "#d08700", values: steps.map(({ refused, seconds }) => refused / seconds) },
      ],
    },
    {
      title: "failed calls a second",
      lines: [
        { name: "failed", color: "#c62828", values: steps.map(({ failures, seconds }) => failures.length / seconds) },
      ],
    },
    {
      title: "milliseconds (logarithmic)",
      isLogarithmic: true,
      lines: [
        { name: "p50", color: "#2563b0", values: steps.map(({ p50Ms }) => p50Ms) },
        { name: "p99", color: "#8e44ad", values: steps.map(({ p99Ms }) => p99Ms) },
      ],
    },
  ];
  const height = margin.top + panels.length * (panelHeight + gap);
  const x = (atMs: number): number =>
    margin.left + ((atMs - fromMs) / (untilMs - fromMs)) * (width - margin.left - margin.right);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(margin.left, 24, title, 'font-size="16" font-weight="bold"'),
    ...periods.flatMap((period, index) => drawPeriod(period, index, x, height)),
    ...panels.flatMap((panel, index) =>
      drawPanel(panel, margin.top + index * (panelHeight + gap) + 20, (step) => x(fromMs + (step + 0.5) * stepMs)),
    ),
    "</svg>",
    "",
  ].join("\n");
}

/** Names stand on two levels, so that those of short periods do not meet. */
function drawPeriod(
  { name, fromMs, untilMs }: Period,
  index: number,
  x: (atMs: number) => number,
  height: number,
): string[] {
  const left = x(fromMs);
  const fill = index % 2 === 0 ? "#f3f5f8" : "#fff";
  return [
    `<rect x="${round(left)}" y="${margin.top - 26}" width="${round(x(untilMs) - left)}" height="${height - margin.top + 10}" fill="${fill}"/>`,
    text(left + 4, margin.top - 12 + (index % 2) * 14, name, 'fill="#444"'),
  ];
}

function drawPanel({ title, lines, isLogarithmic = false }: Panel, top: number, x: (step: number) => number): string[] {
  const most = Math.max(...lines.flatMap(({ values }) => values), 1);
  const { limit, marks } = isLogarithmic ? logarithmicScale(most) : linearScale(most);
  const part = (value: number): number =>
    isLogarithmic ? Math.log10(Math.max(value, 1)) / Math.log10(limit) : value / limit;
  const y = (value: number): number => top + panelHeight - part(value) * panelHeight;
  return [
    ...marks.flatMap((value) => [
      `<line x1="${margin.left}" x2="${width - margin.right}" y1="${round(y(value))}" y2="${round(y(value))}" stroke="#ccd2da" stroke-width="0.7"/>`,
      text(margin.left - 6, y(value) + 4, value.toLocaleString("en"), 'text-anchor="end" fill="#666"'),
    ]),
    text(margin.left, top + panelHeight + 18, title, 'fill="#222"'),
    ...lines.flatMap(({ name, color, values }, index) => [
      `<polyline fill="none" stroke="${color}" stroke-width="1.8" stroke-linejoin="round" points="${values.map((value, step) => `${round(x(step))},${round(y(value))}`).join(" ")}"/>`,
      text(
        width - margin.right - 90 * (lines.length - 1 - index),
        top + panelHeight + 18,
        `— ${name}`,
        `text-anchor="end" fill="${color}"`,
      ),
    ]),
  ];
}

interface Scale {
  readonly limit: number;
  readonly marks: readonly number[];
}

function linearScale(most: number): Scale {
  if (most <= 1) return { limit: 1, marks: [0, 1] };
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [0.2, 0.5, 1, 2].map((factor) => factor * power).find((size) => most / size <= 5) ?? power;
  const count = Math.ceil(most / step);
  return { limit: count * step, marks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

function logarithmicScale(most: number): Scale {
  const powers = Math.max(1, Math.ceil(Math.log10(most)));
  return { limit: 10 ** powers, marks: Array.from({ length: powers + 1 }, (_, index) => 10 ** index) };
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}
