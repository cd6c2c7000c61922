import { describe, expect, test } from "vitest";
import type { Multiplexer } from "../../runtime/connection/multiplexer.ts";
import { defaultLimits } from "../../runtime/protocol/limits.ts";
import type { VirtualEnvironment } from "../../runtime/testing/virtual-environment.ts";
import { createWorld, noBody, type Outcome, type ServedCall, type World } from "../runtime/connection/world.ts";

/**
 * Many calls of all kinds at once over a late, cutting, narrow network, decided by a seed. Bodies name their call, so that a reply to the wrong
 * one, a lost, doubled or reordered item shows.
 */
interface Plan {
  readonly name: string;
  readonly kind: "unary" | "server_stream" | "client_stream" | "bidi_stream" | "oneway";
  readonly bytes: number;
  readonly items: number;
  readonly timeoutMs: number | undefined;
  readonly cancelAfterMs: number | undefined;
  readonly serverDelayMs: number;
  readonly fails: boolean;
  readonly consumes: boolean;
}

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
const callCount = 150;

function pick<T>(environment: VirtualEnvironment, choices: readonly T[]): T {
  return choices[Math.floor(environment.random() * choices.length)] as T;
}

function createPlan(environment: VirtualEnvironment, index: number, allConsume: boolean): Plan {
  return {
    name: `call-${index}`,
    kind: pick(environment, ["unary", "unary", "server_stream", "client_stream", "bidi_stream", "oneway"]),
    bytes: pick(environment, [0, 1, 30, 30, 30, 1_000, 17_000, 70_000, 400_000]),
    items: pick(environment, [0, 1, 5, 40]),
    timeoutMs: pick(environment, [undefined, undefined, 20, 300, 60_000]),
    cancelAfterMs: pick(environment, [undefined, undefined, undefined, 0, 15, 100]),
    serverDelayMs: pick(environment, [0, 0, 1, 30]),
    fails: environment.random() < 0.1,
    consumes: allConsume || environment.random() < 0.9,
  };
}

function body(plan: Plan, index: number): Uint8Array {
  return Buffer.from(`${plan.name}#${index};`.padEnd(plan.bytes, "x"));
}

function plansFrom(environment: VirtualEnvironment, allConsume: boolean): Map<string, Plan> {
  const plans = Array.from({ length: callCount }, (_, index) => createPlan(environment, index, allConsume));
  return new Map(plans.map((plan) => [plan.name, plan]));
}

function simulate(seed: number): { world: World; outcomes: Map<Plan, Outcome>; served: Map<string, ServedCall> } {
  const plans = new Map<string, Plan>();
  const served = new Map<string, ServedCall>();
  const world = createWorld({
    seed,
    serverLimits: { maxCalls: 40, streamCreditBytes: 300_000, idleMs: 0 },
    network: (environment) => ({
      delayMs: () => Math.floor(environment.random() * 4),
      cut: (length) => 1 + Math.floor(environment.random() * Math.min(length, 100_000)),
      highWaterBytes: 50_000,
    }),
    onRequest: (entry) => {
      const name = entry.body.split("#")[0] ?? "";
      expect(served.has(name)).toBe(false);
      served.set(name, entry);
      return serve(world, entry, plans.get(name) as Plan);
    },
  });
  for (const [name, plan] of plansFrom(world.environment, allConsume(seed))) plans.set(name, plan);
  const inOneMessagePerCall = [...plans.values()].reduce((sum, plan) => sum + longItemBytes(plan), 0);
  const outcomes = new Map<Plan, Outcome>();
  for (const plan of plans.values()) {
    world.environment.setTimer(world.environment.random() * 50, () => void outcomes.set(plan, run(world, plan)));
  }
  for (let elapsed = 0; elapsed < 400; elapsed += 5) {
    world.environment.advance(5);
    expectHonestAccounts(world, inOneMessagePerCall);
  }
  world.environment.advance(199_600);
  expectBalancedAccounts(world);
  return { world, outcomes, served };
}

