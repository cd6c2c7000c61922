import type { RpcError } from "../errors/rpc-error.ts";
import { wireLimits } from "../wire/limits.ts";

/** Holds the items and entries of a message in JSON to as many as the binary format takes. @throws the error of `place` */
export function checkElements(count: number, place: { fail(message: string): RpcError }): void {
  if (count > wireLimits.maxElements) throw place.fail(`a message holds more than ${wireLimits.maxElements} values`);
}
