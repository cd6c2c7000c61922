import { describe, expect, test } from "vitest";
import { rateLimit } from "../../../runtime/governance/index.ts";
import { type ErrorReport, RpcError, type ServerOptions } from "../../../runtime/index.ts";
import type { MethodType } from "../../../runtime/call/method-type.ts";
import { createDrops } from "../../../runtime/server/drops.ts";
import { createMetrics } from "../../../runtime/telemetry/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/index.ts";
import { createFleet } from "../client/fleet.ts";
import { Lab } from "../fixture/lab.ts";
import { createSignal } from "../fixture/world.ts";

const path = "/lab.v1.Lab/Track";
const counter = 'rpc_server_dropped_total{service="lab.v1.Lab",method="lab.v1.Lab/Track"';

/** A server whose one-way calls hang until they are released. */
async function scene(server: ServerOptions = {}) {
  const metrics = createMetrics();
  const reports: { readonly error: RpcError; readonly report: ErrorReport }[] = [];
  const release = createSignal();
  let ran = 0;
  const { plugins = [], ...options } = server;
  const fleet = await createFleet({
    count: 1,
    handlers: () => ({
      async track() {
        ran++;
        await release.promise;
      },
    }),
    server: {
      ...options,
      plugins: [metrics.server(), ...plugins],
      onError: (error, report) => void reports.push({ error: RpcError.from(error), report }),
    },
  });
  return {
    fleet,
    reports,
    release,
    ran: () => ran,
    dropped: () => fleet.servers[0]?.load().find(({ method }) => method === path)?.dropped,
    counted: (code: string) => {
      const line = metrics
        .text()
        .split("\n")
        .find((one) => one.startsWith(`${counter},code="${code}"} `));
      return line === undefined ? 0 : Number(line.split(" ").at(-1));
    },
    async track(count: number, data = new Uint8Array()): Promise<void> {
      for (let call = 0; call < count; call++) await fleet.run(fleet.lab.track({ data }));
      await fleet.environment.advanceAsync(5);
    },
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

describe("a one-way call that a server turns away is counted and told of", () => {
  test.each([
    ["maxCalls of its connection", { maxCalls: 3 }],
    ["maxTotalCalls", { maxTotalCalls: 3 }],
    ["maxRequestBytes", { maxRequestBytes: 3 * 102 }],
    ["maxInboundBytes", { maxInboundBytes: 3 * 102 + 50 }],
  ])("at %s: not the last that may run, but the next", async (_, limits) => {
    await using world = await scene({ limits });
    const body = new Uint8Array(100);
    await world.track(3, body);
    expect([world.ran(), world.dropped(), world.counted("resource_exhausted"), world.reports]).toEqual([3, 0, 0, []]);
    await world.track(1, body);
    expect([world.ran(), world.dropped(), world.counted("resource_exhausted")]).toEqual([3, 1, 1]);
    expect(world.reports).toMatchObject([
      { error: { reason: "too_many_calls" }, report: { method: path, errorId: undefined } },
    ]);
    world.release.resolve();
    await world.fleet.environment.advanceAsync(1);
    await world.track(1, body);
    expect([world.ran(), world.dropped()]).toEqual([4, 1]);
  });

  test("one at a time in the counters, and in reports as a number every ten seconds", async () => {
    await using world = await scene({ limits: { maxCalls: 1 } });
    await world.track(101);
    expect([world.dropped(), world.counted("resource_exhausted"), world.reports.length]).toEqual([100, 100, 1]);
    await world.fleet.environment.advanceAsync(10_000);
    await world.track(2);
    expect([world.dropped(), world.counted("resource_exhausted")]).toEqual([102, 102]);
    expect(world.reports.map(({ error }) => error.message)).toEqual([
      "A one-way call was dropped: This connection runs at most 1 calls at a time.",
      "100 one-way calls were dropped: This connection runs at most 1 calls at a time.",
    ]);
  });

  test("when it is longer than the rest of the memory while its parts arrive", async () => {
    await using world = await scene({ limits: { maxInboundBytes: 150_000 } });
    await world.track(1, new Uint8Array(200_000));
    expect([world.ran(), world.dropped(), world.counted("resource_exhausted")]).toEqual([0, 1, 1]);
  });

  test("also when it crosses the goodbye of a server that closes, but not because of that", async () => {
    await using world = await scene({ limits: { maxCalls: 2 } });
    await world.track(1);
    const closing = world.fleet.servers[0]?.close({ graceMs: 1_000 });
    const crossing = [world.fleet.lab.track({}), world.fleet.lab.track({})];
    await world.fleet.environment.advanceAsync(5);
    await Promise.all(crossing);
    expect([world.ran(), world.dropped(), world.counted("resource_exhausted")]).toEqual([2, 1, 1]);
    world.release.resolve();
    await world.fleet.run(closing as Promise<void>);
  });

  test("by a plugin: among calls that ended, by its code", async () => {
    const limit = rateLimit({ rules: [{ calls: 1, perMs: 60_000, burst: 1 }] });
    await using world = await scene({ plugins: [limit] });
    await world.track(2);
    expect([world.ran(), world.dropped(), world.counted("resource_exhausted")]).toEqual([1, 1, 0]);
  });
});

describe("the record of dropped calls", () => {
  const [track] = Lab.methods.filter(({ member }) => member === "track");
  const error = new RpcError({ reason: "too_many_calls", message: "Enough." });

  function open() {
    const environment = createVirtualEnvironment();
    const seen: string[] = [];
    const lines: string[] = [];
    const interceptors = [
      { name: "seeing", dropped: (method: MethodType) => void seen.push(method.path) },
      { name: "blind" },
    ];
    const report = (found: RpcError, where: string): void => void lines.push(`${where}: ${found.message}`);
    return { environment, seen, lines, drops: createDrops({ environment, interceptors, report }) };
  }

  test("tells the first, and then how many there were when ten seconds are over", () => {
    const { environment, lines, drops } = open();
    const note = (): void => drops.note(track, error, "a");
    note();
    environment.advance(9_999);
    note();
    environment.advance(1);
    note();
    expect(lines).toEqual([
      `${path}: A one-way call was dropped: Enough.`,
      `${path}: 2 one-way calls were dropped: Enough.`,
    ]);
  });

  test("tells interceptors of methods that are there, and keeps one line for all that are not", () => {
    const { seen, lines, drops } = open();
    drops.note(track, error, "a");
    drops.note(undefined, error, "a");
    drops.note(undefined, error, "a");
    expect([seen, lines.at(-1), lines.length]).toEqual([
      [path],
      "(unknown method): A one-way call was dropped: Enough.",
      2,
    ]);
  });
});
