import type { Bug } from "./bugs.mjs";

export function findBug(
  bug: Bug,
  size: { readonly seeds: number; readonly calls: number },
): Promise<{ readonly seed: number; readonly breach: string } | undefined>;
