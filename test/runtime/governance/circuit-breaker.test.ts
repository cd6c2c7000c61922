import { describe, expect, test } from "vitest";
import { circuitBreaker, type CircuitBreakerOptions, sre, threshold } from "../../../runtime/governance/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createFleet } from "../client/fleet.ts";
import { Missing, Note } from "../fixture/lab.ts";
import { createSignal, type Signal } from "../fixture/world.ts";
import { echoMethod, outcomeOf, unwell } from "./repeatable.ts";

async function scene(options: CircuitBreakerOptions) {
  const breaker = circuitBreaker(options);
  let error: Error | undefined;
  let asked = 0;
  const fleet = await createFleet({
    count: 1,
    plugins: [breaker],
    handlers: () => ({
      echo(note) {
        asked++;
        if (error !== undefined) throw error;
        return note;
      },
    }),
  });
  return {
    fleet,
    breaker,
    fail: (next: Error | undefined) => void (error = next),
    asked: () => asked,
    async calls(count: number): Promise<(number | string)[]> {
      const outcomes: (number | string)[] = [];
      for (let call = 0; call < count; call++) outcomes.push(await fleet.run(outcomeOf(fleet.channel, echoMethod())));
      return outcomes;
    },
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

describe("a breaker with thresholds", () => {
  test("opens after n faults in a row, not before; lets probes through later; closes when they succeed", async () => {
    const states: string[] = [];
    await using world = await scene({
      kind: threshold({ consecutive: 3, probes: 2, openMs: 1_000 }),
      onState: (what, state) => states.push(`${what} ${state}`),
    });
    world.fail(unwell());
    expect(await world.calls(4)).toEqual(["application", "application", "application", "circuit_open"]);
    expect(world.asked()).toBe(3);
    world.fail(undefined);
    await world.fleet.environment.advanceAsync(1_000);
    expect(await world.calls(3)).toEqual([0, 0, 0]);
    const path = "/lab.v1.Lab/Echo";
    expect(states).toEqual([`${path} open`, `${path} half-open`, `${path} closed`]);
    expect([world.breaker.states, world.breaker.refused]).toEqual([{ [path]: "closed" }, 1]);
  });

  test("opens again when a probe fails", async () => {
    await using world = await scene({ kind: threshold({ consecutive: 1, openMs: 1_000 }) });
    world.fail(unwell());
    await world.calls(1);
    await world.fleet.environment.advanceAsync(1_000);
    expect(await world.calls(2)).toEqual(["application", "circuit_open"]);
  });

  test("asks probes only: calls that were under way when it opened neither close it nor open it again", async () => {
    const states: string[] = [];
    const late: Signal<Note>[] = [];
    const breaker = circuitBreaker({
      kind: threshold({ consecutive: 2, probes: 2, openMs: 1_000 }),
      onState: (_, state) => states.push(state),
    });
    await using fleet = await createFleet({
      count: 1,
      plugins: [breaker],
      handlers: () => ({
        echo(note) {
          if (note.text === "bad") throw unwell();
          if (note.text !== "late") return note;
          const signal = createSignal<Note>();
          late.push(signal);
          return signal.promise;
        },
      }),
    });
    const call = (text: string): Promise<number | string> => outcomeOf(fleet.channel, echoMethod(), { text });
    const underWay = ["late", "late", "late", "late"].map(call);
    await fleet.run(call("bad"));
    await fleet.run(call("bad"));
    await fleet.environment.advanceAsync(1_000);
    await fleet.run(call("good"));
    late[0]?.resolve(Note.create({}));
    late[1]?.reject(unwell());
    await fleet.run(Promise.all(underWay.slice(0, 2)));
    expect(states).toEqual(["open", "half-open"]);
    await fleet.run(call("good"));
    late[2]?.reject(unwell());
    late[3]?.reject(unwell());
    await fleet.run(Promise.all(underWay));
    expect(states).toEqual(["open", "half-open", "closed"]);
  });

  test("opens above a share of faults in its window, and forgets old ones", async () => {
    await using world = await scene({
      kind: threshold({ consecutive: Infinity, share: 0.5, minCalls: 4, windowMs: 1_000 }),
    });
    world.fail(unwell());
    await world.calls(3);
    await world.fleet.environment.advanceAsync(1_100);
    expect(await world.calls(3)).toEqual(["application", "application", "application"]);
    world.fail(undefined);
    expect(await world.calls(2)).toEqual([0, "circuit_open"]);
  });

  test("does not count what the request is to blame for", async () => {
    await using world = await scene({ kind: threshold({ consecutive: 1 }) });
    world.fail(new Missing({ what: "x" }));
    expect(await world.calls(5)).not.toContain("circuit_open");
  });
});

describe("a breaker by chance", () => {
  test("refuses most calls while nearly all fail, lets some through, and none after they succeed again", async () => {
    const environment = createVirtualEnvironment(3);
    const breaker = sre().create(environment);
    const run = (count: number, isFault: boolean): number => {
      let allowed = 0;
      for (let call = 0; call < count; call++) {
        if (!breaker.allow()) continue;
        allowed++;
        breaker.record(isFault);
      }
      return allowed;
    };
    expect(run(99, true)).toBe(99);
    const allowed = run(1_000, true);
    expect(allowed).toBeGreaterThan(0);
    expect(allowed).toBeLessThan(50);
    environment.advance(3_100);
    expect(run(1_000, false)).toBe(1_000);
  });

  test("lets everything through while two thirds succeed", () => {
    const breaker = sre().create(createVirtualEnvironment());
    for (let call = 0; call < 1_000; call++) {
      expect(breaker.allow()).toBe(true);
      breaker.record(call % 3 === 0);
    }
  });
});

test.each([
  () => sre({ k: 1 }),
  () => sre({ minCalls: 0 }),
  () => threshold({ share: 0 }),
  () => threshold({ openMs: 0 }),
])("settings that cannot work are refused", (make) => {
  expect(make).toThrow(RangeError);
});
