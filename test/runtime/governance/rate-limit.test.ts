import { describe, expect, test } from "vitest";
import { rateLimit, type RateLimit, type RateLimitOptions } from "../../../runtime/governance/rate-limit/rate-limit.ts";
import { checkRateRule } from "../../../runtime/governance/rate-limit/rate-rule.ts";
import { TokenBucket } from "../../../runtime/governance/rate-limit/token-bucket.ts";
import { type CallContext, RpcError } from "../../../runtime/index.ts";
import { createStoppedClock, type StoppedClock } from "../fixture/stopped-clock.ts";
import { createWorld, errorOf, type World, type WorldOptions } from "../fixture/world.ts";

interface Scene extends World {
  readonly clock: StoppedClock;
  readonly limit: RateLimit;
}

async function scene(options: RateLimitOptions, more: WorldOptions = {}): Promise<Scene> {
  const clock = createStoppedClock();
  const limit = rateLimit(options);
  const world = await createWorld({
    ...more,
    server: { ...more.server, environment: clock, plugins: [limit] },
  });
  return {
    ...world,
    clock,
    limit,
    async [Symbol.asyncDispose]() {
      const closing = world[Symbol.asyncDispose]();
      await clock.advance(60_000);
      await closing;
    },
  };
}

/** What became of so many calls at once: `ok`, or the milliseconds to wait. */
async function burst({ lab }: World, count: number): Promise<readonly (string | number)[]> {
  const outcomes = Array.from({ length: count }, () =>
    lab.echo({}).then(
      () => "ok",
      (error: unknown) => (RpcError.is(error) && error.reason === "too_many_calls" ? (error.retryAfterMs ?? "?") : "?"),
    ),
  );
  return Promise.all(outcomes);
}

describe("a token bucket", () => {
  test("gives its burst at once, then one token per interval", () => {
    const bucket = new TokenBucket(0.01, 3, 0);
    expect([0, 0, 0, 0, 50, 100, 100].map((atMs) => bucket.take(atMs))).toEqual([0, 0, 0, 100, 50, 0, 100]);
  });

  test("keeps no more than its burst, however long nothing is taken", () => {
    const bucket = new TokenBucket(1, 2, 0);
    expect([1e9, 1e9, 1e9].map((atMs) => bucket.take(atMs))).toEqual([0, 0, 1]);
  });

  test("is not confused by a clock that stands still or by a change of its size", () => {
    const bucket = new TokenBucket(1, 10, 5);
    bucket.resize(1, 1, 5);
    expect([bucket.take(5), bucket.take(4)]).toEqual([0, 1]);
  });
});

