import { describe, expect, test } from "vitest";
import {
  type ClientInterceptor,
  createChannel,
  createClient,
  createSlot,
  type Endpoint,
  type FaultMode,
  type Plugin,
  RpcError,
} from "../../../runtime/index.ts";
import { Lab } from "../fixture/lab.ts";
import { collect, createSignal, createWorld, errorOf } from "../fixture/world.ts";
import { createFleet } from "./fleet.ts";

/** Tells what it sees of each attempt. */
function watching(log: unknown[]): ClientInterceptor {
  return {
    name: "watching",
    at: "attempt",
    unary(call, request, next) {
      log.push(["start", call.attempt, call.endpoint?.address]);
      return next(call, request).finally(() => log.push(["end", call.attempt, call.endpoint?.address]));
    },
    async *stream(call, requests, next) {
      log.push(["start", call.attempt]);
      yield* next(call, requests);
      log.push(["end", call.endpoint?.id]);
    },
  };
}

/** Tries once more after each failure, up to `max` attempts. */
function trying(max: number): FaultMode {
  return {
    name: "trying",
    async run(_call, scope) {
      for (let made = 1; ; made++) {
        try {
          return await scope.start().reply;
        } catch (error) {
          if (made === max) throw error;
        }
      }
    },
  };
}

describe("an interceptor at attempt", () => {
  test("is called once for each attempt, inside the fault mode, and knows where it went", async () => {
    const log: unknown[] = [];
    const around: ClientInterceptor = {
      name: "around",
      unary(call, request, next) {
        log.push("call");
        return next(call, request);
      },
    };
    await using fleet = await createFleet({
      count: 3,
      interceptors: [watching(log), around],
      faultMode: trying(3),
      handlers: (index) => ({
        echo() {
          throw new RpcError({ code: 14, message: `server ${index}` });
        },
      }),
      server: { onError: () => undefined },
    });
    await fleet.run(errorOf(fleet.lab.echo({})));
    const places = log.flatMap((entry) => (Array.isArray(entry) && entry[0] === "end" ? [entry[2]] : []));
    expect(log[0]).toBe("call");
    expect(log.filter((entry) => Array.isArray(entry)).map((entry) => (entry as unknown[]).slice(0, 2))).toEqual([
      ["start", 0],
      ["end", 0],
      ["start", 1],
      ["end", 1],
      ["start", 2],
      ["end", 2],
    ]);
    expect(new Set(places)).toEqual(new Set(["memory:s0", "memory:s1", "memory:s2"]));
  });

  test("knows the one address of a channel to one server, before and after", async () => {
    const log: unknown[] = [];
    await using world = await createWorld({ client: { interceptors: [watching(log)] } });
    await world.lab.echo({});
    expect(log).toEqual([
      ["start", 0, world.address],
      ["end", 0, world.address],
    ]);
  });

  test("knows it as one object, whichever client calls and however often", async () => {
    await using world = await createWorld();
    const seen = new Set<Endpoint | undefined>();
    const noting: ClientInterceptor = {
      name: "noting",
      at: "attempt",
      unary: (call, request, next) => next(seen.add(call.endpoint) && call, request),
    };
    await using channel = createChannel({ target: world.address, interceptors: [noting] });
    for (const timeoutMs of [1_000, 2_000, 2_000]) await createClient(Lab, { channel, timeoutMs }).echo({});
    expect(seen.size).toBe(1);
    expect([...seen][0]?.instance).toBe(channel.instances().instances[0]);
  });

  test("stands around streams of all kinds", async () => {
    const log: unknown[] = [];
    await using world = await createWorld({ client: { interceptors: [watching(log)] } });
    await collect(world.lab.list({ count: 2 }));
    await collect(world.lab.chat([{}, {}]));
    expect((await world.lab.sum([{ count: 2 }, { count: 3 }])).count).toBe(5);
    expect(log.slice(0, 4)).toEqual([
      ["start", 0],
      ["end", world.address],
      ["start", 0],
      ["end", world.address],
    ]);
  });

  test("adds metadata to its own attempt only, and keeps values beside those of the call", async () => {
    const slot = createSlot<string>("kept");
    const seen: unknown[] = [];
    const tagging: ClientInterceptor = {
      name: "tagging",
      at: "attempt",
      unary(call, request, next) {
        seen.push(call.get(slot));
        call.set(slot, "attempt");
        call.setMetadata("attempt", String(call.attempt));
        return next(call, request);
      },
    };
    const around: ClientInterceptor = {
      name: "around",
      async unary(call, request, next) {
        call.set(slot, "call");
        const reply = await next(call, request);
        seen.push(call.get(slot));
        return reply;
      },
    };
    const received: unknown[] = [];
    await using world = await createWorld({
      client: { interceptors: [around, tagging], faultMode: trying(2) },
      server: { onError: () => undefined },
      handlers: {
        echo(note, context) {
          received.push([...context.metadata]);
          if (received.length === 1) throw new Error("once");
          return note;
        },
      },
    });
    await world.lab.echo({}, { metadata: { given: "x" } });
    expect(seen).toEqual(["call", "call", "call"]);
    expect(received).toEqual([
      [
        ["given", "x"],
        ["attempt", "0"],
      ],
      [
        ["given", "x"],
        ["attempt", "1"],
      ],
    ]);
  });

  test("may come from a plugin, and must pass its own call on", async () => {
    const fake: Plugin<ClientInterceptor> = {
      name: "fake",
      setup(kernel) {
        kernel.addInterceptor({
          name: "fake",
          at: "attempt",
          unary: (call, request, next) => next({ ...call }, request),
        });
      },
    };
    await using world = await createWorld({ client: { plugins: [fake] } });
    expect(String(await errorOf(world.lab.echo({})))).toMatch(/must give next\(\) the call/);
  });

  test("whose place is none is refused", async () => {
    const wrong = { name: "wrong", at: "server" } as unknown as ClientInterceptor;
    await expect(createWorld({ client: { interceptors: [wrong] } })).rejects.toThrow(/"wrong" is at "server"/);
  });
});

