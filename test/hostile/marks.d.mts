import type { Battle } from "./attack/battle.ts";

export const marks: {
  readonly peakBytes: number;
  readonly handlers: number;
  readonly bystanderMs: number;
  readonly abortMs: number;
};

export function missesOf(battle: Battle): string[];
export function delaysOf(battle: Battle): string[];
