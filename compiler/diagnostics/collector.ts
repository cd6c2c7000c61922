import type { Diagnostic, Severity } from "./diagnostic.ts";

/** Findings of one file that a report shows; the rest is counted. */
export const MAX_PER_FILE = 20;

const severityOrder: Readonly<Record<Severity, number>> = { error: 0, warning: 1, hint: 2 };

/** By file (first seen first), then place, then severity, then code; without findings that say the same of the same place. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const fileOrder = new Map<string, number>();
  for (const { span } of diagnostics) if (!fileOrder.has(span.file.path)) fileOrder.set(span.file.path, fileOrder.size);
  const seen = new Set<string>();
  const unique = diagnostics.filter(({ code, message, span }) => {
    const key = `${span.file.path}\0${span.start}\0${span.end}\0${code}\0${message}`;
    return !seen.has(key) && seen.add(key);
  });
  const rank = (diagnostic: Diagnostic): number => fileOrder.get(diagnostic.span.file.path) ?? 0;
  return unique.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.span.start - b.span.start ||
      severityOrder[a.severity] - severityOrder[b.severity] ||
      a.span.end - b.span.end ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}

/** What a report shows, and how many findings of which file it leaves out. */
export interface ShownDiagnostics {
  readonly shown: readonly Diagnostic[];
  readonly left: ReadonlyMap<string, number>;
}

/** The first {@link MAX_PER_FILE} findings of each file; errors go before warnings when not all fit. */
export function limitPerFile(diagnostics: readonly Diagnostic[], limit: number = MAX_PER_FILE): ShownDiagnostics {
  const left = new Map<string, number>();
  const kept = new Set<Diagnostic>();
  const counts = new Map<string, number>();
  for (const severity of ["error", "warning", "hint"] as const)
    for (const diagnostic of diagnostics) {
      if (diagnostic.severity !== severity) continue;
      const { path } = diagnostic.span.file;
      const count = counts.get(path) ?? 0;
      counts.set(path, count + 1);
      if (count < limit) kept.add(diagnostic);
      else left.set(path, (left.get(path) ?? 0) + 1);
    }
  return { shown: diagnostics.filter((diagnostic) => kept.has(diagnostic)), left };
}

/** Gathers the findings of all stages. */
export interface Collector {
  add(...diagnostics: readonly Diagnostic[]): void;
  readonly hasErrors: boolean;
  /** Sorted, without repetitions. */
  all(): Diagnostic[];
}

/** A new, empty collector. */
export function createCollector(): Collector {
  const found: Diagnostic[] = [];
  return {
    add: (...diagnostics) => void found.push(...diagnostics),
    get hasErrors() {
      return found.some((diagnostic) => diagnostic.severity === "error");
    },
    all: () => sortDiagnostics(found),
  };
}
