/** Takes the place of `ascii.ts` in bundles for a browser: its unrolled loops would be a tenth of a small bundle. */
export function asciiText(_bytes: Uint8Array, _at: number, length: number): string | undefined {
  return length === 0 ? "" : undefined;
}

/** Longer texts are left to the platform. */
export const longestAscii: number = 0;

/** Never called: no text is short here. */
export function mixedText(): undefined {
  return undefined;
}

/** Never called: only Node has the functions that it needs. */
export function longMixedText(): undefined {
  return undefined;
}
