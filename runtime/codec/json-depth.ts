import { wireLimits } from "../wire/limits.ts";

/** Brackets in each other: a message within the limit of depth, with a list or a map around each of its fields, has fewer. */
const maxBrackets: number = wireLimits.maxDepth * 4;

const quote = 0x22;
const backslash = 0x5c;
/** `{` and `[`, `}` and `]`, which differ in this bit. */
const bracketBit = 0x20;
const opening = 0x7b;
const closing = 0x7d;

/** True for JSON that no message can be read from, so deeply is it nested: `JSON.parse` would build all of it before anybody can tell. */
export function isJsonTooDeep(bytes: Uint8Array): boolean {
  if (bytes.length <= maxBrackets) return false;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) at = endOfString(bytes, at + 1);
    else if ((byte | bracketBit) === opening) {
      if (++depth > maxBrackets) return true;
    } else if ((byte | bracketBit) === closing) depth--;
  }
  return false;
}

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}
