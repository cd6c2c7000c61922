import { projectCatalog } from "../diagnostics/catalog-project.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { closest } from "../diagnostics/suggest.ts";
import { type Config, OUTPUT_PARTS } from "./config.ts";
import { placeIn } from "./place.ts";

/** What an option may be. */
type Shape =
  | { readonly kind: "text"; readonly expected: string }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "record"; readonly options: Readonly<Record<string, Shape>> };

const path: Shape = { kind: "text", expected: "a path" };

const configShape: Shape = {
  kind: "record",
  options: {
    schemas: { kind: "list", of: { kind: "text", expected: "a path or pattern" } },
    importPaths: { kind: "list", of: path },
    out: {
      kind: "record",
      options: {
        dir: path,
        importExtension: { kind: "choice", choices: ["auto", ".js", ".ts", ""] },
        enums: { kind: "choice", choices: ["string", "number"] },
        emit: { kind: "list", of: { kind: "choice", choices: OUTPUT_PARTS } },
      },
    },
  },
};

/** Checks what a configuration file gave. The configuration is there only when nothing is wrong with it. */
export function validateConfig(
  value: unknown,
  file: string,
): { readonly config?: Config; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const report = (at: string, found: string, expected: string, suggestion?: string): void => {
    const parameters = { path: at, found, expected, ...(suggestion === undefined ? {} : { suggestion }) };
    diagnostics.push(diagnosticFrom(projectCatalog.configInvalid, parameters, placeIn(file)));
  };
  checkShape({ value, shape: configShape, at: "", report });
  return diagnostics.length === 0 ? { config: value as Config, diagnostics } : { diagnostics };
}

interface Checked {
  readonly value: unknown;
  readonly shape: Shape;
  /** Path of the value: `out.emit[2]`; empty for the whole configuration. */
  readonly at: string;
  readonly report: (at: string, found: string, expected: string, suggestion?: string) => void;
}

function checkShape(checked: Checked): void {
  const { value, shape, at, report } = checked;
  switch (shape.kind) {
    case "text":
      if (typeof value !== "string" || value === "") report(quoted(at), describe(value), shape.expected);
      return;
    case "choice":
      return checkChoice(checked, shape.choices);
    case "list":
      if (!Array.isArray(value)) return report(quoted(at), describe(value), "a list");
      return value.forEach((each, index) =>
        checkShape({ ...checked, value: each, shape: shape.of, at: `${at}[${index}]` }),
      );
    case "record":
      return checkRecord(checked, shape.options);
  }
}

function checkChoice({ value, at, report }: Checked, choices: readonly string[]): void {
  if (typeof value === "string" && choices.includes(value)) return;
  const suggestion = typeof value === "string" ? closest(value, choices) : undefined;
  report(quoted(at), describe(value), `one of ${choices.map((each) => JSON.stringify(each)).join(", ")}`, suggestion);
}

function checkRecord(checked: Checked, options: Readonly<Record<string, Shape>>): void {
  const { value, at, report } = checked;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return report(at === "" ? "the configuration" : quoted(at), describe(value), "an object");
  }
  for (const [name, each] of Object.entries(value)) {
    const inner = at === "" ? name : `${at}.${name}`;
    const shape = Object.hasOwn(options, name) ? options[name] : undefined;
    if (shape !== undefined && each !== undefined) checkShape({ ...checked, value: each, shape, at: inner });
    if (shape === undefined && name !== "$schema") {
      report(
        quoted(inner),
        "not an option",
        `one of ${Object.keys(options).join(", ")}`,
        closest(name, Object.keys(options)),
      );
    }
  }
}

function quoted(at: string): string {
  return `\`${at}\``;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "function" ? "a function" : JSON.stringify(value);
}
