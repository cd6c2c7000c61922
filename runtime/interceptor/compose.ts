import type { CallInfo } from "../call/context.ts";
import type { Interceptor, StreamNext, UnaryNext } from "./interceptor.ts";

/** The way of a unary call through all interceptors to `last`; undefined when none of them minds unary calls. */
export function composeUnary<C extends CallInfo>(
  interceptors: readonly Interceptor<C>[],
  last: UnaryNext,
): UnaryNext | undefined {
  const minding = interceptors.filter((interceptor) => interceptor.unary !== undefined);
  if (minding.length === 0) return undefined;
  return minding.reduceRight<UnaryNext>((next, interceptor) => wrapUnary(interceptor, next), last);
}

/** The way of a streaming call through all interceptors to `last`; undefined when none of them minds streams. */
export function composeStream<C extends CallInfo>(
  interceptors: readonly Interceptor<C>[],
  last: StreamNext,
): StreamNext | undefined {
  const minding = interceptors.filter((interceptor) => interceptor.stream !== undefined);
  if (minding.length === 0) return undefined;
  return minding.reduceRight<StreamNext>((next, interceptor) => wrapStream(interceptor, next), last);
}

/** Built once per chain, not per call: a call costs no allocation here. */
function wrapUnary<C extends CallInfo>(interceptor: Interceptor<C>, next: UnaryNext): UnaryNext {
  return (call, request) => {
    try {
      const reply = interceptor.unary?.(call as C, request, next);
      return isThenable(reply) ? reply : Promise.resolve(reply);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

function wrapStream<C extends CallInfo>(interceptor: Interceptor<C>, next: StreamNext): StreamNext {
  return (call, requests) => {
    try {
      const items = interceptor.stream?.(call as C, requests, next);
      return isAsyncIterable(items) ? items : failedItems(notItems(interceptor.name, items));
    } catch (error) {
      return failedItems(error);
    }
  };
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function notItems(name: string, found: unknown): TypeError {
  return new TypeError(
    `The interceptor "${name}" returned ${typeof found} for a stream; return what next() gave, or another async iterable.`,
  );
}

/** Items that fail at the first read. */
export async function* failedItems(error: unknown): AsyncGenerator<never> {
  throw error;
}

/** @throws TypeError that says what is wrong with one of the interceptors */
export function checkInterceptors<C extends CallInfo>(
  interceptors: readonly Interceptor<C>[] | undefined,
): readonly Interceptor<C>[] {
  for (const interceptor of interceptors ?? []) {
    if (typeof interceptor !== "object" || interceptor === null || typeof interceptor.name !== "string") {
      throw new TypeError(
        "An interceptor is an object with a name and a unary or stream function: { name, unary(call, request, next) { ... } }.",
      );
    }
    const { name, at } = interceptor as { readonly name: string; readonly at?: unknown };
    if (at !== undefined && at !== "call" && at !== "attempt") {
      throw new TypeError(`The interceptor "${name}" is at ${JSON.stringify(at)}; expected "call" or "attempt".`);
    }
  }
  return interceptors ?? [];
}
