import { type CatalogEntry, type Diagnostic, type DiagnosticPlace, diagnosticFrom } from "../diagnostics/diagnostic.ts";

/** Records a finding. */
export type Report = <P>(entry: CatalogEntry<P>, parameters: P, place: DiagnosticPlace) => void;

export interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  readonly report: Report;
}

/** Collects findings in order, each place and code once. */
export function createFindings(): Findings {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const report: Report = (entry, parameters, place) => {
    const diagnostic = diagnosticFrom(entry, parameters, place);
    const key = `${diagnostic.code} ${place.span.file.path} ${place.span.start} ${place.span.end} ${diagnostic.message}`;
    if (seen.has(key)) return;
    seen.add(key);
    diagnostics.push(diagnostic);
  };
  return { diagnostics, report };
}
