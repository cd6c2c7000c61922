import type { Items } from "../call/method-type.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** The items as they are; `onItem` is called with each before it is passed on. */
export function tapItems(items: Items<unknown>, onItem: (item: unknown) => void): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      const inner = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
      return {
        async next() {
          const result = await inner.next();
          if (result.done !== true) onItem(result.value);
          return result;
        },
        async return(value?: unknown) {
          return inner.return === undefined ? { done: true, value } : inner.return(value);
        },
      };
    },
  };
}

/** The items as they are; `onEnd` is called once when they end, fail or are left, with the error if there is one. */
export function watchItems(
  items: AsyncIterable<unknown>,
  onEnd: (error: RpcError | undefined) => void,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      const inner = items[Symbol.asyncIterator]();
      let isOver = false;
      const end = (error: RpcError | undefined): void => {
        if (isOver) return;
        isOver = true;
        onEnd(error);
      };
      return {
        async next() {
          try {
            const result = await inner.next();
            if (result.done === true) end(undefined);
            return result;
          } catch (error) {
            end(RpcError.from(error));
            throw error;
          }
        },
        async return(value?: unknown) {
          end(new RpcError({ reason: "cancelled_by_caller", message: "The stream was left." }));
          return inner.return === undefined ? { done: true, value } : inner.return(value);
        },
      };
    },
  };
}
