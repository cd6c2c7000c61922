import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";

const pattern = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/**
 * Returns `value` when it is a UUID in its usual spelling, or empty: the value of a field that nobody has set.
 *
 * @throws RpcError `invalid_argument` otherwise
 */
export function checkUuid(value: string): string {
  if (value === "" || (typeof value === "string" && pattern.test(value))) return value;
  throw malformed(`expected a UUID such as "123e4567-e89b-12d3-a456-426614174000", found ${describeValue(value)}`);
}
