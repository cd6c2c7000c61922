import { catalog } from "../../diagnostics/catalog.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { UsageError } from "../arguments.ts";
import { EXIT } from "../exit-code.ts";
import type { Command } from "../run.ts";

interface Explained {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly explanation: string;
  readonly clause: string;
}

/** `rpcgen explain RPC0203` */
export const explain: Command = async (args, context) => {
  const { console } = context;
  const [name, ...more] = args.positional;
  if (name === undefined || more.length > 0)
    throw new UsageError("explain takes one code, such as RPC0203, or one method, such as Users.get");
  if (/[./]/u.test(name)) return (await import("./explain-policy.ts")).explainPolicyOf(name, args, context);
  const entries = Object.values(catalog) as readonly Explained[];
  const code = name.toUpperCase().replace(/^(?:RPC)?0*(\d+)$/u, (_, digits: string) => `RPC${digits.padStart(4, "0")}`);
  const found = entries.find((entry) => entry.code === code);
  if (found === undefined) {
    const guess = closest(
      code,
      entries.map((entry) => entry.code),
    );
    throw new UsageError(`there is no code ${name}${guess === undefined ? "" : `; did you mean ${guess}?`}`);
  }
  console.output(
    `${found.code} (${found.severity}): ${found.title}\n\n${wrap(found.explanation)}\n${clauseLine(found.clause)}`,
  );
  return EXIT.ok;
};

function clauseLine(clause: string): string {
  return /\d/u.test(clause) ? `\nLANGUAGE.md, clause ${clause}\n` : "";
}

/** Breaks a paragraph at 100 columns. */
function wrap(text: string): string {
  return text.replace(/(?![^\n]{1,100}$)([^\n]{1,100})\s/gu, "$1\n");
}
