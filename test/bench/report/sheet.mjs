import { bold, dim } from "./style.mjs";
import { formatTable } from "./table.mjs";

/** A table of plain text with its title, which the terminal and the page show alike. @typedef {{ readonly title: string, readonly about: string, readonly head: readonly string[], readonly rows: readonly (readonly string[])[] }} Sheet */

/** For a terminal. @param {Sheet} sheet @returns {string} */
export function formatSheet({ title, about, head, rows }) {
  return `${bold(title)}  ${dim(about)}\n${formatTable(head, rows)}`;
}
