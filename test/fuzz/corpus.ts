import { readFileSync } from "node:fs";

/** Longer ones would only be cut. */
const maxHexDigits = 8_000;

/** The bytes that the scripts of sessions send, a list for each script. */
export function readSessions(file: string): Uint8Array[][] {
  return readLines<{ readonly steps?: readonly { readonly send?: unknown }[] }>(file)
    .map(({ steps = [] }) => toBytes(steps.map(({ send }) => send)))
    .filter((script) => script.length > 0);
}

/** The bytes that vectors consist of. */
export function readVectors(file: string): Uint8Array[] {
  return toBytes(readLines<{ readonly hex?: string }>(file).map(({ hex }) => hex));
}

function readLines<T>(file: string): T[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as T);
}

function toBytes(texts: readonly unknown[]): Uint8Array[] {
  const fit = texts.filter((text) => typeof text === "string" && text.length < maxHexDigits);
  return fit.map((text) => new Uint8Array(Buffer.from(text as string, "hex")));
}
