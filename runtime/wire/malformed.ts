import { RpcError } from "../errors/rpc-error.ts";

/** The error for bytes or values that the schema excludes: `invalid_argument`, reason `malformed_message`. */
export function malformed(message: string): RpcError {
  return new RpcError({ reason: "malformed_message", message });
}

/** Names a value for an error message without revealing much of it: `string "abc"`, `number 1.5`, `null`, `array`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string")
    return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean") return `${typeof value} ${value}`;
  if (typeof value === "bigint") return `bigint ${shortBigint(value)}`;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Printing a huge bigint takes quadratic time, so only those of 128 bits at most are printed. */
function shortBigint(value: bigint): string {
  return BigInt.asIntN(128, value) === value ? String(value) : "of more than 128 bits";
}
