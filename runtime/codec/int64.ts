import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";
import type { Reader } from "../wire/reader.ts";

const decimal = /^(?:0|-?[1-9][0-9]{0,19})$/;

/** For `@js(number)`. @throws RpcError `invalid_argument` for anything but an integer within 2^53 */
export function int64FromNumber(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw malformed(`expected an integer within 2^53, found ${describeValue(value)}`);
  return BigInt(value);
}

/** For `@js(number)`. @throws RpcError `invalid_argument` for a value that no number holds exactly */
export function numberFromInt64(reader: Pick<Reader, "fail">, value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw reader.fail("an integer lies outside ±(2^53 - 1)");
  return number;
}

/** For `@js(string)`. @throws RpcError `invalid_argument` for anything but a plain decimal number */
export function int64FromText(value: string): bigint {
  if (typeof value === "string" && decimal.test(value)) return BigInt(value);
  throw malformed(`expected an integer as a decimal string, found ${describeValue(value)}`);
}
