import type { Span } from "../source/source-file.ts";

export type Severity = "error" | "warning" | "hint";

/** One finding about a schema: a value, never thrown. */
export interface Diagnostic {
  /** Stable code, `RPC0203`. */
  readonly code: string;
  readonly severity: Severity;
  /** One line in the user's terms; names stand in backquotes. */
  readonly message: string;
  readonly span: Span;
  /** Text beside the caret of the primary span. */
  readonly label?: string;
  /** Other places that explain it, also in other files. */
  readonly related: readonly RelatedPlace[];
  /** What to do, one line each. */
  readonly help: readonly string[];
  /** The one likely mend, applicable by machine. */
  readonly fix?: Fix;
}

export interface RelatedPlace {
  readonly span: Span;
  readonly message: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** Replaces the text of `span` (an insertion when it is empty). */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** Where a diagnostic points; everything textual comes from the catalogue. */
export interface DiagnosticPlace {
  readonly span: Span;
  readonly related?: readonly RelatedPlace[];
  readonly fix?: Fix;
}

/** What a catalogue entry says for given parameters. */
export interface DiagnosticText {
  readonly message: string;
  readonly label?: string;
  readonly help?: readonly string[];
}

/** One line of the catalogue. */
export interface CatalogEntry<P> {
  readonly code: string;
  readonly severity: Severity;
  /** Heading of its section in DIAGNOSTICS.md. */
  readonly title: string;
  /** Why it is a mistake and what to do, one paragraph, for DIAGNOSTICS.md and `rpcgen explain`. */
  readonly explanation: string;
  /** LANGUAGE.md clause. */
  readonly clause: string;
  readonly text: (parameters: P) => DiagnosticText;
}

/** Declares a catalogue entry; inference gives it its parameter type. */
export function entry<P = Record<never, never>>(definition: CatalogEntry<P>): CatalogEntry<P> {
  return definition;
}

/** Makes a diagnostic from its catalogue entry, the parameters of its text, and its place. */
export function diagnosticFrom<P>(definition: CatalogEntry<P>, parameters: P, place: DiagnosticPlace): Diagnostic {
  const { message, label, help = [] } = definition.text(parameters);
  return {
    code: definition.code,
    severity: definition.severity,
    message,
    span: place.span,
    ...(label === undefined ? {} : { label }),
    related: place.related ?? [],
    help,
    ...(place.fix === undefined ? {} : { fix: place.fix }),
  };
}

/** True when at least one finding is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === "error");
}
