import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";
import type { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";
import type { JsonReader } from "./json-reader.ts";
import type { JsonWriter } from "./json-writer.ts";
import type { JsonValue } from "./message-type.ts";

/** Seconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what protobuf and RFC 3339 can name. */
const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;

/** Writes `google.protobuf.Timestamp`. */
export function writeTimestamp(writer: Writer, value: Date): void {
  const ms = checkedMs(value);
  const seconds = Math.floor(ms / 1000);
  const nanos = (ms - seconds * 1000) * 1_000_000;
  if (seconds !== 0) {
    writer.int53(8, seconds);
  }
  if (nanos !== 0) {
    writer.int32(16, nanos);
  }
}

function checkedMs(value: Date): number {
  if (!(value instanceof Date)) throw malformed(`expected a Date, found ${describeValue(value)}`);
  const ms = value.getTime();
  if (!(ms >= minSeconds * 1000 && ms < (maxSeconds + 1) * 1000)) {
    throw malformed("expected a Date of the years 1 to 9999");
  }
  return ms;
}

/** Reads `google.protobuf.Timestamp`; what is finer than a millisecond is cut off. */
export function readTimestamp(reader: Reader, previous?: Date): Date {
  let seconds = previous === undefined ? 0 : Math.floor(previous.getTime() / 1000);
  let nanos = previous === undefined ? 0 : (previous.getTime() - seconds * 1000) * 1_000_000;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 8) seconds = reader.int53();
    else if (tag === 16) nanos = reader.int32();
    else reader.skip(tag);
  }
  if (seconds < minSeconds || seconds > maxSeconds || nanos < 0 || nanos > 999_999_999) {
    throw reader.fail("a timestamp lies outside the years 1 to 9999");
  }
  return new Date(seconds * 1000 + Math.floor(nanos / 1_000_000));
}

/** RFC 3339 in UTC, with three digits of a second's fraction when there is one. */
export function timestampToJson(_writer: JsonWriter, value: Date): JsonValue {
  checkedMs(value);
  return value.toISOString().replace(".000Z", "Z");
}

const pattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;

/** Reads RFC 3339 with any offset. */
export function timestampFromJson(reader: JsonReader, json: JsonValue): Date {
  const ms = typeof json === "string" ? msFromText(json) : undefined;
  if (ms === undefined || ms < minSeconds * 1000 || ms >= (maxSeconds + 1) * 1000) {
    throw reader.fail(`expected a time such as "2026-01-31T12:00:00.5Z", found ${describeValue(json)}`);
  }
  return new Date(ms);
}

function msFromText(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) return undefined;
  date.setUTCHours(hour, minute, second, Number((match[7] ?? "").padEnd(3, "0").slice(0, 3)));
  const offset = offsetMs(match[8], Number(match[9] ?? 0), Number(match[10] ?? 0));
  return offset === undefined ? undefined : date.getTime() - offset;
}

function offsetMs(sign: string | undefined, hours: number, minutes: number): number | undefined {
  if (hours > 23 || minutes > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
