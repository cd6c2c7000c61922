import { describe, expect, test } from "vitest";
import type { CallInfo } from "../../../runtime/call/context.ts";
import type { Items } from "../../../runtime/call/method-type.ts";
import { checkInterceptors, composeStream, composeUnary } from "../../../runtime/interceptor/compose.ts";
import type { Interceptor } from "../../../runtime/interceptor/interceptor.ts";

const call = {} as CallInfo;

function tracing(name: string, log: string[]): Interceptor {
  return {
    name,
    unary(info, request, next) {
      log.push(`${name} in`);
      return next(info, request).finally(() => log.push(`${name} out`));
    },
    async *stream(info, requests, next) {
      log.push(`${name} in`);
      yield* next(info, requests);
      log.push(`${name} out`);
    },
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("composed unary interceptors", () => {
  test("run in order on the way in and in reverse on the way out", async () => {
    const log: string[] = [];
    const chain = composeUnary([tracing("a", log), tracing("b", log)], async () => void log.push("last"));
    await chain?.(call, 1);
    expect(log).toEqual(["a in", "b in", "last", "b out", "a out"]);
  });

  test("are no chain when none of them minds unary calls", () => {
    expect(composeUnary([], async () => 1)).toBeUndefined();
    expect(
      composeUnary([{ name: "streams only", stream: (info, items, next) => next(info, items) }], async () => 1),
    ).toBeUndefined();
  });

  test("pass the very promise of the last link on", () => {
    const promise = Promise.resolve(1);
    const chain = composeUnary([{ name: "pass", unary: (info, request, next) => next(info, request) }], () => promise);
    expect(chain?.(call, 1)).toBe(promise);
  });

  test("turn a throw into a rejection that outer interceptors see", async () => {
    const seen: unknown[] = [];
    const fault = new Error("fault");
    const outer: Interceptor = {
      name: "outer",
      unary: (info, request, next) =>
        next(info, request).catch((error: unknown) => {
          seen.push(error);
          return "saved";
        }),
    };
    const inner: Interceptor = {
      name: "inner",
      unary: () => {
        throw fault;
      },
    };
    expect(await composeUnary([outer, inner], async () => 1)?.(call, 1)).toBe("saved");
    expect(seen).toEqual([fault]);
  });

  test("may answer without the rest, also with a bare value", async () => {
    const cache = { name: "cache", unary: () => "cached" } as unknown as Interceptor;
    const outer: Interceptor = {
      name: "outer",
      unary: (info, request, next) => next(info, request).then((reply) => `${String(reply)}!`),
    };
    expect(await composeUnary([outer, cache], () => Promise.reject(new Error("not reached")))?.(call, 1)).toBe(
      "cached!",
    );
  });

  test("may call the rest again", async () => {
    let tries = 0;
    const retry: Interceptor = {
      name: "retry",
      unary: (info, request, next) => next(info, request).catch(() => next(info, request)),
    };
    const last = () => (++tries === 1 ? Promise.reject(new Error("first")) : Promise.resolve("second"));
    expect(await composeUnary([retry], last)?.(call, 1)).toBe("second");
  });
});

describe("composed stream interceptors", () => {
  test("run in order around the items", async () => {
    const log: string[] = [];
    const last = async function* (_call: CallInfo, requests: Items<unknown>): AsyncGenerator<unknown> {
      yield* requests;
    };
    const chain = composeStream([tracing("a", log), tracing("b", log)], last);
    expect(chain === undefined ? [] : await collect(chain(call, [1, 2]))).toEqual([1, 2]);
    expect(log).toEqual(["a in", "b in", "b out", "a out"]);
  });

  test("turn a throw into items that fail", async () => {
    const chain = composeStream(
      [
        {
          name: "broken",
          stream: () => {
            throw new Error("fault");
          },
        },
      ],
      async function* () {},
    );
    await expect(chain === undefined ? undefined : collect(chain(call, []))).rejects.toThrow("fault");
  });

  test("are told when they return something that is no stream", async () => {
    const broken = { name: "broken", stream: () => 7 } as unknown as Interceptor;
    const chain = composeStream([broken], async function* () {});
    await expect(chain === undefined ? undefined : collect(chain(call, []))).rejects.toThrow(
      '"broken" returned number for a stream',
    );
  });
});

test.each([[7], [null], [{}], [() => undefined]])("%j is refused as an interceptor", (interceptor) => {
  expect(() => checkInterceptors([interceptor as unknown as Interceptor])).toThrow(
    "An interceptor is an object with a name",
  );
});
