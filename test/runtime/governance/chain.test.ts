import { describe, expect, test } from "vitest";
import type { CallContext, CallOptions } from "../../../runtime/codegen/index.ts";
import { failover } from "../../../runtime/governance/index.ts";
import { type ChannelOptions, type ClientInterceptor, createChannel, createServer } from "../../../runtime/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualNetwork } from "../../../runtime/testing/virtual-links.ts";
import { Lab, type Note } from "../fixture/lab.ts";
import { createWorld, echoing } from "../fixture/world.ts";
import { echoMethod, outcomeOf, unwell } from "./repeatable.ts";

/** Milliseconds that a server works before it calls the next. */
const workMs = 10;

/** Servers s0, s1, s2, ..., each of which calls the next; what the last one does is up to the test. */
async function chain(
  last: (note: Note, call: CallContext) => Note | Promise<Note>,
  client: Partial<ChannelOptions> | ((index: number) => Partial<ChannelOptions>) = {},
  hops = 3,
) {
  const environment = createVirtualEnvironment();
  const { transport } = createVirtualNetwork({ environment, delayMs: () => 1 });
  const open = (index: number): ReturnType<typeof createChannel> =>
    createChannel({
      target: `memory:s${index}`,
      environment,
      transports: [transport],
      ...(typeof client === "function" ? client(index) : client),
    });
  const seen: { readonly hop: number; readonly remainingMs: number }[] = [];
  const aborted: number[] = [];
  const channels = Array.from({ length: hops }, (_, index) => open(index));
  const servers = channels.map((_, index) =>
    createServer({ environment, transports: [transport] }).add(Lab, {
      ...echoing,
      async echo(note, call): Promise<Note> {
        seen.push({ hop: index, remainingMs: call.remainingMs });
        call.signal.addEventListener("abort", () => aborted.push(index));
        const next = channels[index + 1];
        if (next === undefined) return last(note, call);
        await new Promise<void>((resolve) => environment.setTimer(workMs, resolve));
        const reply: Promise<Note> = next.invoker().unary(echoMethod(), note, { parent: call });
        return reply.catch(() => {
          throw unwell();
        });
      },
    }),
  );
  await Promise.all(servers.map((server, index) => server.listen(`memory:s${index}`)));
  return {
    environment,
    seen,
    aborted,
    call: (options?: CallOptions) => environment.run(outcomeOf(channels[0]!, echoMethod(), {}, options)),
    async [Symbol.asyncDispose]() {
      const ends = [...channels, ...servers].map((one) => one.close({ graceMs: 0 }));
      await environment.run(Promise.all(ends));
    },
  };
}

describe("a deadline over three hops", () => {
  test("shrinks by what each hop has used, and ends all of them", async () => {
    await using world = await chain(() => new Promise<never>(() => undefined));
    expect(await world.call({ timeoutMs: 100 })).toBe("deadline_passed");
    await world.environment.advanceAsync(5);
    expect(world.seen.map(({ hop }) => hop)).toEqual([0, 1, 2]);
    const left = world.seen.map(({ remainingMs }) => remainingMs);
    expect(left).toEqual([100, 90, 80]);
    expect(world.aborted.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test("that has passed on the way keeps the next handler from being run", async () => {
    await using world = await chain((note) => note);
    await world.call();
    world.seen.length = 0;
    expect(await world.call({ timeoutMs: 2 * workMs })).toBe("deadline_passed");
    await world.environment.advanceAsync(50);
    expect(world.seen.map(({ hop }) => hop)).toEqual([0, 1]);
  });

  test("and a caller that goes away: every hop hears of it", async () => {
    await using world = await chain(() => new Promise<never>(() => undefined));
    const controller = new AbortController();
    world.environment.setTimer(50, () => controller.abort());
    expect(await world.call({ signal: controller.signal })).toBe("cancelled_by_caller");
    await world.environment.advanceAsync(5);
    expect(world.aborted.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });
});

test("retries at every hop do not multiply: the last server gets a fifth more calls, not 27 times as many", async () => {
  const budget = { perSecond: 0 };
  await using world = await chain(
    () => {
      throw unwell();
    },
    { faultMode: failover({ retries: 2, budget, backoff: { baseMs: 1, maxMs: 1 } }) },
  );
  for (let call = 0; call < 200; call++) await world.call();
  const at = (index: number): number => world.seen.filter(({ hop }) => hop === index).length;
  expect(at(0)).toBeLessThanOrEqual(240);
  // What is a retry of the first hop is not retried by the second; the budget sees to the rest.
  expect(at(2)).toBeLessThanOrEqual(200 * 1.2 ** 3);
  expect(at(2)).toBeGreaterThanOrEqual(200);
});

describe("a call that is itself a retry", () => {
  const unlimited = { ratio: 1, perSecond: 1e6 };
  const faultMode = failover({ retries: 2, budget: unlimited, backoff: { baseMs: 1, maxMs: 1 } });
  const failing = (): never => {
    throw unwell();
  };
  const countAt = (seen: readonly { readonly hop: number }[]): number[] =>
    [0, 1, 2, 3].map((index) => seen.filter(({ hop }) => hop === index).length);

  test("is not retried by any of four hops below: two calls more at each, not three times as many", async () => {
    await using world = await chain(failing, { faultMode }, 4);
    await world.call();
    expect(countAt(world.seen)).toEqual([3, 5, 7, 9]);
  });

  test("is known as one also below a hop that has no fault mode", async () => {
    const plain: ClientInterceptor = { name: "plain", at: "call", unary: (call, request, next) => next(call, request) };
    await using world = await chain(failing, (index) => (index === 1 ? { interceptors: [plain] } : { faultMode }), 4);
    await world.call();
    expect(countAt(world.seen)).toEqual([3, 3, 5, 7]);
  });
});

test.each([
  [5, "5"],
  [null, "null"],
  [new AbortController().signal, "an object"],
])("a call below %o, which is no call, is refused", async (parent, found) => {
  await using world = await createWorld();
  await expect(world.lab.echo({}, { parent: parent as never })).rejects.toThrow(
    `The option "parent" must be the context that a handler got; found ${found}.`,
  );
});
