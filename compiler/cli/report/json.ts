import { sortDiagnostics } from "../../diagnostics/collector.ts";
import type { Diagnostic, Severity } from "../../diagnostics/diagnostic.ts";
import { positionAt, type Span } from "../../source/source-file.ts";
import type { RunFigures } from "./text.ts";

/** A place in a JSON report. Lines and columns count from 1, offsets from 0; columns and offsets are UTF-16 units. */
export interface JsonPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A half-open range of a file. */
export interface JsonRange {
  readonly file: string;
  readonly start: JsonPosition;
  readonly end: JsonPosition;
}

/** One finding. */
export interface JsonDiagnostic extends JsonRange {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Only when there is one. */
  readonly label?: string;
  readonly related: readonly (JsonRange & { readonly message: string })[];
  readonly help: readonly string[];
  /** Only when there is one likely mend: replace each range by its text, last range first. */
  readonly fix?: { readonly title: string; readonly edits: readonly (JsonRange & { readonly text: string })[] };
}

/** The whole report. Fields may be added; a change of meaning raises `version`. */
export interface JsonReport {
  readonly version: 1;
  readonly diagnostics: readonly JsonDiagnostic[];
  readonly summary: {
    readonly errors: number;
    readonly warnings: number;
    readonly hints: number;
    readonly files: number;
    readonly ms: number;
  };
}

/** All findings (no limit per file) as one line of JSON, see {@link JsonReport}. */
export function renderJson(diagnostics: readonly Diagnostic[], figures: RunFigures): string {
  return `${JSON.stringify(jsonReport(diagnostics, figures))}\n`;
}

/** The report as a value. */
export function jsonReport(diagnostics: readonly Diagnostic[], { files, ms }: RunFigures): JsonReport {
  const sorted = sortDiagnostics(diagnostics);
  const count = (severity: Severity): number => sorted.filter((diagnostic) => diagnostic.severity === severity).length;
  return {
    version: 1,
    diagnostics: sorted.map(jsonDiagnostic),
    summary: { errors: count("error"), warnings: count("warning"), hints: count("hint"), files, ms: Math.round(ms) },
  };
}

function jsonDiagnostic({ code, severity, message, label, span, related, help, fix }: Diagnostic): JsonDiagnostic {
  return {
    code,
    severity,
    message,
    ...(label === undefined ? {} : { label }),
    ...jsonRange(span),
    related: related.map((place) => ({ ...jsonRange(place.span), message: place.message })),
    help,
    ...(fix === undefined
      ? {}
      : { fix: { title: fix.title, edits: fix.edits.map((edit) => ({ ...jsonRange(edit.span), text: edit.text })) } }),
  };
}

function jsonRange({ file, start, end }: Span): JsonRange {
  return {
    file: file.path,
    start: { offset: start, ...positionAt(file, start) },
    end: { offset: end, ...positionAt(file, end) },
  };
}
