import type { Counts } from "../emit/manifest.ts";
import { elapsedMs } from "./elapsed.ts";

/** `up to date · 3 files · 48 ms` */
export function summaryOfUnchanged(counts: Counts): string {
  return `up to date · ${plural(counts.files, "file")} · ${elapsed()}`;
}

/** `compiled 3 files · 41 messages, 2 services · 120 ms`; `verb` says what was done with them. */
export function summaryOf(verb: string, counts: Counts): string {
  const contents = `${plural(counts.messages, "message")}, ${plural(counts.services, "service")}`;
  return `${verb} ${plural(counts.files, "file")} · ${contents} · ${elapsed()}`;
}

/** `1 file`, `2 files`, `1,000 files` */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Not by locale: loading one costs more than the whole fast path. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}

/** Time since the process began, as its user feels it. */
export function elapsed(): string {
  const ms = elapsedMs();
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
