import { asciiText, longestAscii, mixedText } from "./ascii.ts";
import { longMixedText } from "./long-text.ts";
import { malformed } from "./malformed.ts";

/**
 * Strict UTF-8 both ways. Short strings are handled by loops in JavaScript, because a call into native code costs more than
 * the work itself; long ones go to the platform: Buffer where it exists (Node), TextEncoder and TextDecoder elsewhere.
 */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

interface NativeStrings {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  ucs2Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, offset: number, length: number): number;
  indexOf(this: Uint8Array, value: Uint8Array): number;
}

/** Buffer's methods that work on every Uint8Array; absent outside Node. */
const native: NativeStrings | undefined = findNative();

function findNative(): NativeStrings | undefined {
  const prototype = (globalThis as { Buffer?: { prototype?: Partial<NativeStrings> } }).Buffer?.prototype;
  const needed = ["latin1Slice", "ucs2Slice", "utf8Slice", "utf8Write"] as const;
  return needed.every((name) => typeof prototype?.[name] === "function") ? (prototype as NativeStrings) : undefined;
}

/**
 * Whether the platform's decoder beats a loop for text that is not all ASCII: V8's does since version 13 (bench codec: text). The loop leaves units as
 * the machine has them, `ucs2Slice` reads the low byte first.
 */
const decodesFast: boolean = native === undefined || !isLittleEndian() || majorOfV8() >= 13;

function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

function majorOfV8(): number {
  const { process } = globalThis as { process?: { versions?: { v8?: string } } };
  return Number.parseInt(process?.versions?.v8 ?? "13", 10);
}

/** For `longMixedText`. */
const textOfUnits = {
  narrow: (units: Uint8Array, end: number): string => native!.latin1Slice.call(units, 0, end),
  wide: (units: Uint8Array, end: number): string => native!.ucs2Slice.call(units, 0, end),
};

/** True when all of `bytes[start, end)` is ASCII. */
export function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  let at = start;
  for (const last = end - 3; at < last; at += 4) all |= bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!;
  for (; at < end; at++) all |= bytes[at]!;
  return all < 0x80;
}

/** The same for `length` bytes from `start` on, four at a time. */
export function isAsciiView(view: DataView, start: number, length: number): boolean {
  let all = 0;
  if (length >= 4) {
    const last = start + length - 4;
    for (let at = start; at < last; at += 4) all |= view.getInt32(at, true);
    all |= view.getInt32(last, true);
  } else {
    for (let at = start; at < start + length; at++) all |= view.getUint8(at);
  }
  return (all & 0x80808080) === 0;
}

const latin1Decoder = new TextDecoder("latin1");

/** One character per byte. Where a byte is not ASCII, which character that is depends on the platform. */
export function bytewiseText(bytes: Uint8Array, start: number, end: number): string {
  return native === undefined
    ? latin1Decoder.decode(bytes.subarray(start, end))
    : native.latin1Slice.call(bytes, start, end);
}

/**
 * Decodes `bytes[start, end)`; a byte order mark stays a character.
 *
 * @throws RpcError `invalid_argument` for anything but well-formed UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return (
    (end - start <= longestAscii ? asciiText(bytes, start, end - start) : undefined) ?? decodeMixed(bytes, start, end)
  );
}

/** The same as {@link decodeUtf8} for what is probably not all ASCII. */
export function decodeMixed(bytes: Uint8Array, start: number, end: number): string {
  const text = end - start <= longestAscii ? mixedText(bytes, start, end) : decodeLong(bytes, start, end);
  return text ?? strictText(bytes, start, end);
}

/** How many bytes tell text that is all ASCII from other text. */
const sampleBytes = 512;

/** Node's slice puts U+FFFD where bytes are wrong, so only a text that holds one needs the strict decoder. */
function decodeLong(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (native === undefined) return undefined;
  if (!decodesFast && !isAscii(bytes, start, Math.min(end, start + sampleBytes)))
    return longMixedText(bytes, start, end, textOfUnits);
  const text = native.utf8Slice.call(bytes, start, end);
  return text.includes("\ufffd") ? undefined : text;
}

function strictText(bytes: Uint8Array, start: number, end: number): string {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    throw badUtf8();
  }
}

function badUtf8(): Error {
  return malformed("a string is not valid UTF-8; send text as UTF-8 or declare the field as bytes");
}

/**
 * Writes `text` from its unit `from` on at `offset` and returns the offset behind it. `bytes` has room for three bytes per UTF-16 unit.
 *
 * @throws RpcError `invalid_argument` for a lone surrogate
 */
export function encodeUtf8(text: string, bytes: Uint8Array, offset: number, from: number = 0): number {
  let at = offset;
  for (let index = from; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      const next = unit < 0xdc00 ? text.charCodeAt(++index) : 0;
      if ((next & 0xfc00) !== 0xdc00) throw loneSurrogate();
      const point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    }
  }
  return at;
}

/** The same as {@link encodeUtf8} through the platform, for long texts. */
export function encodeLongUtf8(text: string, bytes: Uint8Array, offset: number): number {
  if (native === undefined) {
    if (!isWellFormed(text)) throw loneSurrogate();
    return offset + encoder.encodeInto(text, bytes.subarray(offset)).written;
  }
  const written = isWide(text)
    ? encoder.encodeInto(text, bytes.subarray(offset)).written
    : native.utf8Write.call(bytes, text, offset, bytes.length - offset);
  const end = offset + written;
  if (written === text.length) return end;
  if (mayHideSurrogate(native, bytes, offset, end) && !isWellFormed(text)) throw loneSurrogate();
  return end;
}

/** Shorter texts are not looked at. */
const shortestWide = 96;
/** How many of their units are. */
const samples = 8;

/**
 * Whether a unit of `text` needs two bytes, as a sample shows. V8 14 encodes such text 6 to 30 times as fast by `encodeInto` as by `utf8Write`, earlier
 * ones no slower; but `encodeInto` takes up to 30 times as long for text whose units are bytes with V8 12 and 13 (bench codec: text).
 */
function isWide(text: string): boolean {
  const { length } = text;
  if (length < shortestWide) return false;
  const step = Math.floor(length / samples);
  let all = 0;
  for (let at = 0; at < length; at += step) all |= text.charCodeAt(at);
  return all > 0xff;
}

const longText = 256;
const replacement: Uint8Array = Uint8Array.of(0xef, 0xbf, 0xbd);

/**
 * Whether `bytes[start, end)` may be text with a lone surrogate, which is written as U+FFFD: a long text is searched for that ten
 * times as fast as its surrogates are counted (bench codec: text).
 */
function mayHideSurrogate(strings: NativeStrings, bytes: Uint8Array, start: number, end: number): boolean {
  return end - start <= longText || strings.indexOf.call(bytes.subarray(start, end), replacement) >= 0;
}

/** True when every surrogate of `text` has its partner. */
export function isWellFormed(text: string): boolean {
  const known = text as string & { isWellFormed?(): boolean };
  return known.isWellFormed === undefined ? !loneSurrogatePattern.test(text) : known.isWellFormed();
}

const loneSurrogatePattern = /\p{Surrogate}/u;

function loneSurrogate(): Error {
  return malformed("a string holds a lone surrogate, which UTF-8 cannot carry; pass well-formed text");
}
