import { decodeUtf8 } from "../wire/utf8.ts";

/** Text and memory without `Buffer`, which browsers lack. */

const encoder = /* @__PURE__ */ new TextEncoder();

/** Text in UTF-8; lone surrogates become U+FFFD. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of `bytes[start, end)`. @throws RpcError unless it is UTF-8 */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return decodeUtf8(bytes, start, end);
}

/** True when `bytes[start, end)` is UTF-8. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    // Stryker disable next-line ConditionalExpression: the thorough look says the same, later
    if ((bytes[index] as number) >= 0x80) return isWide(bytes, index, end);
  }
  return true;
}

function isWide(bytes: Uint8Array, start: number, end: number): boolean {
  try {
    decodeUtf8(bytes, start, end);
    return true;
  } catch {
    return false;
  }
}

/** One piece of all parts. @param length their sum */
export function joinBytes(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A copy of `bytes[start, end)`. A loop, while that is short, saves the view that `set` needs (bench `calls`). */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  // Stryker disable next-line ConditionalExpression,EqualityOperator: both ways copy the same
  if (copy.length > 64) copy.set(bytes.subarray(start, end));
  else for (let index = 0; index < copy.length; index++) copy[index] = bytes[start + index] as number;
  return copy;
}
