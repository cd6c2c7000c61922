import { DecodeError } from "./decode-error.ts";

/**
 * The bytes of a hex dump: of xxd, `hexdump -C`, `od -A x -t x1`, Wireshark, or plain digits in any grouping. Offsets, text columns and `#` comments
 * are left out; a `*` line repeats the line before it up to the next offset.
 * @throws DecodeError that names the line
 */
export function bytesOfHexDump(text: string): Uint8Array {
  const bytes: number[] = [];
  const lines = text.split(/\r?\n/u).map((line) => line.replace(/#(?!.*\|\s*$).*$/u, "").trim());
  const form = formOf(lines.find((line) => line !== "") ?? "");
  let repeated: readonly number[] | undefined;
  for (const [index, line] of lines.entries()) {
    if (line === "*") {
      repeated = bytes.slice(-lineBytes);
      continue;
    }
    const { offset, digits } = partsOf(line, form);
    if (repeated !== undefined && offset !== undefined) repeat(bytes, repeated, offset, index + 1);
    repeated = undefined;
    for (const byte of bytesOf(digits, index + 1, bytes.length === 0)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

const noOtherForm =
  "; the input is no capture file (pcap, pcapng) either, and does not begin with an Option or a frame";

/** Bytes that a dump shows in a line. */
const lineBytes = 16;
/** More than any dump that a person looks at. */
const maxBytes = 256 * 1024 * 1024;

/** How the lines of a dump are made: an offset, spaces and text behind two of them (xxd, Wireshark), an offset (hexdump, od), or nothing but digits. */
type Form = "text" | "offsets" | "digits";

/** Data that begins with zeros is no frame, so zeros at the beginning are an offset. */
function formOf(firstLine: string): Form {
  if (/^(?:[0-9a-f]{4,16}:\s|0000\s\s+[0-9a-f]{2}\s)/iu.test(firstLine)) return "text";
  const isOffset = firstLine === "*" || /^(?:0{6,16}\s|[0-9a-f]{8,16}\s\s)\s*[0-9a-f]{2}\s/iu.test(firstLine);
  return isOffset ? "offsets" : "digits";
}

interface Line {
  readonly offset: number | undefined;
  readonly digits: string;
}

function partsOf(line: string, form: Form): Line {
  if (form === "digits" || line === "") return { offset: undefined, digits: line };
  const pattern = form === "text" ? /^([0-9a-f]+):?\s+(.*?)(?:\s\s.*)?$/iu : /^([0-9a-f]+)\s*(.*?)\s*(?:\|.*)?$/iu;
  const [, offset, digits] = pattern.exec(line) ?? [];
  if (offset === undefined || digits === undefined) return { offset: undefined, digits: line };
  return { offset: Number.parseInt(offset, 16), digits };
}

function repeat(bytes: number[], pattern: readonly number[], end: number, line: number): void {
  if (pattern.length === 0 || end > maxBytes || end < bytes.length)
    throw new DecodeError(
      `line ${line}: the lines that "*" stands for cannot be filled in up to offset 0x${end.toString(16)}`,
    );
  while (bytes.length < end) bytes.push(pattern[bytes.length % pattern.length] ?? 0);
}

/** `isFirst`: nothing was read yet, so the input may be no dump at all. */
function bytesOf(text: string, line: number, isFirst: boolean): Uint8Array {
  const digits = text.replaceAll(/0x|[\s:,]/giu, "");
  const wrong = /[^0-9a-f]/iu.exec(digits);
  if (wrong !== null)
    throw new DecodeError(
      `line ${line}: expected hexadecimal digits, found ${JSON.stringify(wrong[0])}${isFirst ? noOtherForm : ""}`,
    );
  if (digits.length % 2 !== 0)
    throw new DecodeError(
      `line ${line}: expected two hexadecimal digits for each byte, found ${digits.length} digits; dumps of words cannot be read, write them with xxd or hexdump -C`,
    );
  return Uint8Array.from(digits.match(/../gu) ?? [], (each) => Number.parseInt(each, 16));
}
