import { describe, expect, test } from "vitest";
import { Code, RpcError } from "../../../runtime/index.ts";
import { collect, createSignal, createWorld, errorOf, type World, type WorldOptions } from "../fixture/world.ts";
import { createStoppedClock, settle, type StoppedClock } from "../fixture/stopped-clock.ts";

async function virtualWorld(options: WorldOptions = {}): Promise<World & { readonly clock: StoppedClock }> {
  const clock = createStoppedClock();
  const world = await createWorld({
    ...options,
    server: { environment: clock, ...options.server },
    client: { environment: clock, ...options.client },
  });
  await world.lab.ping();
  return {
    ...world,
    clock,
    async [Symbol.asyncDispose]() {
      const closing = world[Symbol.asyncDispose]();
      await clock.advance(1_000);
      await clock.advance(60_000);
      await closing;
    },
  };
}

const never = (): Promise<never> => new Promise(() => undefined);

function expectDeadline(error: unknown): void {
  expect(RpcError.is(error) && error.code).toBe(Code.deadlineExceeded);
  expect(RpcError.is(error) && error.reason).toBe("deadline_passed");
}

describe("a deadline", () => {
  test("given at the call fails the call when it passes, not earlier", async () => {
    await using world = await virtualWorld({ handlers: { echo: never } });
    let settled = false;
    const call = errorOf(world.lab.echo({}, { timeoutMs: 1_000 })).finally(() => (settled = true));
    await world.clock.advance(900);
    expect(settled).toBe(false);
    await world.clock.advance(200);
    expectDeadline(await call);
  });

  test("of the schema holds when the call gives none", async () => {
    await using world = await virtualWorld({ handlers: { quick: never } });
    const call = errorOf(world.lab.quick({}));
    await world.clock.advance(100);
    expectDeadline(await call);
  });

  test("of the call goes before that of the schema", async () => {
    await using world = await virtualWorld({ handlers: { quick: never } });
    let settled = false;
    void errorOf(world.lab.quick({}, { timeoutMs: 5_000 })).finally(() => (settled = true));
    await world.clock.advance(1_000);
    expect(settled).toBe(false);
  });

  test("is 30 s for a unary call of which nothing else is known", async () => {
    await using world = await virtualWorld({ handlers: { echo: never } });
    let settled = false;
    const call = errorOf(world.lab.echo({})).finally(() => (settled = true));
    await world.clock.advance(29_900);
    expect(settled).toBe(false);
    await world.clock.advance(200);
    expectDeadline(await call);
  });

  test("reaches the handler as the time that remains and aborts its signal", async () => {
    const entered = createSignal<number>();
    const aborted = createSignal<unknown>();
    await using world = await virtualWorld({
      handlers: {
        echo(_note, context) {
          entered.resolve(context.remainingMs);
          context.signal.addEventListener("abort", () => aborted.resolve(context.signal.reason));
          return never();
        },
      },
    });
    const call = errorOf(world.lab.echo({}, { timeoutMs: 400 }));
    const remaining = await entered.promise;
    expect(remaining).toBeGreaterThan(350);
    expect(remaining).toBeLessThanOrEqual(400);
    await world.clock.advance(500);
    expectDeadline(await call);
    expect(RpcError.is(await aborted.promise)).toBe(true);
  });

  test("is cut to the ceiling of the server", async () => {
    const entered = createSignal<number>();
    await using world = await virtualWorld({
      server: { limits: { maxDeadlineMs: 1_000 } },
      handlers: {
        echo(note, context) {
          entered.resolve(context.remainingMs);
          return note;
        },
      },
    });
    await world.lab.echo({}, { timeoutMs: 60_000 });
    expect(await entered.promise).toBeLessThanOrEqual(1_000);
  });

  test("of Infinity is none", async () => {
    const entered = createSignal<number>();
    await using world = await virtualWorld({
      handlers: {
        echo(note, context) {
          entered.resolve(context.remainingMs);
          return note;
        },
      },
    });
    await world.lab.echo({}, { timeoutMs: Infinity });
    expect(await entered.promise).toBe(Infinity);
  });

  test("is none for a stream unless the call gives one", async () => {
    const entered = createSignal<number>();
    await using world = await virtualWorld({
      handlers: {
        *list(_note, context) {
          entered.resolve(context.remainingMs);
          yield {};
        },
      },
    });
    for await (const _note of world.lab.list({}));
    expect(await entered.promise).toBe(Infinity);
  });

  test("ends a stream between items", async () => {
    await using world = await virtualWorld({
      handlers: {
        async *list() {
          yield { count: 1 };
          await never();
        },
      },
    });
    const counts: number[] = [];
    const reading = errorOf(
      (async () => {
        for await (const note of world.lab.list({}, { timeoutMs: 300 })) counts.push(note.count);
      })(),
    );
    await world.clock.advance(400);
    expectDeadline(await reading);
    expect(counts).toEqual([1]);
  });

  test("fires while the connection is still being made", async () => {
    const clock = createStoppedClock();
    const stuck = { scheme: "memory", isPrivate: () => true, connect: never, listen: never };
    await using world = await createWorld({ client: { environment: clock, transports: [stuck] } });
    const call = errorOf(world.lab.echo({}, { timeoutMs: 200 }));
    await clock.advance(300);
    expectDeadline(await call);
  });

  test("leaves no timer behind when the call is answered", async () => {
    await using world = await virtualWorld();
    const before = world.clock.pendingTimers;
    await Promise.all(Array.from({ length: 50 }, () => world.lab.echo({}, { timeoutMs: 10_000 })));
    await settle();
    expect(world.clock.pendingTimers).toBeLessThanOrEqual(before + 2);
  });

  test.each([0, -1, Number.NaN, "5" as unknown as number])(
    "of %s ms is refused with what is expected",
    async (timeoutMs) => {
      await using world = await createWorld();
      const error = await errorOf(world.lab.echo({}, { timeoutMs }));
      expect(error).toBeInstanceOf(RangeError);
      expect(String(error)).toContain("timeoutMs must be milliseconds above 0, or Infinity for no deadline; found");
      await expect(world.lab.sum([], { timeoutMs })).rejects.toThrow(RangeError);
      await expect(collect(world.lab.list({}, { timeoutMs }))).rejects.toThrow(RangeError);
    },
  );
});
