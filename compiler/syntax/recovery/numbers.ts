import { decodeInt } from "../literals.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { depthChange } from "./extent.ts";

/** Index of the first token of the list of members that an index stands in; members of a oneof count with its message. */
function listStart(list: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from - 1; index >= 0; index--) {
    const token = list[index];
    if (token === undefined) break;
    depth -= depthChange(token);
    if (depth < 0) {
      if (list[index - 1]?.tokenType !== tokens.Keyword.oneof) return index + 1;
      depth = 0;
    }
  }
  return 0;
}

interface Used {
  readonly numbers: Set<number>;
  readonly ranges: (readonly [number, number])[];
}

function collect(list: readonly Token[], start: number): Used {
  const used: Used = { numbers: new Set(), ranges: [] };
  const counted: boolean[] = [true];
  for (let index = start; index < list.length && counted.length > 0; index++) {
    const token = list[index];
    if (token === undefined) break;
    const change = depthChange(token);
    if (change > 0) counted.push(counted.at(-1) === true && list[index - 1]?.tokenType === tokens.Keyword.oneof);
    if (change < 0) counted.pop();
    if (counted.at(-1) === true && token.tokenType === tokens.Int) note(used, list, index);
  }
  return used;
}

function note(used: Used, list: readonly Token[], index: number): void {
  const token = list[index];
  const before = list[index - 1];
  if (token === undefined || before === undefined) return;
  const number = numberOf(token);
  if (list[index + 1]?.tokenType === tokens.DotDot) {
    const last = list[index + 2];
    used.ranges.push([number, last?.tokenType === tokens.Int ? numberOf(last) : number]);
  } else if (before.tokenType === tokens.Equals || before.image === "" || isReserved(list, index))
    used.numbers.add(number);
}

function isReserved(list: readonly Token[], index: number): boolean {
  for (let at = index - 1; at >= 0 && list[at]?.tokenType !== tokens.Semicolon; at--)
    if (list[at]?.tokenType === tokens.Keyword.reserved) return true;
  return false;
}

function numberOf(token: Token): number {
  const suggested: unknown = token.payload;
  return typeof suggested === "number" ? suggested : Number(decodeInt(token.image));
}

/** The smallest number above all used ones that is neither used nor reserved. `first` is the lowest that there is. */
export function nextFreeNumber(list: readonly Token[], index: number, first: 0 | 1): number {
  const used = collect(list, listStart(list, index));
  let number = Math.max(first - 1, ...used.numbers) + 1;
  for (let moved = true; moved;) {
    moved = false;
    for (const [low, high] of used.ranges) {
      if (number < low || number > high) continue;
      number = high + 1;
      moved = true;
    }
  }
  return number >= 19_000 && number <= 19_999 ? 20_000 : number;
}