describe("a rate limit", () => {
  test("lets n calls in and refuses the next with the time to wait, which is then enough", async () => {
    await using world = await scene({ rules: [{ calls: 2, perMs: 1_000 }] });
    expect(await burst(world, 3)).toEqual(["ok", "ok", 500]);
    await world.clock.advance(499);
    expect(await burst(world, 1)).toEqual([1]);
    await world.clock.advance(1);
    expect(await burst(world, 1)).toEqual(["ok"]);
    expect(world.limit.refused).toBe(2);
  });

  test("refuses before the body is decoded", async () => {
    let admitted = 0;
    await using world = await scene(
      { rules: [{ calls: 1, perMs: 60_000 }] },
      {
        server: {
          interceptors: [{ name: "count", unary: (call, request, next) => (admitted++, next(call, request)) }],
        },
      },
    );
    await world.lab.echo({});
    // A negative count would be refused as broken, were it looked at.
    expect(await errorOf(world.lab.echo({ count: -1 }))).toMatchObject({ reason: "too_many_calls" });
    expect(admitted).toBe(1);
  });

  test.each([
    ["*", ["too_many_calls", "too_many_calls"]],
    ["lab.v1.Lab", ["too_many_calls", "too_many_calls"]],
    ["lab.v1.Lab/*", ["too_many_calls", "too_many_calls"]],
    ["/lab.v1.Lab/Echo", ["too_many_calls", "ok"]],
    ["other.v1.Other", ["ok", "ok"]],
  ])("for %s is for the methods that it names", async (method, expected) => {
    await using world = await scene({ rules: [{ method, calls: 1, perMs: 60_000 }] });
    await world.lab.echo({});
    await world.lab.ping();
    const calls = [world.lab.echo({}), world.lab.ping()];
    const seen = await Promise.all(
      calls.map((call) =>
        call.then(
          () => "ok",
          (error: RpcError) => error.reason,
        ),
      ),
    );
    expect(seen).toEqual(expected);
  });

  test("counts each method by itself, all rules that fit have to agree", async () => {
    await using world = await scene({
      rules: [
        { calls: 5, perMs: 60_000 },
        { method: "lab.v1.Lab/Echo", calls: 1, perMs: 60_000 },
      ],
    });
    expect(await burst(world, 2)).toEqual(["ok", expect.any(Number)]);
    for (let times = 0; times < 5; times++) await world.lab.ping();
    expect(await errorOf(world.lab.ping())).toMatchObject({ reason: "too_many_calls" });
  });

  test("by caller counts callers apart", async () => {
    await using world = await scene(
      { rules: [{ key: "caller", calls: 1, perMs: 60_000 }] },
      {
        server: { authenticate: ({ token }) => ({ id: token ?? "nobody" }), publicMethods: ["lab.v1.Lab"] },
        client: { token: "ada" },
      },
    );
    expect(await burst(world, 2)).toEqual(["ok", expect.any(Number)]);
    await using bob = await createClientOf(world.address, "bob");
    expect(await burst(bob, 2)).toEqual(["ok", expect.any(Number)]);
  });

  test.each(["address", "caller"] as const)("by %s counts all of an IPv6 network of 64 bits together", (key) => {
    const { keyOf } = checkRateRule({ key, calls: 1 }, 0);
    const keys = (...peers: readonly string[]): readonly unknown[] =>
      peers.map((peer) => keyOf({ peer, principal: undefined } as unknown as CallContext));
    const [one, same, other, ipv4, again] = keys(
      "[2001:db8:0:1::1]:1",
      "[2001:db8:0:1:ffff::2]:2",
      "[2001:db8:0:2::1]:1",
      "[::ffff:10.0.0.1]:1",
      "10.0.0.1:2",
    );
    expect([same, again]).toEqual([one, ipv4]);
    expect(new Set([one, other, ipv4]).size).toBe(3);
  });

  test("by a function counts what it says, and lets in what it says nothing of", async () => {
    await using world = await scene({
      rules: [{ key: ({ metadata }) => metadata.get("tenant"), calls: 1, perMs: 60_000 }],
    });
    const reasonOf = (tenant?: string): Promise<string> =>
      world.lab.echo({}, tenant === undefined ? {} : { metadata: { tenant } }).then(
        () => "ok",
        (error: RpcError) => error.reason,
      );
    const seen = [await reasonOf("a"), await reasonOf("a"), await reasonOf("b"), await reasonOf(), await reasonOf()];
    expect(seen).toEqual(["ok", "too_many_calls", "ok", "ok", "ok"]);
  });

  test("remembers no more keys than it may: the one used least lately is forgotten", async () => {
    await using world = await scene({
      rules: [{ key: ({ metadata }) => metadata.get("tenant"), calls: 1, perMs: 60_000 }],
      maxKeys: 2,
    });
    const tryAs = (tenant: string): Promise<string> =>
      world.lab.echo({}, { metadata: { tenant } }).then(
        () => "ok",
        (error: RpcError) => error.reason,
      );
    const seen: string[] = [];
    for (const tenant of ["a", "b", "a", "c", "a", "b"]) seen.push(await tryAs(tenant));
    expect(seen).toEqual(["ok", "ok", "too_many_calls", "ok", "too_many_calls", "ok"]);
  });

  test("takes other rules while it runs; what was used up stays used; bad ones change nothing", async () => {
    await using world = await scene({ rules: [{ calls: 2, perMs: 60_000 }] });
    expect(await burst(world, 2)).toEqual(["ok", "ok"]);
    world.limit.configure({ rules: [{ calls: 3, perMs: 60_000 }] });
    expect(await burst(world, 1)).toEqual([expect.any(Number)]);
    expect(() => world.limit.configure({ rules: [{ calls: 0 }] })).toThrow(RangeError);
    expect(await burst(world, 1)).toEqual([expect.any(Number)]);
    world.limit.configure({});
    expect(await burst(world, 1)).toEqual(["ok"]);
  });
});

describe("a rule that cannot work is refused at once:", () => {
  test.each([
    [{ calls: -1 }, "rules[0].calls is -1; expected a number above 0."],
    [{ calls: 1, perMs: Number.NaN }, "rules[0].perMs is NaN; expected a number above 0."],
    [{ calls: 1, burst: 0.5 }, "rules[0].burst is 0.5; expected 1 or more."],
    [
      { calls: 1, key: "who" as "caller" },
      'rules[0].key is "who"; expected "method", "caller", "address" or a function.',
    ],
    [{ calls: 1, method: "a b" }, 'rules[0].method is "a b", which names no method.'],
  ])("%j", (rule, message) => {
    expect(() => rateLimit({ rules: [rule] })).toThrow(message);
  });
});

async function createClientOf(address: string, token: string): Promise<World> {
  const { createChannel, createClient } = await import("../../../runtime/index.ts");
  const { Lab } = await import("../fixture/lab.ts");
  const channel = createChannel({ target: address, token });
  return {
    lab: createClient(Lab, { channel }),
    address,
    server: undefined as never,
    [Symbol.asyncDispose]: () => channel.close({ graceMs: 0 }),
  };
}
