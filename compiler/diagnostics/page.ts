/** What DIAGNOSTICS.md needs of a catalogue entry; every `CatalogEntry` has it. */
export interface DocumentedEntry {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly explanation: string;
  readonly clause: string;
}

const chapters: readonly (readonly [prefix: string, heading: string])[] = [
  ["RPC00", "Files and project"],
  ["RPC01", "Syntax"],
  ["RPC02", "Names and numbers"],
  ["RPC03", "Types and annotations"],
  ["RPC04", "Services and policies"],
];

const preface = `# Diagnostics

Every finding of the compiler, by its stable code. \`rpcgen explain RPC0102\` shows the same text in a terminal. Clauses are
those of [LANGUAGE.md](LANGUAGE.md). This page is generated from the catalogue in \`compiler/diagnostics\`; a test keeps it
up to date.
`;

/** The text of DIAGNOSTICS.md: one section per entry, ordered by code. Ends with a line end. */
export function renderDiagnosticsPage(catalog: Readonly<Record<string, DocumentedEntry>>): string {
  const entries = Object.values(catalog).sort((a, b) => (a.code < b.code ? -1 : 1));
  const parts = chapters.map(([prefix, heading]) => {
    const sections = entries.filter((entry) => entry.code.startsWith(prefix)).map(renderEntry);
    return sections.length === 0 ? "" : `\n## ${heading}\n${sections.join("")}`;
  });
  return preface + parts.join("");
}

function renderEntry({ code, severity, title, explanation, clause }: DocumentedEntry): string {
  const where = clause === "" ? "" : `, clause ${clause}`;
  return `\n### ${code}: ${escapeText(title)}\n\n${severity}${where}\n\n${escapeText(explanation)}\n`;
}

/** Outside of code spans, `<`, `*` and `_` at the edge of a word would be taken as markup. */
function escapeText(text: string): string {
  return text
    .split(/(`+[^`]*`+)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[<*]/g, "\\$&").replace(/(?<!\w)_|_(?!\w)/g, "\\_")))
    .join("");
}
