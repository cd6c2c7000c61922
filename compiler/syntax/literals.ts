const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["0", "\0"],
]);

const escapePattern = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|u\{?|[^])/g;

/** An escape that the language does not have; `offset` counts from the opening quote. */
export interface BadEscape {
  readonly offset: number;
  readonly text: string;
}

/** Value of a string token with its quotes, and the escapes that are wrong (they stand for themselves). */
export function decodeString(image: string): { readonly value: string; readonly badEscapes: readonly BadEscape[] } {
  const inner = image.slice(1, -1);
  if (!inner.includes("\\")) return { value: inner, badEscapes: [] };
  const badEscapes: BadEscape[] = [];
  const value = inner.replace(
    escapePattern,
    (text: string, hex?: string, unit?: string, point?: string, at?: number) => {
      const decoded = decodeEscape(text, hex ?? unit ?? point);
      if (decoded === undefined) badEscapes.push({ offset: (at ?? 0) + 1, text });
      return decoded ?? text.slice(1);
    },
  );
  return { value, badEscapes };
}

function decodeEscape(text: string, digits: string | undefined): string | undefined {
  if (digits === undefined) return simpleEscapes.get(text.slice(1));
  const point = Number.parseInt(digits, 16);
  return point > 0x10ffff ? undefined : String.fromCodePoint(point);
}

/** Value of an {@link Int} token; 0 for text that is no number. */
export function decodeInt(image: string): bigint {
  const small = image.length < 15 ? Number(image) : Number.NaN;
  if (Number.isInteger(small)) return BigInt(small);
  const negative = image.startsWith("-");
  const digits = negative ? image.slice(1) : image;
  if (!/^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(digits)) return 0n;
  return negative ? -BigInt(digits) : BigInt(digits);
}

const millisecondsPerUnit: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `1.5s` -> 1500. */
export function decodeDuration(image: string): number {
  const unit = image.replace(/^[0-9.]+/, "");
  const amount = Number.parseFloat(image);
  return unit === "us" ? amount / 1_000 : amount * (millisecondsPerUnit[unit] ?? 0);
}

const bytesPerUnit: Readonly<Record<string, number>> = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 };

/** `64KiB` -> 65536. */
export function decodeSize(image: string): number {
  return Number.parseInt(image, 10) * (bytesPerUnit[image.replace(/^[0-9]+/, "")] ?? 0);
}
