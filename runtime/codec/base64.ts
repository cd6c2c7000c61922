const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const padding = 61;

/** Character codes of the alphabet. */
const letters: Uint8Array = /* @__PURE__ */ Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));

/** Six-bit value by character code, of both the standard and the URL-safe alphabet; 64 for characters of neither. */
const values: Uint8Array = /* @__PURE__ */ tableOfValues();

function tableOfValues(): Uint8Array {
  const table = new Uint8Array(128).fill(64);
  for (let index = 0; index < 64; index++) table[alphabet.charCodeAt(index)] = index;
  table["-".charCodeAt(0)] = 62;
  table["_".charCodeAt(0)] = 63;
  return table;
}

/** Standard base64 with padding. */
export function base64FromBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  const chunk = 0x3000;
  for (let start = 0; start < bytes.length; start += chunk)
    parts.push(encodeChunk(bytes, start, Math.min(start + chunk, bytes.length)));
  return parts.join("");
}

/** `end - start` is a multiple of three except in the last chunk. Text that grows letter by letter takes ten times as long (2 MB: 0.4 s). */
function encodeChunk(bytes: Uint8Array, start: number, end: number): string {
  const codes = new Uint8Array(Math.ceil((end - start) / 3) * 4);
  let to = 0;
  for (let at = start; at < end; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    codes[to++] = letters[group >> 18]!;
    codes[to++] = letters[(group >> 12) & 63]!;
    codes[to++] = at + 1 < end ? letters[(group >> 6) & 63]! : padding;
    codes[to++] = at + 2 < end ? letters[group & 63]! : padding;
  }
  return String.fromCharCode.apply(undefined, codes as unknown as number[]);
}

/** Reads standard and URL-safe base64, with or without padding; `undefined` when the text is neither. */
export function bytesFromBase64(text: string): Uint8Array | undefined {
  const length = lengthWithoutPadding(text);
  if (length === undefined) return undefined;
  const bytes = new Uint8Array((length * 3) >> 2);
  let at = 0;
  let group = 0;
  for (let index = 0; index < length; index++) {
    const value = values[text.charCodeAt(index)] ?? 64;
    if (value === 64) return undefined;
    group = ((group << 6) | value) & 0xffffff;
    const place = index & 3;
    if (place !== 0) bytes[at++] = group >> (6 - 2 * place);
  }
  return bytes;
}

function lengthWithoutPadding(text: string): number | undefined {
  let length = text.length;
  while (length > 0 && text.length - length < 2 && text[length - 1] === "=") length--;
  const padded = length < text.length;
  return length % 4 === 1 || (padded && text.length % 4 !== 0) ? undefined : length;
}