describe("a fault mode", () => {
  test("runs once per call, and its result is the outcome", async () => {
    const mode: FaultMode = { name: "constant", run: () => Promise.resolve({ text: "made up", count: 1 }) };
    await using world = await createWorld({ client: { faultMode: mode } });
    expect((await world.lab.echo({})).text).toBe("made up");
  });

  test("gives one of two attempts up, also at its server, while the other one answers", async () => {
    const cancelled = createSignal<string>();
    const mode: FaultMode = {
      name: "twice",
      async run(_call, scope) {
        const slow = scope.start();
        const quick = scope.start();
        const reply = await quick.reply;
        slow.cancel();
        await slow.reply.catch((error: RpcError) => expect(error.reason).toBe("cancelled_by_caller"));
        expect(new Set([slow.endpoint?.id, quick.endpoint?.id])).toEqual(new Set(["memory:s0", "memory:s1"]));
        return reply;
      },
    };
    let begun = 0;
    await using fleet = await createFleet({
      count: 2,
      faultMode: mode,
      handlers: () => ({
        echo(note, context) {
          if (begun++ > 0) return note;
          context.signal.addEventListener("abort", () => cancelled.resolve("at the server"));
          return new Promise<never>(() => undefined);
        },
      }),
    });
    expect((await fleet.run(fleet.lab.echo({ text: "x" }))).text).toBe("x");
    expect(await fleet.run(cancelled.promise)).toBe("at the server");
  });

  test("sends an attempt where it wants, and knows where it may", async () => {
    const mode: FaultMode = {
      name: "broadcast",
      async run(_call, scope) {
        const attempts = scope.endpoints().map((endpoint) => scope.start({ endpoint }));
        const replies = await Promise.all(attempts.map(({ reply }) => reply as Promise<{ count: number }>));
        return { text: replies.map(({ count }) => count).join(","), count: 0 };
      },
    };
    await using fleet = await createFleet({ count: 4, faultMode: mode });
    expect((await fleet.run(fleet.lab.echo({}))).text).toBe("0,1,2,3");
  });

  test("that waits is ended by the deadline of the call", async () => {
    const mode: FaultMode = { name: "stuck", run: () => new Promise(() => undefined) };
    await using fleet = await createFleet({ count: 1, faultMode: mode });
    const error = await fleet.run(errorOf(fleet.lab.echo({}, { timeoutMs: 100 })));
    expect(RpcError.is(error) && error.reason).toBe("deadline_passed");
  });
});
