/** What a call may be chosen by. */
export type HashKey = string | number | bigint | boolean | Uint8Array;

const utf8 = new TextEncoder();

/** 32 bits, well mixed (FNV-1a with the last steps of MurmurHash3); the same everywhere, so callers agree. Not against those who choose their keys. */
export function hashOf(key: HashKey): number {
  const bytes = key instanceof Uint8Array ? key : undefined;
  return mix(bytes === undefined ? hashText(String(key)) : hashBytes(bytes));
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return hashBytes(utf8.encode(text));
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash;
}

function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
