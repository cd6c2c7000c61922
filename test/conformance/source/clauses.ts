import type { Vector } from "./vector.ts";

const inside = "speaks of what goes on inside";
const choice = "a choice of each side";

/** Clauses that no vector can show, each with the reason. */
export const withoutVectors: Readonly<Record<string, string>> = {
  "MSG-5": "needs a message above 4 MiB: `test/hostile/server-limits.test.ts`",
  "MSG-6": `${inside}: \`test/hostile/memory.test.ts\``,
  "FLW-3": `${inside}: \`test/runtime/connection\``,
  "FLW-7": `${inside}: \`test/runtime/connection\``,
  "FLW-8": "needs a transport that is full for seconds: `test/hostile/slow-readers.test.ts`",
  "ERR-3": "says how programs are to be written",
  "PNG-2": "needs 20 s of silence: `test/runtime/connection/liveness.test.ts`",
  "LIM-1": "needs 15 min without a call: `test/hostile/server-limits.test.ts`",
  "CMP-4": `${choice}: \`test/runtime/compression\``,
  "TLS-1": `${choice}: \`test/security/tls.test.ts\``,
  "TLS-2": `${choice}: \`test/security/tls.test.ts\``,
  "TLS-3": `${choice}: \`test/security/tls.test.ts\``,
};

const mostNames = 4;

/** The page that says which vectors show a clause, or why none does. */
export function clausePage(clauses: Iterable<string>, vectors: readonly Vector[]): string {
  const rows = [...clauses].map((clause) => {
    const ids = vectors.filter(({ reqs }) => reqs.includes(clause)).map(({ id }) => id);
    return `| ${clause} | ${ids.length === 0 ? "" : ids.length} | ${ids.length === 0 ? withoutVectors[clause] : named(ids)} |`;
  });
  return `# Clauses and vectors

Which vectors show each clause of [the protocol](../../runtime/PROTOCOL.md); all that do so cite it in \`reqs\`. Written from the sources, like the vectors.

| clause | vectors | which, or why none |
| --- | ---: | --- |
${rows.join("\n")}
`;
}

function named(ids: readonly string[]): string {
  const shown = ids.slice(0, mostNames).map((id) => `\`${id}\``);
  return [...shown, ...(ids.length > mostNames ? [`${ids.length - mostNames} more`] : [])].join(", ");
}
