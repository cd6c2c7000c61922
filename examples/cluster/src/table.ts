import type { Finding } from "./phases.js";
import type { Summary } from "./sample.js";

const isTerminal = process.stdout.isTTY;
const isColored = isTerminal && process.env["NO_COLOR"] === undefined;
const paint = (code: number, text: string): string => (isColored ? `\u001b[${code}m${text}\u001b[0m` : text);

/** Below that many columns a line would not fit, and not be written over. */
const leastColumns = 104;

/** Prints a line for each phase; in a terminal the line of the current one is alive. */
export interface Table {
  title(text: string): void;
  /** What a phase has shown so far. Only in terminals. */
  live(name: string, summary: Summary): void;
  /** What it has shown in all. */
  row(name: string, summary: Summary, findings: readonly Finding[]): void;
  end(text: string, isGood: boolean): void;
}

export function createTable(instances: readonly string[]): Table {
  const heading = [
    "phase".padEnd(nameWidth),
    ...["calls/s", "failed", "refused", "p50 ms", "p99 ms"].map((text) => text.padStart(columnWidth)),
    ...instances.map((text) => `${text} %`.padStart(columnWidth - 1)),
  ].join("");

  function line(mark: string, name: string, summary: Summary): string {
    const failed = String(summary.failures.length).padStart(columnWidth);
    const cells = [summary.refused, summary.p50Ms, summary.p99Ms].map(number);
    const shares = instances.map((instance) => bar(summary.share(instance)));
    return [
      `${mark} ${name.padEnd(nameWidth - 2)}${number(summary.goodput)}`,
      summary.failures.length > 0 ? paint(31, failed) : failed,
      ...cells,
      ...shares,
    ].join("");
  }

  return {
    title: (text) => console.log(`\n${paint(1, text)}\n\n${paint(2, heading)}`),
    live(name, summary) {
      if (isTerminal && process.stdout.columns >= leastColumns)
        process.stdout.write(`\r\u001b[K${line(paint(36, "•"), name, summary)}`);
    },
    row(name, summary, findings) {
      const isGood = findings.every(({ holds }) => holds);
      const texts = findings.map(({ text, holds }) => (holds ? text : paint(31, `NOT: ${text}`))).join(" · ");
      const start = isTerminal ? "\r\u001b[K" : "";
      const separator = isTerminal ? "\n    " : "   ";
      console.log(`${start}${line(mark(isGood), name, summary)}${separator}${isTerminal ? paint(2, texts) : texts}`);
    },
    end: (text, isGood) => console.log(`\n${mark(isGood)} ${text}`),
  };
}

const nameWidth = 26;
const columnWidth = 8;
const bars = " ▁▂▃▄▅▆▇█";

function mark(isGood: boolean): string {
  return isGood ? paint(32, "✓") : paint(31, "✗");
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en").padStart(columnWidth);
}

/** `▄21`: an even share of five fills half of the height. */
function bar(share: number): string {
  const height = Math.min(bars.length - 1, Math.ceil(share * 20));
  const text = String(Math.round(share * 100)).padStart(2);
  return `${" ".repeat(columnWidth - 4)}${paint(36, bars[height] ?? " ")}${text}`;
}
