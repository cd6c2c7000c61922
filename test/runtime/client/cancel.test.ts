import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { Code, RpcError } from "../../../runtime/index.ts";
import { collect, createSignal, createWorld, errorOf } from "../fixture/world.ts";

function expectCancelled(error: unknown): void {
  expect(RpcError.is(error) && error.code).toBe(Code.cancelled);
}

describe("cancelling", () => {
  test("a unary call fails it at once and aborts the handler's signal", async () => {
    const entered = createSignal();
    const aborted = createSignal<unknown>();
    await using world = await createWorld({
      handlers: {
        echo: (note, context) =>
          new Promise((resolve) => {
            context.signal.addEventListener("abort", () => {
              aborted.resolve(context.signal.reason);
              resolve(note);
            });
            entered.resolve();
          }),
      },
    });
    const controller = new AbortController();
    const call = errorOf(world.lab.echo({}, { signal: controller.signal }));
    await entered.promise;
    controller.abort(new Error("changed my mind"));
    const error = await call;
    expectCancelled(error);
    expect(RpcError.is(error) && (error.cause as Error).message).toBe("changed my mind");
    const reason = await aborted.promise;
    expect(RpcError.is(reason) && reason.code).toBe(Code.cancelled);
  });

  test("before the call sends nothing", async () => {
    let calls = 0;
    await using world = await createWorld({ handlers: { echo: (note) => (calls++, note) } });
    expectCancelled(await errorOf(world.lab.echo({}, { signal: AbortSignal.abort() })));
    expectCancelled(await errorOf(collect(world.lab.list({ count: 1 }, { signal: AbortSignal.abort() }))));
    await world.lab.ping();
    expect(calls).toBe(0);
  });

  test("a handler that reads its signal late finds it aborted", async () => {
    const entered = createSignal();
    const release = createSignal();
    const seen = createSignal<boolean>();
    await using world = await createWorld({
      handlers: {
        async echo(note, context) {
          entered.resolve();
          await release.promise;
          seen.resolve(context.signal.aborted);
          return note;
        },
      },
    });
    const controller = new AbortController();
    const call = errorOf(world.lab.echo({}, { signal: controller.signal }));
    await entered.promise;
    controller.abort();
    await call;
    await world.lab.ping();
    release.resolve();
    expect(await seen.promise).toBe(true);
  });

  test.each([
    [5, "5"],
    [null, "null"],
    [new AbortController(), "an object"],
  ])("by %o, which is no signal, is refused before anything is sent", async (given, found) => {
    let calls = 0;
    await using world = await createWorld({ handlers: { echo: (note) => (calls++, note) } });
    const signal = given as unknown as AbortSignal;
    for (const call of [
      world.lab.echo({}, { signal }),
      collect(world.lab.list({}, { signal })),
      world.lab.sum([], { signal }),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toBe(
        `The option "signal" must be an AbortSignal, as controller.signal is one; found ${found}.`,
      );
    }
    await world.lab.ping();
    expect(calls).toBe(0);
  });

  test("many calls by one signal uses one listener, and answered calls leave none", async () => {
    await using world = await createWorld();
    const { signal } = new AbortController();
    const calls = Array.from({ length: 100 }, () => world.lab.echo({}, { signal }));
    expect(getEventListeners(signal, "abort").length).toBe(1);
    await Promise.all(calls);
    expect(getEventListeners(signal, "abort").length).toBe(0);
  });

  test("all calls of one signal fails each of them", async () => {
    const entered = createSignal();
    let running = 0;
    await using world = await createWorld({
      handlers: {
        echo: () => {
          if (++running === 3) entered.resolve();
          return new Promise(() => undefined);
        },
      },
    });
    const controller = new AbortController();
    const calls = [1, 2, 3].map(() => errorOf(world.lab.echo({}, { signal: controller.signal })));
    await entered.promise;
    controller.abort();
    for (const call of calls) expectCancelled(await call);
  });

  test("a server stream by signal fails the loop and closes the handler's generator", async () => {
    const closed = createSignal();
    await using world = await createWorld({
      handlers: {
        async *list(_note, context) {
          try {
            for (;;) {
              yield { count: 1 };
              if (context.signal.aborted) return;
            }
          } finally {
            closed.resolve();
          }
        },
      },
    });
    const controller = new AbortController();
    const reading = errorOf(
      (async () => {
        for await (const _note of world.lab.list({}, { signal: controller.signal })) controller.abort();
      })(),
    );
    expectCancelled(await reading);
    await closed.promise;
  });

  test("by leaving the loop early closes the handler's generator", async () => {
    const closed = createSignal();
    await using world = await createWorld({
      handlers: {
        async *list() {
          try {
            for (let count = 0; ; count++) yield { count };
          } finally {
            closed.resolve();
          }
        },
      },
    });
    for await (const note of world.lab.list({})) if (note.count === 3) break;
    await closed.promise;
    await world.lab.ping();
  });

  test("a client stream closes the iterator of its items", async () => {
    const closed = createSignal();
    const entered = createSignal();
    async function* notes(): AsyncGenerator<{ count: number }> {
      try {
        for (let count = 0; ; count++) {
          yield { count };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        closed.resolve();
      }
    }
    await using world = await createWorld({
      handlers: {
        async sum(items) {
          for await (const _item of items) entered.resolve();
          return {};
        },
      },
    });
    const controller = new AbortController();
    const call = errorOf(world.lab.sum(notes(), { signal: controller.signal }));
    await entered.promise;
    controller.abort();
    expectCancelled(await call);
    await closed.promise;
  });

  test("makes the handler's loop over the client's items fail", async () => {
    const seen = createSignal<unknown>();
    const entered = createSignal();
    await using world = await createWorld({
      handlers: {
        async sum(items) {
          try {
            for await (const _item of items) entered.resolve();
          } catch (error) {
            seen.resolve(error);
          }
          return {};
        },
      },
    });
    const controller = new AbortController();
    async function* open(): AsyncGenerator<{ count: number }> {
      yield { count: 1 };
      await new Promise(() => undefined);
    }
    const call = errorOf(world.lab.sum(open(), { signal: controller.signal }));
    await entered.promise;
    controller.abort();
    await call;
    expectCancelled(await seen.promise);
  });
});
