import { limitPerFile, sortDiagnostics } from "../../diagnostics/collector.ts";
import { escapeInvisible } from "../../diagnostics/characters.ts";
import type { Diagnostic, RelatedPlace, Severity } from "../../diagnostics/diagnostic.ts";
import { positionAt, type Span } from "../../source/source-file.ts";
import { createPainter, type Painter } from "./color.ts";
import { type Mark, renderFrame } from "./frame.ts";

/** How a text report looks. */
export interface TextReportOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean;
  /** Findings shown per file; default 20. */
  readonly maxPerFile?: number;
}

/** What a run looked at, for the last line of a report. */
export interface RunFigures {
  readonly files: number;
  /** Wall time in milliseconds. */
  readonly ms: number;
}

/** Findings with code frames, an empty line between them; an empty text when there are none. */
export function renderText(diagnostics: readonly Diagnostic[], options: TextReportOptions = {}): string {
  const painter = createPainter(options.color ?? false);
  const { shown, left } = limitPerFile(sortDiagnostics(diagnostics), options.maxPerFile);
  const blocks = shown.map((diagnostic) => renderDiagnostic(diagnostic, painter));
  for (const [path, count] of left) blocks.push(`and ${count} more in ${path}\n`);
  return blocks.join("\n");
}

/** `2 errors, 1 warning · 14 files · 38 ms` */
export function renderSummary(diagnostics: readonly Diagnostic[], { files, ms }: RunFigures): string {
  const unique = sortDiagnostics(diagnostics);
  const count = (severity: Severity): number => unique.filter((diagnostic) => diagnostic.severity === severity).length;
  const found = (["error", "warning", "hint"] as const)
    .map((severity) => [count(severity), severity] as const)
    .filter(([number]) => number > 0)
    .map(([number, severity]) => plural(number, severity));
  const time = ms >= 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms)} ms`;
  return `${found.length === 0 ? "no problems" : found.join(", ")} · ${plural(files, "file")} · ${time}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function renderDiagnostic(diagnostic: Diagnostic, painter: Painter): string {
  const { span, severity } = diagnostic;
  const paint = painter[severity];
  const here = diagnostic.related.filter((place) => place.span.file.path === span.file.path);
  const elsewhere = diagnostic.related.filter((place) => place.span.file.path !== span.file.path);
  const lines = [span, ...diagnostic.related.map((place) => place.span)].map((place) => startOf(place).line);
  const gutter = String(Math.max(...lines)).length;
  const pad = " ".repeat(gutter);
  const style = { painter, paint, gutter };
  const marks: Mark[] = [{ span, label: oneLine(diagnostic.label ?? ""), primary: true }, ...here.map(relatedMark)];
  const rows = [
    `${paint(`${severity}[${diagnostic.code}]`)}${painter.strong(`: ${oneLine(diagnostic.message)}`)}`,
    `${pad}${painter.frame("-->")} ${placeText(span)}`,
    ...renderFrame(marks, style),
  ];
  for (const place of elsewhere)
    rows.push(`${pad}${painter.frame(":::")} ${placeText(place.span)}`, ...renderFrame([relatedMark(place)], style));
  for (const help of diagnostic.help) rows.push(...renderHelp(help, pad, painter));
  return `${rows.join("\n")}\n`;
}

/** Further lines of a help stand under its text. */
function renderHelp(help: string, pad: string, painter: Painter): string[] {
  const [first = "", ...rest] = escapeInvisible(help.replaceAll("\n", "\u0000")).split("<U+0000>");
  return [
    `${pad} ${painter.frame("=")} ${painter.strong("help")}: ${first}`,
    ...rest.map((line) => `${pad}   ${line}`),
  ];
}

function relatedMark({ span, message }: RelatedPlace): Mark {
  return { span, label: oneLine(message), primary: false };
}

function oneLine(text: string): string {
  return escapeInvisible(text);
}

function startOf(span: Span): { readonly line: number; readonly column: number } {
  return positionAt(span.file, span.start);
}

function placeText(span: Span): string {
  const { line, column } = startOf(span);
  return `${escapeInvisible(span.file.path)}:${line}:${column}`;
}
