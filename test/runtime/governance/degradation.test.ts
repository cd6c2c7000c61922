import { describe, expect, test } from "vitest";
import { degradation, type DegradationOptions } from "../../../runtime/governance/index.ts";
import { createFleet } from "../client/fleet.ts";
import { Missing } from "../fixture/lab.ts";
import { echoMethod, outcomeOf, unwell } from "./repeatable.ts";

async function scene(options: DegradationOptions) {
  const plugin = degradation(options);
  const state = { error: undefined as Error | undefined, asked: 0 };
  const fleet = await createFleet({
    count: 1,
    plugins: [plugin],
    handlers: () => ({
      echo(note) {
        state.asked++;
        if (state.error !== undefined) throw state.error;
        return { ...note, count: note.count + 1 };
      },
    }),
  });
  return {
    fleet,
    plugin,
    state,
    call: (count = 0, more: Parameters<typeof echoMethod>[0] = { idempotency: "readonly" }) =>
      fleet.run(outcomeOf(fleet.channel, echoMethod(more), { count })),
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

const method = "lab.v1.Lab/Echo";

describe("in place of an error", () => {
  test("comes a value, what a function makes, or the empty reply", async () => {
    for (const [use, expected] of [
      [[{ value: { count: 7 } }], 7],
      [
        [
          {
            reply: ({ count }: { count: number }, error: Error | undefined) => ({
              count: count + (error?.message.length ?? 0),
            }),
          },
        ],
        3 + 8,
      ],
      [undefined, 0],
    ] as const) {
      await using world = await scene({ rules: [{ method, use }] });
      world.state.error = unwell();
      expect(await world.call(3)).toBe(expected);
      expect(world.plugin.substituted).toBe(1);
    }
  });

  test("nothing comes for a declared error, for a fault of the request, or for other methods", async () => {
    await using world = await scene({ rules: [{ method, use: [{ value: {} }] }] });
    world.state.error = new Missing({ what: "x" });
    expect(await world.call(1, {})).not.toBe(0);
    await using other = await scene({ rules: [{ method: "lab.v1.Lab/Ping" }] });
    other.state.error = unwell();
    expect(await other.call()).toBe("application");
  });

  test("comes the last reply to an equal request, while it is not too old, and not for methods that change something", async () => {
    await using world = await scene({ rules: [{ method, use: [{ cache: { maxAgeMs: 60_000 } }] }] });
    expect([await world.call(1), await world.call(5)]).toEqual([2, 6]);
    world.state.error = unwell();
    expect([await world.call(1), await world.call(5), await world.call(9)]).toEqual([2, 6, "application"]);
    await world.fleet.environment.advanceAsync(61_000);
    expect(await world.call(1)).toBe("application");
    await using careful = await scene({ rules: [{ method, use: [{ cache: { maxAgeMs: 60_000 } }] }] });
    await careful.call(1, { idempotency: "idempotent" });
    careful.state.error = unwell();
    expect(await careful.call(1, { idempotency: "idempotent" })).toBe("application");
  });

  test("the schema's @cache does that by itself", async () => {
    await using world = await scene({});
    const more = { idempotency: "readonly", policy: { cache: { ttlMs: 1_000 } } } as const;
    await world.call(1, more);
    world.state.error = unwell();
    expect(await world.call(1, more)).toBe(2);
  });

  test("comes what is next in the list when there is nothing in the cache", async () => {
    await using world = await scene({
      rules: [{ method, use: [{ cache: { maxAgeMs: 1_000 } }, { value: { count: 42 } }] }],
    });
    world.state.error = unwell();
    expect(await world.call()).toBe(42);
  });
});

test("a method can be switched to its substitute and back while calls run", async () => {
  await using world = await scene({});
  expect(await world.call()).toBe(1);
  world.plugin.configure({ rules: [{ method, when: "force", use: [{ value: { count: 9 } }] }] });
  expect([await world.call(), world.state.asked]).toEqual([9, 1]);
  expect(() => world.plugin.configure({ rules: [{ method, when: "maybe" as "off" }] })).toThrow(
    'rules[0].when is "maybe"',
  );
  expect(await world.call()).toBe(9);
  world.plugin.configure({ rules: [{ method, when: "off" }] });
  expect([await world.call(), world.state.asked]).toEqual([1, 2]);
});

test("a method that is switched off without a substitute says so", async () => {
  await using world = await scene({ rules: [{ method, when: "force", use: [{ cache: { maxAgeMs: 1 } }] }] });
  expect(await world.call()).toBe("application");
  expect(world.state.asked).toBe(0);
});