/** What the two sides of a connection think that one of them may send in items. */
interface Account {
  readonly sender: number;
  readonly receiver: { readonly outstanding: number; readonly held: number };
}

function accountsOf({ client, server }: World): Account[] {
  const [here, there] = [client, server].map((side) => (side as unknown as { readonly link: Multiplexer }).link);
  if (here === undefined || there === undefined) throw new TypeError("A connection has a multiplexer.");
  return [
    { sender: here.outbound.connectionCredit, receiver: there.messages.window },
    { sender: there.outbound.connectionCredit, receiver: here.messages.window },
  ];
}

/** Of one item in chunks, which give their credit back as they come: whole, it is held above the window [FLW-3]. */
function longItemBytes({ kind, bytes, items }: Plan): number {
  const isLong = kind.endsWith("stream") && items > 0 && bytes > defaultLimits.maxFrameBytes;
  return isLong ? bytes + 1_000 : 0;
}

/** Nobody has less than nothing, no sender may send more than its receiver expects, and that holds no more than [FLW-3] says. */
function expectHonestAccounts(world: World, inOneMessagePerCall: number): void {
  const windowBytes = defaultLimits.connectionCreditBytes;
  for (const { sender, receiver } of accountsOf(world)) {
    expect([sender >= 0, receiver.outstanding >= sender, receiver.held >= 0]).toEqual([true, true, true]);
    expect(receiver.outstanding).toBeLessThanOrEqual(windowBytes);
    expect(receiver.outstanding + receiver.held).toBeLessThanOrEqual(windowBytes + inOneMessagePerCall);
  }
}

/** With nothing on the way, both sides agree to the byte: what was spent came back or is held. */
function expectBalancedAccounts(world: World): void {
  for (const { sender, receiver } of accountsOf(world)) expect(sender).toBe(receiver.outstanding);
}

function run(world: World, plan: Plan): Outcome {
  const { environment } = world;
  const sends = plan.kind === "client_stream" || plan.kind === "bidi_stream";
  const outcome = world.start({
    body: body(plan, 0),
    hasItems: sends,
    oneway: plan.kind === "oneway",
    deadlineMs: plan.timeoutMs === undefined ? undefined : environment.now() + plan.timeoutMs,
    consume: plan.consumes,
  });
  if (sends)
    pump(
      environment,
      plan,
      (item) => outcome.call.sendItem(item),
      () => outcome.call.endItems(),
      () => outcome.writable,
    );
  if (plan.cancelAfterMs !== undefined) environment.setTimer(plan.cancelAfterMs, () => outcome.call.cancel());
  return outcome;
}

function pump(
  environment: VirtualEnvironment,
  plan: Plan,
  send: (item: Uint8Array) => boolean,
  end: () => void,
  writable: () => number,
): void {
  let index = 1;
  const step = (): void => {
    while (index <= plan.items) {
      const before = writable();
      if (send(body(plan, index++))) continue;
      const wait = (): void =>
        void environment.setTimer(1, () => (writable() > before ? step() : attempts++ < 5_000 ? wait() : undefined));
      let attempts = 0;
      return wait();
    }
    end();
  };
  step();
}

function serve(world: World, entry: ServedCall, plan: Plan): object {
  const { call } = entry;
  const { environment } = world;
  const answer = (): void => {
    environment.setTimer(plan.serverDelayMs, () => {
      if (plan.fails)
        call.fail({
          error: Object.assign(new Error(plan.name), { code: 5, reason: "application", details: [] }) as never,
        });
      else if (plan.kind === "server_stream" || plan.kind === "bidi_stream") {
        pump(
          environment,
          plan,
          (item) => call.sendItem(item),
          () => call.end(),
          () => entry.writable,
        );
      } else call.respond(body(plan, 0));
      environment.setTimer(plan.serverDelayMs, () => settleLater(environment, entry));
    });
  };
  if (!call.hasItems) answer();
  return { onItemsEnd: () => ((entry.itemsEnded = true), answer()) };
}

