import { dim, widthOf } from "./style.mjs";

/**
 * Rows of cells under a head, the first column to the left, all others to the right.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 * @param {readonly number[]} [minWidths] per column, to keep several tables in line
 * @returns {string}
 */
export function formatTable(head, rows, minWidths = []) {
  const widths = head.map((_, column) =>
    Math.max(minWidths[column] ?? 0, ...[head, ...rows].map((row) => widthOf(row[column] ?? ""))),
  );
  const line = (/** @type {readonly string[]} */ row) =>
    `  ${row.map((cell, column) => pad(cell, widths[column], column > 0)).join("   ")}`.trimEnd();
  return [line(head.map(dim)), ...rows.map(line)].join("\n");
}

/**
 * @param {string} text
 * @param {number} width
 * @param {boolean} right
 */
function pad(text, width, right) {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}
