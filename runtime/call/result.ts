import { RpcError } from "../errors/rpc-error.ts";
import type { Call } from "./method-type.ts";

/** The outcome of a call as a value. `E`: the errors that the schema declares for the method. */
export type Result<T, E = never> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E | RpcError };

/**
 * Waits for a call without throwing: `const { ok, value } = await result(users.get({ id }))`.
 * Errors of the runtime, declared or not, are returned; anything else (a bug on this side) still rejects.
 */
export function result<T, E = never>(call: Call<T, E>): Promise<Result<T, E>> {
  return call.then(
    (value): Result<T, E> => ({ ok: true, value }),
    (error: unknown): Result<T, E> => {
      if (RpcError.is(error)) return { ok: false, error };
      throw error;
    },
  );
}
