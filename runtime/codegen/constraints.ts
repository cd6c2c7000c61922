import type { Violation } from "../codec/message-type.ts";
import { matchesFormat, type StringFormat } from "./formats.ts";

/** The result of a type without constraints. */
export function noViolations(): readonly Violation[] {
  return none;
}

const none: readonly Violation[] = Object.freeze([]);

/** Length of a string in characters (code points), of bytes, or of a list or map in items; 0 for nothing. */
export function sizeOf(value: string | ArrayLike<unknown> | ReadonlyMap<unknown, unknown> | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "string") return characters(value);
  return "size" in value ? value.size : value.length;
}

function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      count--;
      index++;
    }
  }
  return count;
}

/** `@required`: something is there. */
export function checkPresent(violations: Violation[], path: string, value: unknown): void {
  if (value === undefined) violations.push({ path, rule: "required", message: "is required" });
}

/** `@len`: characters of a string. */
export function checkLength(
  violations: Violation[],
  path: string,
  value: string,
  min: number,
  max: number = Infinity,
): void {
  checkCount(violations, path, "len", "characters", characters(value), min, max);
}

/** `@bytes`, `@maxSize`: bytes, of a string in UTF-8. */
export function checkBytes(
  violations: Violation[],
  path: string,
  value: string | Uint8Array,
  min: number,
  max: number = Infinity,
): void {
  const count = typeof value === "string" ? utf8Length(value) : value.length;
  checkCount(violations, path, "bytes", "bytes", count, min, max);
}

/** `@items`: items of a list or map. */
export function checkItems(
  violations: Violation[],
  path: string,
  value: ArrayLike<unknown> | ReadonlyMap<unknown, unknown> | undefined,
  min: number,
  max: number = Infinity,
): void {
  checkCount(violations, path, "items", "items", sizeOf(value), min, max);
}

function checkCount(
  violations: Violation[],
  path: string,
  rule: string,
  unit: string,
  count: number,
  min: number,
  max: number,
): void {
  if (count >= min && count <= max) return;
  const wanted = max === Infinity ? `at least ${min}` : min === 0 ? `at most ${max}` : `${min} to ${max}`;
  violations.push({ path, rule, message: `must have ${wanted} ${unit}, has ${count}` });
}

function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) length += 1;
    else length += 2;
  }
  return length;
}

type Ordered = number | bigint;

/** `@min` */
export function checkMin(violations: Violation[], path: string, value: Ordered, min: Ordered): void {
  if (!(value >= min)) violations.push({ path, rule: "min", message: `must be at least ${min}, is ${value}` });
}

/** `@max` */
export function checkMax(violations: Violation[], path: string, value: Ordered, max: Ordered): void {
  if (!(value <= max)) violations.push({ path, rule: "max", message: `must be at most ${max}, is ${value}` });
}

/** `@gt` */
export function checkAbove(violations: Violation[], path: string, value: Ordered, bound: Ordered): void {
  if (!(value > bound)) violations.push({ path, rule: "gt", message: `must be more than ${bound}, is ${value}` });
}

/** `@lt` */
export function checkBelow(violations: Violation[], path: string, value: Ordered, bound: Ordered): void {
  if (!(value < bound)) violations.push({ path, rule: "lt", message: `must be less than ${bound}, is ${value}` });
}

/** `@pattern`: a part of the text matches. */
export function checkPattern(violations: Violation[], path: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value)) violations.push({ path, rule: "pattern", message: `must match ${pattern.source}` });
}

/** `@email`, `@uuid`, `@uri`, `@ip`, `@hostname` */
export function checkFormat(violations: Violation[], path: string, value: string, format: StringFormat): void {
  if (matchesFormat(value, format)) return;
  violations.push({ path, rule: format, message: `must be ${formatNames[format]}` });
}

const formatNames: Readonly<Record<StringFormat, string>> = {
  email: "an e-mail address",
  uuid: "a UUID",
  uri: "an absolute URI",
  ip: "an IPv4 or IPv6 address",
  hostname: "a host name",
};

/** `@unique`: no item twice. Items are numbers, strings or the like. */
export function checkUnique(violations: Violation[], path: string, value: Iterable<unknown> | undefined): void {
  const seen = new Set<unknown>();
  let index = 0;
  for (const item of value ?? []) {
    const key = uniqueKey(item);
    if (seen.has(key)) {
      violations.push({ path: `${path}[${index}]`, rule: "unique", message: "must not repeat an earlier item" });
    }
    seen.add(key);
    index++;
  }
}

function uniqueKey(item: unknown): unknown {
  if (item instanceof Date) return item.getTime();
  return item instanceof Uint8Array ? item.join() : item;
}

/** `@in`: one of the values. */
export function checkOneOf<T>(violations: Violation[], path: string, value: T, ...allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  violations.push({ path, rule: "in", message: `must be one of ${allowed.map(String).join(", ")}` });
}

/** `@notIn`: none of the values. */
export function checkNoneOf<T>(violations: Violation[], path: string, value: T, ...excluded: readonly T[]): void {
  if (excluded.includes(value)) {
    violations.push({ path, rule: "notIn", message: `must not be ${String(value)}` });
  }
}

/** `@check`: an expression holds. One that cannot be computed (a division by zero) does not. */
export function checkThat(
  violations: Violation[],
  path: string,
  holds: boolean | (() => boolean),
  message: string,
): void {
  if (!(typeof holds === "function" ? computed(holds) : holds)) violations.push({ path, rule: "check", message });
}

function computed(holds: () => boolean): boolean {
  try {
    return holds();
  } catch {
    return false;
  }
}

/** Takes from what was found at a `@sensitive` member all that tells of its value, keys of maps in paths too: which rule is broken stays. */
export function hideValues(violations: Violation[], path: string): void {
  for (const [index, { path: found, rule }] of violations.entries()) {
    const isWithin = found === path || found.startsWith(`${path}.`) || found.startsWith(`${path}[`);
    if (isWithin) violations[index] = { path, rule, message: `must satisfy @${rule}` };
  }
}

/** Adds what was found inside a member, with the member's path in front. */
export function addNested(violations: Violation[], path: string, nested: readonly Violation[]): void {
  for (const violation of nested) violations.push({ ...violation, path: joinPaths(path, violation.path) });
}

function joinPaths(outer: string, inner: string): string {
  if (inner === "" || inner.startsWith("[")) return outer + inner;
  return `${outer}.${inner}`;
}