/** As a dispatcher does: once the call is answered or broken off. */
function settleLater(environment: VirtualEnvironment, entry: ServedCall): void {
  if (!entry.call.open) entry.call.settle();
  else environment.setTimer(5, () => settleLater(environment, entry));
}

function expectOutcome(plan: Plan, outcome: Outcome): void {
  expect([plan.name, outcome.outcomes]).toEqual([plan.name, 1]);
  if (outcome.response !== undefined) expect(outcome.response).toBe(Buffer.from(body(plan, 0)).toString());
  const wanted = outcome.items.map((_, index) => Buffer.from(body(plan, index + 1)).toString());
  expect(outcome.items).toEqual(wanted);
  if (outcome.ended && plan.kind !== "oneway") expect(outcome.items).toHaveLength(plan.items);
}

describe.each(seeds)("seed %i", (seed) => {
  test("every call has one outcome of its own, items are in order, and nothing is left behind", () => {
    const { world, outcomes, served } = simulate(seed);
    expect(outcomes.size).toBe(callCount);
    const stuck = [...outcomes].filter(
      ([plan, outcome]) => outcome.outcomes === 0 && (allConsume(seed) || !isHeldUp(plan)),
    );
    expect(stuck.map(([plan]) => plan)).toEqual([]);
    for (const [plan, outcome] of outcomes) if (outcome.outcomes > 0) expectOutcome(plan, outcome);
    for (const [plan, outcome] of outcomes) {
      const items = served.get(plan.name)?.items ?? [];
      expect(items).toEqual(items.map((_, index) => Buffer.from(body(plan, index + 1)).toString()));
      if (outcome.response !== undefined && plan.kind === "client_stream") expect(items).toHaveLength(plan.items);
    }
    expect([world.closed, world.client.state, world.server.state]).toEqual([{}, "open", "open"]);
    for (const { call } of served.values()) if (!call.open) call.settle();
    for (const outcome of outcomes.values()) outcome.call.cancel();
    world.environment.advance(1_000);
    for (const { call } of served.values()) call.settle();
    void world.client.drain(1_000);
    world.environment.advance(5_000);
    expect([world.client.callsInProgress, world.server.callsInProgress]).toEqual([0, 0]);
    expect([world.closed.client, world.closed.server]).toEqual(["polite", "polite"]);
    expect(world.environment.pendingTimers).toBe(0);
  });
});

/** With every other seed every reader uses what it gets, and then every call must end. */
function allConsume(seed: number): boolean {
  return seed % 2 === 0;
}

/** A reader that uses nothing holds its own stream up, and the others' items when the connection's credit is used up: that is the contract. */
function isHeldUp(plan: Plan): boolean {
  return plan.kind === "server_stream" || plan.kind === "bidi_stream" || plan.kind === "client_stream";
}

test("the same seed gives the same run", () => {
  const trace = (seed: number): unknown => {
    const { outcomes, world } = simulate(seed);
    return [
      world.environment.now(),
      world.clientEnd.bytesRead,
      [...outcomes.values()].map(({ items, error, response }) => [items.length, error?.reason, response?.length]),
    ];
  };
  expect(trace(77)).toEqual(trace(77));
});

test("a lost connection ends every call once, at both sides", () => {
  for (const atMs of [1, 5, 20, 60]) {
    const world = createWorld({ seed: atMs, network: (environment) => ({ delayMs: () => environment.random() * 5 }) });
    const outcomes = Array.from({ length: 50 }, (_, index) =>
      world.start({ body: index % 2 === 0 ? noBody : Buffer.alloc(300_000), hasItems: index % 3 === 0 }),
    );
    world.environment.advance(atMs);
    world.clientEnd.abort();
    world.environment.advance(100);
    expect(outcomes.map(({ outcomes: count }) => count)).toEqual(outcomes.map(() => 1));
    expect(world.served.every(({ cancelled }) => cancelled !== undefined)).toBe(true);
    for (const { call } of world.served) call.settle();
    expect([world.server.callsInProgress, world.client.callsInProgress, world.environment.pendingTimers]).toEqual([
      0, 0, 0,
    ]);
  }
});
