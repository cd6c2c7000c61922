import type { Bug } from "./bugs.mjs";
import type { Report } from "./simulate.ts";

export function findBug(
  bug: Bug,
  size: { readonly seeds: number; readonly calls: number; readonly cluster?: boolean },
): Promise<{ readonly seed: number; readonly breach: string } | undefined>;

export function compareTraces(
  record: { readonly calls: number; readonly seeds: Readonly<Record<string, string>> },
  reports: readonly Report[],
): string[];
