/** Names a value for an error message without revealing much of it: `"abc"`, `1.5`, `null`, `an array`. */
export function describeValue(value: unknown): string {
  if (typeof value === "string")
    return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === "bigint") return `bigint ${shortBigint(value)}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" || typeof value === "symbol" ? `a ${typeof value}` : String(value);
}

/** Printing a huge bigint takes quadratic time, so only those of 128 bits at most are printed. */
function shortBigint(value: bigint): string {
  return BigInt.asIntN(128, value) === value ? String(value) : "of more than 128 bits";
}

/**
 * The text of an error about a value that a program passed.
 * @param what `The option "insecure"`
 * @param expected `true or false`
 */
export function mustBe(what: string, expected: string, found: unknown): string {
  return `${what} must be ${expected}; found ${describeValue(found)}.`;
}
