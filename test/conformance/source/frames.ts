import { readFileSync } from "node:fs";
import { big, byte, utf8 } from "./bytes.ts";
import type { Vector } from "./vector.ts";

interface FrameFile {
  readonly id: string;
  readonly clauses: readonly string[];
  readonly note: string;
  readonly hex: string;
  readonly frame?: { readonly id: string; readonly kind: number };
  readonly fault?: number;
  readonly verdict?: string;
}

/** What a frame is made of; all but the kind is optional. */
export interface FrameParts {
  readonly kind: number;
  readonly sequence?: number;
  readonly lane?: number;
  /** In place of sequence and lane: 16 hexadecimal digits or a placeholder. */
  readonly id?: string;
  readonly serialization?: number;
  readonly flags?: number;
  readonly header?: string;
  readonly body?: string;
}

/** The bytes of a frame. */
export function frame({ kind, sequence = 0, lane = 0, header = "", body = "", ...more }: FrameParts): string {
  const { serialization = body === "" ? 0 : 1, flags = 0 } = more;
  const id = more.id ?? frameId(sequence, lane);
  const payload = (header.length + body.length) / 2;
  return `3bef01${byte(kind)}${big(payload, 4)}${big(header.length / 2, 2)}${byte(serialization)}${byte(flags)}${id}${header}${body}`;
}

/** The id of a call. */
export function frameId(sequence: number, lane: number): string {
  return big(sequence, 6) + big(lane, 2);
}

/** An entry of a header. */
export function entry(tag: number, hex: string): string {
  const length = hex.length / 2;
  return byte(tag) + (length < 0x80 ? byte(length) : byte((length & 0x7f) | 0x80) + byte(length >> 7)) + hex;
}

/** A pair of metadata. */
export function pair(key: string, value: string): string {
  return entry(0x8a, byte(key.length) + utf8(key) + utf8(value));
}

/** The number of a method, reckoned as HDR-10 says. */
export function methodNumber(path: string): string {
  let hash = 0x811c9dc5n;
  for (const each of Buffer.from(path)) hash = ((hash ^ BigInt(each)) * 0x01000193n) & 0xffffffffn;
  return big(hash === 0n ? 1n : hash, 4);
}

const file = JSON.parse(readFileSync(new URL("../frames.json", import.meta.url), "utf8")) as FrameFile[];

/** Codes of calls that fail for what their header holds. */
const verdictCodes: Readonly<Record<string, number>> = { unsupported: 12, metadata_limit: 8, metadata_invalid: 3 };

/** Frames, one by one, as a server reads them. */
export const frames: readonly Vector[] = file.map(({ id, clauses, note, hex, frame: value, fault, verdict }) => ({
  id: `frame-${id}`,
  reqs: clauses,
  level: "required",
  kind: "frame",
  note,
  hex,
  ...(value === undefined ? {} : { value, encoded: hex }),
  expect: expectation(fault, verdict),
}));

function expectation(fault: number | undefined, verdict: string | undefined): Vector["expect"] {
  if (fault !== undefined) return { close: true, code: fault };
  if (verdict === undefined || verdict === "ok") return { ok: true };
  if (verdict === "malformed") return { close: true, code: 1 };
  return { error: true, code: verdictCodes[verdict] ?? 2 };
}
