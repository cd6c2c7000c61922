/** Pieces of the page. */
/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 * @param {readonly boolean[]} [left] columns of words, by default the first
 */
export function table(head, rows, left = [true]) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (left[column] ? ":--" : "--:"))), ...rows.map(line)].join("\n");
}

/** Under a heading of the caller. @param {import("./sheet.mjs").Sheet} sheet */
export function sheetText({ about, head, rows }) {
  return `${about}\n\n${table(head, rows.map(emphasised))}`;
}

/** The row of rpcgen stands out. @param {readonly string[]} row */
export function emphasised([name = "", ...cells]) {
  return [name === "rpcgen" ? `**${name}**` : name, ...cells];
}

/** The fragment of a heading, as GitHub makes it. @param {string} heading */
export function fragmentOf(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
