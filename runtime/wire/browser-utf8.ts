import { malformed } from "./malformed.ts";

/** Takes the place of `utf8.ts` in bundles for a browser: strict UTF-8 both ways by the platform alone. */

const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = /* @__PURE__ */ new TextEncoder();

/** @throws RpcError `invalid_argument` for anything but well-formed UTF-8 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    throw malformed("a string is not valid UTF-8; send text as UTF-8 or declare the field as bytes");
  }
}

/** Writes `text` at `offset`, where there is room for it, and returns the offset behind it. @throws RpcError for a lone surrogate */
export function encodeLongUtf8(text: string, bytes: Uint8Array, offset: number): number {
  if (!isWellFormed(text)) {
    throw malformed("a string holds a lone surrogate, which UTF-8 cannot carry; pass well-formed text");
  }
  return offset + encoder.encodeInto(text, bytes.subarray(offset)).written;
}

/** True when every surrogate of `text` has its partner. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
