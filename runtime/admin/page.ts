import { createHash } from "node:crypto";
import type { Plain } from "./plain.ts";

/** A part of the page. */
export interface Section {
  /** Where the same is as JSON: `/calls`. */
  readonly path: string;
  readonly title: string;
  readonly content: Plain;
}

const style = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin: 2rem 0 .4rem; }
h2 a { font-weight: normal; margin-left: .5rem; }
nav a { margin-right: .8rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid color-mix(in srgb, currentColor 22%, transparent); padding: .2rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: color-mix(in srgb, currentColor 8%, transparent); font-weight: 600; overflow-wrap: normal; white-space: nowrap; }
th.name { width: 1%; }
td table { width: auto; } td td, td th { border: 0; background: none; padding: 0 .8rem 0 0; }
p.none { margin: .2rem 0; opacity: .65; }
`;

/** What a browser may do with the page: show it in this style. No script, no frame, no form, nothing from elsewhere. */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page: each section as a table. */
export function page(title: string, sections: readonly Section[]): string {
  const links = sections.map(({ path, title: name }) => `<a href="#${escape(path.slice(1))}">${escape(name)}</a>`);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escape(title)}</title><style>${style}</style></head><body><h1>${escape(title)}</h1>`,
    `<nav>${links.join("")}</nav>`,
    ...sections.map(
      ({ path, title: name, content }) =>
        `<section id="${escape(path.slice(1))}"><h2>${escape(name)}<a href="${escape(path)}">JSON</a></h2>${show(content)}</section>`,
    ),
    "</body></html>\n",
  ].join("\n");
}

function show(value: Plain): string {
  if (value === null || value === "") return none;
  if (typeof value !== "object") return escape(String(value));
  if (isList(value)) return value.length === 0 ? none : showList(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return none;
  return `<table>${entries.map(([name, inner]) => row(`<th class="name">${escape(name)}</th>`, cell("td", show(inner)))).join("")}</table>`;
}

/** Objects become rows under the names that any of them has. */
function showList(items: readonly Plain[]): string {
  const names = new Set<string>();
  for (const item of items) if (isRecord(item)) for (const name of Object.keys(item)) names.add(name);
  if (names.size === 0) return items.map(show).join("<br>");
  const head = row(...[...names].map((name) => cell("th", escape(name))));
  const body = items.map((item) =>
    isRecord(item)
      ? row(...[...names].map((name) => cell("td", Object.hasOwn(item, name) ? show(item[name] ?? null) : "")))
      : row(`<td colspan="${names.size}">${show(item)}</td>`),
  );
  return `<table>${head}${body.join("")}</table>`;
}

const none = '<p class="none">none</p>';

function row(...cells: readonly string[]): string {
  return `<tr>${cells.join("")}</tr>`;
}

function cell(kind: "td" | "th", html: string): string {
  return `<${kind}>${html}</${kind}>`;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function isRecord(value: Plain): value is { readonly [name: string]: Plain } {
  return typeof value === "object" && value !== null && !isList(value);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? "");
}
