import { describe, expect, test } from "vitest";
import { type ClientInterceptor, RpcError } from "../../../runtime/index.ts";
import { circuitBreaker, degradation, failover } from "../../../runtime/governance/index.ts";
import { createFleet } from "../client/fleet.ts";
import type { Note } from "../fixture/lab.ts";
import { createWorld, errorOf } from "../fixture/world.ts";
import { echoMethod, outcomeOf, unwell } from "../governance/repeatable.ts";

const refusal = new RpcError({ reason: "circuit_open", message: "not now" });

function writing(name: string, log: string[], more: Partial<ClientInterceptor> = {}): ClientInterceptor {
  return {
    name,
    admit() {
      log.push(`${name}>`);
      return undefined;
    },
    settled: (_call, failure, reply) => void log.push(`<${name} ${failure?.reason ?? String((reply as Note).count)}`),
    ...more,
  };
}

const passing: ClientInterceptor = { name: "passing", unary: (call, request, next) => next(call, request) };
const standingIn: Partial<ClientInterceptor> = { recover: async () => ({ text: "", count: 7 }) };
const refusing: Partial<ClientInterceptor> = {
  admit() {
    throw refusal;
  },
};

/** Hooks at the attempt, around a function, and around single attempts. */
const places = {
  "next to the attempt": (hooks: ClientInterceptor[]) => hooks,
  "around a function": (hooks: ClientInterceptor[]) => [...hooks, passing],
  "around each attempt": (hooks: ClientInterceptor[]) => hooks.map((hook) => ({ ...hook, at: "attempt" as const })),
};

describe.each(Object.entries(places))("hooks %s", (_place, arrange) => {
  async function callThrough(hooks: ClientInterceptor[], fails = false) {
    await using world = await createWorld({
      client: { interceptors: arrange(hooks) },
      handlers: {
        echo(note) {
          if (fails) throw new RpcError({ code: 14, message: "not well" });
          return { ...note, count: 1 };
        },
      },
    });
    return await world.lab.echo({}).then(
      ({ count }) => count,
      (error: RpcError) => error.message,
    );
  }

  test("hear of a call outermost first, and of its outcome innermost first", async () => {
    const log: string[] = [];
    expect(await callThrough([writing("a", log), writing("b", log)])).toBe(1);
    expect(log).toEqual(["a>", "b>", "<b 1", "<a 1"]);
  });

  test("that refuse a call tell those around them, and nobody else", async () => {
    const log: string[] = [];
    expect(await callThrough([writing("a", log), writing("b", log, refusing), writing("c", log)])).toBe("not now");
    expect(log).toEqual(["a>", "<a circuit_open"]);
  });

  test("may answer in place of the rest of the way", async () => {
    const log: string[] = [];
    const answering = { admit: async () => ({ text: "", count: 5 }) };
    expect(await callThrough([writing("a", log), writing("b", log, answering), writing("c", log)])).toBe(5);
    expect(log).toEqual(["a>", "<a 5"]);
  });

  test("may stand in for a reply, which those around them see", async () => {
    const log: string[] = [];
    const hooks = [writing("a", log), writing("b", log, standingIn), writing("c", log)];
    expect(await callThrough(hooks, true)).toBe(7);
    expect(log).toEqual(["a>", "b>", "c>", "<c application", "<b application", "<a 7"]);
  });

  test("may stand in for a refusal", async () => {
    const log: string[] = [];
    expect(await callThrough([writing("a", log, standingIn), writing("b", log, refusing)])).toBe(7);
  });

  test("that fail when a call is over change nothing about it", async () => {
    const failing = writing("a", [], {
      settled() {
        throw new Error("a fault of the hook");
      },
    });
    expect(await callThrough([failing])).toBe(1);
  });
});

test("an interceptor with hooks and a function is refused at once, for nobody would call one of them", () => {
  const both: ClientInterceptor = { ...passing, settled: () => undefined };
  const make = () => createWorld({ client: { interceptors: [both] } });
  return expect(make()).rejects.toThrow('The interceptor "passing" has hooks as well as "unary"');
});

test("a substitute that hangs does not outlast the deadline of its call", async () => {
  const hanging: ClientInterceptor = { name: "hanging", recover: () => new Promise(() => undefined) };
  await using world = await createWorld({
    client: { interceptors: [hanging] },
    handlers: {
      echo() {
        throw new RpcError({ code: 14, message: "not well" });
      },
    },
  });
  expect(await errorOf(world.lab.echo({}, { timeoutMs: 20 }))).toMatchObject({ reason: "deadline_passed" });
});

test("policies see the outcome after retries, and every attempt is counted at the call", async () => {
  let asked = 0;
  const attempts: number[] = [];
  const counting: ClientInterceptor = { name: "counting", settled: (call) => void attempts.push(call.attempts) };
  await using fleet = await createFleet({
    count: 1,
    faultMode: failover(),
    plugins: [degradation(), circuitBreaker()],
    interceptors: [counting],
    handlers: () => ({
      echo(note) {
        asked++;
        if (asked < 3) throw unwell();
        return note;
      },
    }),
  });
  expect(await fleet.run(outcomeOf(fleet.channel, echoMethod(), { count: 4 }))).toBe(4);
  expect([asked, attempts]).toEqual([3, [3]]);
});
