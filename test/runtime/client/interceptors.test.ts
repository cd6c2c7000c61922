import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import {
  type ClientInterceptor,
  Code,
  createSlot,
  type Interceptor,
  RpcError,
  type ServerInterceptor,
} from "../../../runtime/index.ts";
import type { Note } from "../fixture/lab.ts";
import { createStoppedClock, settle } from "../fixture/stopped-clock.ts";
import { collect, createWorld, errorOf } from "../fixture/world.ts";

function tracing(name: string, log: string[]): Interceptor {
  return {
    name,
    unary(call, request, next) {
      log.push(`${name}>`);
      return next(call, request).finally(() => log.push(`<${name}`));
    },
    async *stream(call, requests, next) {
      log.push(`${name}>`);
      yield* next(call, requests);
      log.push(`<${name}`);
    },
  };
}

async function* nothing(): AsyncGenerator<never> {}

describe("interceptors", () => {
  test("of both sides stand around the handler in order, for calls of every kind", async () => {
    const log: string[] = [];
    await using world = await createWorld({
      client: { interceptors: [tracing("c1", log), tracing("c2", log)] },
      server: { interceptors: [tracing("s1", log), tracing("s2", log)] },
    });
    const expected = ["c1>", "c2>", "s1>", "s2>", "<s2", "<s1", "<c2", "<c1"];
    for (const call of [
      () => world.lab.echo({}),
      () => world.lab.ping(),
      () => collect(world.lab.list({ count: 2 })),
      () => collect(world.lab.chat([{ count: 2 }])),
    ]) {
      log.length = 0;
      await call();
      expect(log).toEqual(expected);
    }
    log.length = 0;
    expect((await world.lab.sum([{ count: 2 }])).count).toBe(2);
    expect(log.slice(0, 4)).toEqual(expected.slice(0, 4));
  });

  test("see and change messages of unary calls and streams", async () => {
    const shouting: ClientInterceptor = {
      name: "shouting",
      unary: async (call, request, next) => {
        const reply = (await next(call, { ...(request as Note), text: "changed" })) as Note;
        return { ...reply, text: reply.text.toUpperCase() };
      },
      async *stream(call, requests, next) {
        for await (const item of next(call, requests)) yield { ...(item as Note), text: "from the interceptor" };
      },
    };
    await using world = await createWorld({ client: { interceptors: [shouting] } });
    expect((await world.lab.echo({ text: "given" })).text).toBe("CHANGED");
    expect((await collect(world.lab.list({ count: 1 })))[0]?.text).toBe("from the interceptor");
  });

  test("of a client add metadata and know the method and the time that is left", async () => {
    const seen: unknown[] = [];
    const tagging: ClientInterceptor = {
      name: "tagging",
      unary(call, request, next) {
        call.setMetadata("tag", "a");
        seen.push(call.method.name, call.remainingMs > 4_000, call.metadata.get("given"), call.attempt);
        return next(call, request);
      },
    };
    await using world = await createWorld({
      client: { interceptors: [tagging] },
      handlers: {
        echo: (_note, context) => ({ text: `${context.metadata.get("given")}${context.metadata.get("tag")}` }),
      },
    });
    expect((await world.lab.echo({}, { timeoutMs: 5_000, metadata: { given: "g" } })).text).toBe("ga");
    expect(seen).toEqual(["echo", true, "g", 0]);
  });

  test("of a client may try again, and the server sees which attempt it is", async () => {
    const attempts: number[] = [];
    const retrying: ClientInterceptor = {
      name: "retrying",
      unary: (call, request, next) => next(call, request).catch(() => next(call, request)),
    };
    await using world = await createWorld({
      client: { interceptors: [retrying] },
      handlers: {
        echo(note, context) {
          attempts.push(context.attempt);
          if (context.attempt === 0) throw new RpcError({ code: Code.unavailable, message: "once more" });
          return note;
        },
      },
    });
    expect((await world.lab.echo({ text: "a" })).text).toBe("a");
    expect(attempts).toEqual([0, 1]);
  });

  test("of a client that answer themselves send nothing", async () => {
    let calls = 0;
    const cache: ClientInterceptor = { name: "cache", unary: () => Promise.resolve({ text: "cached", count: 0 }) };
    await using world = await createWorld({
      client: { interceptors: [cache] },
      handlers: { echo: (note) => (calls++, note) },
    });
    expect((await world.lab.echo({})).text).toBe("cached");
    expect(calls).toBe(0);
  });

  test("of a client that throw fail their call with their own error, and no other", async () => {
    const broken: ClientInterceptor = {
      name: "broken",
      unary(call, request, next) {
        if (call.method.name === "echo") throw new Error("mine");
        return next(call, request);
      },
      stream() {
        throw new Error("mine too");
      },
    };
    await using world = await createWorld({ client: { interceptors: [broken] } });
    await expect(world.lab.echo({})).rejects.toThrow("mine");
    await expect(collect(world.lab.list({}))).rejects.toThrow("mine too");
    await expect(world.lab.sum([])).rejects.toThrow("mine too");
    await world.lab.ping();
  });

  test("of a client that drop the one message of a stream are told", async () => {
    const dropping: ClientInterceptor = {
      name: "dropping",
      stream: (call, _requests, next) => (call.method.name === "sum" ? nothing() : next(call, [])),
    };
    await using world = await createWorld({ client: { interceptors: [dropping] } });
    await expect(world.lab.sum([])).rejects.toThrow("/lab.v1.Lab/Sum ended without a reply");
    await expect(collect(world.lab.list({}))).rejects.toThrow("must give next() one request for /lab.v1.Lab/List");
  });

  test("of a client that call next with another call are told", async () => {
    const broken: ClientInterceptor = { name: "broken", unary: (call, request, next) => next({ ...call }, request) };
    await using world = await createWorld({ client: { interceptors: [broken] } });
    await expect(world.lab.echo({})).rejects.toThrow("the call that it was given");
  });

  test("of a server that throw are hidden like handlers", async () => {
    const reported: unknown[] = [];
    const broken: ServerInterceptor = {
      name: "broken",
      unary() {
        throw new Error("secret");
      },
      stream() {
        throw new Error("secret");
      },
    };
    await using world = await createWorld({
      server: { interceptors: [broken], onError: (error) => reported.push(error) },
    });
    for (const call of [
      world.lab.echo({}),
      collect(world.lab.list({})),
      world.lab.sum([]),
      collect(world.lab.chat([])),
    ]) {
      const error = await errorOf(call);
      expect(RpcError.is(error) && error.message).toBe("internal error");
    }
    expect(reported.length).toBe(4);
  });

  test("of a server that forget the promise of next do not let a handler's error end the process", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const forgetful: ServerInterceptor = {
      name: "forgetful",
      unary(call, request, next) {
        void next(call, request);
        return Promise.resolve({});
      },
    };
    await using world = await createWorld({
      server: { interceptors: [forgetful] },
      handlers: {
        echo() {
          throw new Error("forgotten");
        },
        quick: () => Promise.reject(new Error("forgotten")),
      },
    });
    await world.lab.echo({});
    await world.lab.quick({}, { timeoutMs: 10_000 });
    await settle();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("of a server that drop the one message of a stream are told", async () => {
    const reported: unknown[] = [];
    const dropping: ServerInterceptor = { name: "dropping", async *stream() {} };
    await using world = await createWorld({
      server: { interceptors: [dropping], onError: (error) => reported.push(error) },
    });
    await errorOf(world.lab.sum([]));
    expect(String(reported[0])).toContain("dropped the only message of /lab.v1.Lab/Sum");
  });

  test("of a server refuse before the body is decoded", async () => {
    const order: string[] = [];
    const guard: ServerInterceptor = {
      name: "guard",
      admit(call) {
        order.push("admit");
        if (call.metadata.get("token") !== "good")
          throw new RpcError({ code: Code.unauthenticated, message: "who are you?" });
      },
    };
    await using world = await createWorld({
      server: { interceptors: [guard] },
      handlers: { echo: (note) => (order.push("handler"), note) },
    });
    const refused = await errorOf(world.lab.echo({ count: -1 }));
    expect(RpcError.is(refused) && refused.code).toBe(Code.unauthenticated);
    await world.lab.echo({}, { metadata: { token: "good" } });
    expect(order).toEqual(["admit", "admit", "handler"]);
  });

  test("of a server may need time to admit, for calls with bodies and with items", async () => {
    const slow: ServerInterceptor = {
      name: "slow",
      async admit(call) {
        await new Promise((resolve) => setImmediate(resolve));
        if (call.metadata.has("bad")) throw new RpcError({ code: Code.permissionDenied, message: "no" });
      },
    };
    await using world = await createWorld({ server: { interceptors: [slow, slow] } });
    expect((await world.lab.echo({ text: "kept" })).text).toBe("kept");
    expect((await world.lab.sum([{ count: 1 }, { count: 2 }])).count).toBe(3);
    const refused = await errorOf(world.lab.echo({}, { metadata: { bad: "1" } }));
    expect(RpcError.is(refused) && refused.code).toBe(Code.permissionDenied);
  });

  test("hand values on to the handler in slots", async () => {
    const user = createSlot<string>("user");
    const naming: ServerInterceptor = {
      name: "naming",
      unary(call, request, next) {
        call.set(user, "ada");
        return next(call, request);
      },
    };
    await using world = await createWorld({
      server: { interceptors: [naming] },
      handlers: { echo: (_note, context) => ({ text: context.get(user) }) },
    });
    expect((await world.lab.echo({})).text).toBe("ada");
  });

  test("that read the signal of a client call see it fire, and leave nothing behind", async () => {
    let fired = 0;
    const watching: ClientInterceptor = {
      name: "watching",
      unary(call, request, next) {
        call.signal.addEventListener("abort", () => fired++);
        return next(call, request);
      },
    };
    await using world = await createWorld({
      client: { interceptors: [watching] },
      handlers: { quick: () => new Promise(() => undefined) },
    });
    const controller = new AbortController();
    await world.lab.echo({}, { signal: controller.signal });
    expect(getEventListeners(controller.signal, "abort").length).toBe(0);
    const call = errorOf(world.lab.quick({}, { signal: controller.signal, timeoutMs: 60_000 }));
    controller.abort();
    await call;
    expect(fired).toBe(1);
  });

  test("that never answer do not outlive the deadline or the caller's signal", async () => {
    const stuck: ClientInterceptor = { name: "stuck", unary: () => new Promise(() => undefined) };
    const clock = createStoppedClock();
    await using world = await createWorld({ client: { interceptors: [stuck], environment: clock } });
    const late = errorOf(world.lab.echo({}, { timeoutMs: 100 }));
    await clock.advance(150);
    expect(await late).toMatchObject({ reason: "deadline_passed" });
    const controller = new AbortController();
    const cancelled = errorOf(world.lab.echo({}, { signal: controller.signal }));
    controller.abort();
    expect(await cancelled).toMatchObject({ reason: "cancelled_by_caller" });
    expect(await errorOf(world.lab.echo({}, { signal: controller.signal }))).toMatchObject({
      reason: "cancelled_by_caller",
    });
  });

  test("of a call by what is no signal are told, and so is its caller", async () => {
    const seen: string[] = [];
    const passing: ClientInterceptor = { name: "passing", unary: (call, request, next) => next(call, request) };
    const reading: ClientInterceptor = {
      name: "reading",
      unary(call) {
        try {
          return Promise.resolve({ text: String(call.signal.aborted) });
        } catch (error) {
          seen.push((error as Error).message);
          throw error;
        }
      },
    };
    const text = 'The option "signal" must be an AbortSignal, as controller.signal is one; found 5.';
    for (const interceptor of [passing, reading]) {
      await using world = await createWorld({ client: { interceptors: [interceptor] } });
      await expect(world.lab.echo({}, { signal: 5 as never })).rejects.toThrow(text);
    }
    expect(seen).toEqual([text]);
  });

  test("that read the signal of a client call see it fire at the deadline", async () => {
    const reasons: unknown[] = [];
    const watching: ClientInterceptor = {
      name: "watching",
      unary(call) {
        return new Promise((_resolve, reject) => {
          call.signal.addEventListener("abort", () => {
            reasons.push(call.signal.reason);
            reject(call.signal.reason as Error);
          });
        });
      },
    };
    const clock = createStoppedClock();
    await using world = await createWorld({ client: { interceptors: [watching], environment: clock } });
    const late = errorOf(world.lab.echo({}, { timeoutMs: 100 }));
    await clock.advance(150);
    expect(await late).toMatchObject({ reason: "deadline_passed" });
    expect(reasons).toMatchObject([{ reason: "deadline_passed" }]);
  });
});
