import { describe, expect, test } from "vitest";
import {
  type ChannelState,
  createChannel,
  type Detector,
  type DetectorKind,
  RpcError,
} from "../../../runtime/index.ts";
import type { Note } from "../fixture/lab.ts";
import { collect, createSignal, errorOf } from "../fixture/world.ts";
import { createFleet } from "./fleet.ts";

function countsOf(results: readonly (number | string)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}

function observing(observe: Detector["observe"]): DetectorKind {
  return { name: "observing", create: () => ({ update: () => undefined, observe }) };
}

describe("a channel to several servers", () => {
  test("spreads its calls over all of them", async () => {
    await using fleet = await createFleet({ count: 4 });
    const counts = countsOf(await fleet.calls(400));
    expect(Object.keys(counts)).toEqual(["0", "1", "2", "3"]);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50);
    expect([fleet.channel.state, fleet.channel.connections]).toEqual(["ready", 4]);
  });

  test("connects to none before the first call, and to one with it", async () => {
    await using fleet = await createFleet({ count: 4 });
    await fleet.environment.advanceAsync(1_000);
    expect([fleet.channel.state, fleet.network.links.length]).toEqual(["idle", 0]);
    await fleet.calls(1);
    expect([fleet.channel.state, fleet.network.links.length]).toEqual(["ready", 1]);
  });

  test("that is eager connects to all at once", async () => {
    await using fleet = await createFleet({ count: 4, connect: "eager" });
    await fleet.environment.advanceAsync(100);
    expect([fleet.channel.state, fleet.channel.connections]).toEqual(["ready", 4]);
  });

  test("sends calls elsewhere when a server cannot be connected to, and comes back to it", async () => {
    await using fleet = await createFleet({ count: 3 });
    await fleet.kill(1);
    expect(Object.keys(countsOf(await fleet.calls(100)))).toEqual(["0", "2"]);
    await fleet.restart(1);
    await fleet.environment.advanceAsync(120_000);
    expect(countsOf(await fleet.calls(100))["1"]).toBeGreaterThan(10);
  });

  test("passes a server over from the moment its connection is lost", async () => {
    await using fleet = await createFleet({ count: 3, connect: "eager" });
    await fleet.calls(30);
    await fleet.kill(0);
    await fleet.environment.advanceAsync(5);
    const before = fleet.network.links.length;
    expect(Object.keys(countsOf(await fleet.calls(50)))).toEqual(["1", "2"]);
    expect(before).toBe(2);
  });

  test("fails fast when all are down, with the error of one of them", async () => {
    await using fleet = await createFleet({ count: 3 });
    for (const index of [0, 1, 2]) await fleet.kill(index);
    const error = await fleet.run(errorOf(fleet.lab.echo({})));
    expect(RpcError.is(error) && error.reason).toBe("connect_failed");
  });

  test("lets calls that wait go as soon as one server is there", async () => {
    await using fleet = await createFleet({ count: 5, waitForReady: true });
    for (const index of [0, 1, 2, 3, 4]) await fleet.kill(index);
    const call = fleet.lab.echo({});
    await fleet.environment.advanceAsync(3_000);
    await fleet.restart(3);
    expect((await fleet.run(call)).count).toBe(3);
  });

  test("fails no call when one server after another goes away politely", async () => {
    await using fleet = await createFleet({ count: 3, connect: "eager" });
    const results: Promise<unknown>[] = [];
    for (let round = 0; round < 6; round++) {
      const closing = (fleet.servers[round % 3] as (typeof fleet.servers)[number]).close();
      for (let index = 0; index < 50; index++) {
        results.push(fleet.lab.echo({ text: "x" }));
        await fleet.environment.advanceAsync(1);
      }
      await fleet.run(closing);
      await fleet.restart(round % 3);
    }
    expect(await fleet.run(Promise.all(results))).toHaveLength(300);
  });

  test("moves streams that crossed a server's goodbye, with what they had sent", async () => {
    await using fleet = await createFleet({ count: 2, connect: "eager" });
    await fleet.calls(10);
    const streams: Promise<unknown[]>[] = [];
    for (let index = 0; index < 20; index++) streams.push(collect(fleet.lab.chat([{ count: 1 }, { count: 2 }])));
    const closing = fleet.servers[0]?.close();
    for (const items of await fleet.run(Promise.all(streams))) expect(items).toHaveLength(2);
    await fleet.run(closing ?? Promise.resolve());
  });

  test("moves uploads that crossed a server's goodbye, however much of them was on its way", async () => {
    const sent = { count: 1, data: new Uint8Array(60_000) };
    await using fleet = await createFleet({ count: 2, connect: "eager" });
    await fleet.calls(10);
    const uploads: Promise<Note>[] = [];
    for (let index = 0; index < 10; index++) uploads.push(fleet.lab.sum(Array.from({ length: 20 }, () => sent)));
    const closing = fleet.servers[0]?.close();
    expect((await fleet.run(Promise.all(uploads))).map(({ count }) => count)).toEqual(uploads.map(() => 20));
    await fleet.run(closing ?? Promise.resolve());
  });

  test("passes a server that is too busy over, once", async () => {
    const outcomes: unknown[] = [];
    const stuck = (): Promise<never> => new Promise(() => undefined);
    await using fleet = await createFleet({
      count: 3,
      handlers: () => ({ ping: stuck }),
      server: { limits: { maxTotalCalls: 1 } },
      detectors: [observing((endpoint, { error }) => outcomes.push(endpoint.id, error?.reason))],
    });
    for (let index = 0; index < 12; index++) {
      fleet.lab.ping().catch(() => undefined);
      await fleet.environment.advanceAsync(10);
    }
    outcomes.length = 0;
    const error = await fleet.run(errorOf(fleet.lab.echo({})));
    expect(RpcError.is(error) && error.reason).toBe("too_many_calls");
    expect(outcomes.filter((_, index) => index % 2 === 1)).toEqual(["too_many_calls", "too_many_calls"]);
    expect(outcomes[0]).not.toBe(outcomes[2]);
  });

  test("never sends a call twice whose handler may have seen it", async () => {
    const begun = createSignal();
    let calls = 0;
    await using fleet = await createFleet({
      count: 3,
      handlers: () => ({
        echo() {
          calls++;
          begun.resolve();
          return new Promise<never>(() => undefined);
        },
      }),
    });
    const call = errorOf(fleet.lab.echo({}));
    await fleet.run(begun.promise);
    fleet.network.reset();
    const error = await fleet.run(call);
    expect([RpcError.is(error) && error.reason, calls]).toEqual(["connection_lost", 1]);
  });

  test("tells its state as the best that one endpoint can say", async () => {
    const seen: ChannelState[] = [];
    await using fleet = await createFleet({ count: 2, onStateChange: (state) => seen.push(state) });
    await fleet.calls(20);
    await fleet.kill(0);
    await fleet.calls(5);
    expect(fleet.channel.state).toBe("ready");
    await fleet.kill(1);
    await fleet.calls(1);
    await fleet.run(fleet.channel.close());
    expect([...new Set(seen)]).toEqual(["connecting", "ready", "transient_failure", "closed"]);
  });

  test("ends all connections when it closes, and refuses calls afterwards", async () => {
    await using fleet = await createFleet({ count: 3, connect: "eager" });
    await fleet.calls(5);
    await fleet.run(fleet.channel.close());
    await fleet.environment.advanceAsync(10);
    const error = await fleet.run(errorOf(fleet.lab.echo({})));
    expect([RpcError.is(error) && error.reason, fleet.network.links.length]).toEqual(["client_closed", 0]);
  });

  test("is ready once one of them is", async () => {
    await using fleet = await createFleet({ count: 3 });
    await fleet.kill(0);
    await fleet.run(fleet.channel.ready());
    expect(fleet.channel.state).toBe("ready");
  });
});

describe("a target with several addresses", () => {
  test.each([
    ["tcp://127.0.0.1:9000,127.0.0.1:9001"],
    ["tcp://127.0.0.1:9000,[::1]:9001,unix:/run/app.sock"],
    ["tls://a.example:9000,b.example:9001"],
    ["unix:/run/a.sock,unix:/run/b.sock"],
    ["ws://127.0.0.1:9000/a,b,ws://127.0.0.1:9001/"],
  ])("may be %s", async (target) => {
    const channel = createChannel({ target });
    expect([channel.target, channel.state]).toEqual([target, "idle"]);
    await channel.close();
  });

  test.each([
    ["an address of it that is none", "tcp://127.0.0.1:9000,127.0.0.1", /"tcp:\/\/127\.0\.0\.1" is not an address/],
    ["one that others could listen to", "tcp://127.0.0.1:9000,10.0.0.1:9000", /10\.0\.0\.1:9000 is on another machine/],
  ])("is refused at once for %s", (_name, target, message) => {
    expect(() => createChannel({ target })).toThrow(message);
  });
});
