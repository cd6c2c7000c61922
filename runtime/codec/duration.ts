import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";
import type { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";
import type { JsonReader } from "./json-reader.ts";
import type { JsonWriter } from "./json-writer.ts";
import type { JsonValue } from "./message-type.ts";

/** About 10,000 years: the bound that protobuf sets. */
const maxSeconds = 315_576_000_000;

interface Parts {
  readonly seconds: number;
  /** Of the same sign as the seconds. */
  readonly nanos: number;
}

function partsFromMs(value: number): Parts {
  if (typeof value !== "number") throw malformed(`expected a number of milliseconds, found ${describeValue(value)}`);
  const whole = Math.trunc(value / 1000);
  const rest = Math.round((value - whole * 1000) * 1_000_000);
  const carry = Math.abs(rest) === 1_000_000_000 ? Math.sign(rest) : 0;
  const seconds = whole + carry;
  if (!(Math.abs(seconds) <= maxSeconds))
    throw malformed(`expected a duration within ${maxSeconds} seconds, found ${value} ms`);
  return { seconds, nanos: carry === 0 ? rest : 0 };
}

/** Writes `google.protobuf.Duration` from milliseconds, exact to the nanosecond where the number is. */
export function writeDuration(writer: Writer, value: number): void {
  const { seconds, nanos } = partsFromMs(value);
  if (seconds !== 0) {
    writer.int53(8, seconds);
  }
  if (nanos !== 0) {
    writer.int32(16, nanos);
  }
}

/** Reads `google.protobuf.Duration` as milliseconds. */
export function readDuration(reader: Reader, previous?: number): number {
  let { seconds, nanos } = previous === undefined ? { seconds: 0, nanos: 0 } : partsFromMs(previous);
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 8) seconds = reader.int53();
    else if (tag === 16) nanos = reader.int32();
    else reader.skip(tag);
  }
  const inRange = Math.abs(seconds) <= maxSeconds && Math.abs(nanos) <= 999_999_999;
  if (!inRange || seconds * nanos < 0) throw reader.fail("a duration is out of range or its parts differ in sign");
  return seconds * 1000 + nanos / 1_000_000;
}

/** Seconds with 0, 3, 6 or 9 digits and `s`: `1.500s`. */
export function durationToJson(_writer: JsonWriter, value: number): JsonValue {
  const { seconds, nanos } = partsFromMs(value);
  const sign = seconds < 0 || nanos < 0 ? "-" : "";
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
}

function fraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  if (digits.endsWith("000000")) return `.${digits.slice(0, 3)}`;
  return digits.endsWith("000") ? `.${digits.slice(0, 6)}` : `.${digits}`;
}

const pattern = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s$/;

/** Reads `"1.5s"`. */
export function durationFromJson(reader: JsonReader, json: JsonValue): number {
  const match = typeof json === "string" ? pattern.exec(json) : null;
  const seconds = Number(match?.[2]);
  if (match === null || seconds > maxSeconds) {
    throw reader.fail(`expected a duration such as "1.5s", found ${describeValue(json)}`);
  }
  const ms = seconds * 1000 + Number((match[3] ?? "").padEnd(9, "0")) / 1_000_000;
  return match[1] === "-" && ms !== 0 ? -ms : ms;
}
