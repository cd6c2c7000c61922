import { describe, expect, test } from "vitest";
import { failover } from "../../../runtime/governance/index.ts";
import { createMetrics, type Metrics } from "../../../runtime/telemetry/index.ts";
import { Histogram } from "../../../runtime/telemetry/histogram.ts";
import { createFleet, type FleetOptions } from "../client/fleet.ts";
import { collect } from "../fixture/world.ts";
import { echoMethod, outcomeOf, unwell } from "../governance/repeatable.ts";

async function scene(options: Partial<FleetOptions> & { readonly networkTime?: boolean } = {}) {
  const { networkTime, ...more } = options;
  const metrics = createMetrics({ networkTime });
  const fleet = await createFleet({
    count: 1,
    plugins: [metrics.client()],
    server: { plugins: [metrics.server()] },
    ...more,
  });
  return { fleet, metrics, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() };
}

/** The value of a line, found by its beginning. */
function valueOf(metrics: Metrics, line: string): number | undefined {
  const found = metrics
    .text()
    .split("\n")
    .find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

const echo = 'service="lab.v1.Lab",method="lab.v1.Lab/Echo"';

describe("metrics", () => {
  test("count calls by code on both sides, attempts, bytes and durations", async () => {
    let calls = 0;
    await using world = await scene({
      faultMode: failover({ retries: 1, backoff: { baseMs: 1, maxMs: 1 } }),
      handlers: () => ({
        echo(note) {
          if (++calls <= 3) throw unwell();
          return note;
        },
      }),
    });
    const { fleet, metrics } = world;
    for (let call = 0; call < 3; call++)
      await fleet.run(outcomeOf(fleet.channel, echoMethod(), { text: "0123456789" }));
    expect(valueOf(metrics, `rpc_client_calls_total{${echo},code="unavailable"}`)).toBe(1);
    expect(valueOf(metrics, `rpc_client_calls_total{${echo},code="ok"}`)).toBe(2);
    expect(valueOf(metrics, `rpc_client_attempts_total{${echo}}`)).toBe(5);
    expect(valueOf(metrics, `rpc_server_calls_total{${echo},code="unavailable"}`)).toBe(3);
    expect(valueOf(metrics, `rpc_client_sent_bytes_total{${echo}}`)).toBe(5 * 12);
    expect(valueOf(metrics, `rpc_server_received_bytes_total{${echo}}`)).toBe(5 * 12);
    expect(valueOf(metrics, `rpc_client_received_bytes_total{${echo}}`)).toBe(2 * 12);
    expect(valueOf(metrics, `rpc_server_sent_bytes_total{${echo}}`)).toBe(2 * 12);
    expect(valueOf(metrics, `rpc_client_call_duration_seconds_count{${echo}}`)).toBe(3);
    expect(valueOf(metrics, `rpc_client_calls_in_progress{${echo}}`)).toBe(0);
  });

  test("count what is in progress, and streams with all their items", async () => {
    await using world = await scene();
    const { fleet, metrics } = world;
    const list = 'service="lab.v1.Lab",method="lab.v1.Lab/List"';
    const items = fleet.lab.list({ text: "abc", count: 3 })[Symbol.asyncIterator]();
    await fleet.run(items.next());
    expect(valueOf(metrics, `rpc_client_calls_in_progress{${list}}`)).toBe(1);
    await fleet.run(items.return!());
    await fleet.environment.advanceAsync(10);
    expect(valueOf(metrics, `rpc_client_calls_total{${list},code="cancelled"}`)).toBe(1);
    await fleet.run(collect(fleet.lab.list({ text: "abc", count: 3 })));
    expect(valueOf(metrics, `rpc_client_calls_total{${list},code="ok"}`)).toBe(1);
    expect(valueOf(metrics, `rpc_client_calls_in_progress{${list}}`)).toBe(0);
  });

  test("tell the time on the network from the work of the server", async () => {
    const work = (
      environment: FleetOptions["handlers"] extends never
        ? never
        : { setTimer(ms: number, action: () => void): unknown },
    ) => new Promise<void>((resolve) => environment.setTimer(100, resolve));
    await using world = await scene({
      networkTime: true,
      handlers: (_index, environment) => ({
        async echo(note) {
          await work(environment);
          return note;
        },
      }),
    });
    const { fleet, metrics } = world;
    await fleet.calls(1);
    await fleet.calls(1);
    const sum = valueOf(metrics, `rpc_client_network_duration_seconds_sum{${echo}}`) as number;
    // A millisecond each way, and the first call waits for its connection.
    expect(sum).toBeGreaterThanOrEqual(0.004);
    expect(sum).toBeLessThan(0.02);
    expect(valueOf(metrics, `rpc_client_call_duration_seconds_sum{${echo}}`)).toBeGreaterThan(0.2);
  });

  test("read gauges when they are asked for, also those with several values, and survive one that fails", () => {
    const metrics = createMetrics();
    metrics.gauge("shop_state", "A state.", () => 3);
    metrics.gauge("shop_broken", "Broken.", () => {
      throw new Error("x");
    });
    metrics.gauge("shop_several", "By name.", () => ({ 'a"b': 1, c: 2 }));
    expect(metrics.text()).toBe(
      "# HELP shop_state A state.\n# TYPE shop_state gauge\nshop_state 3\n" +
        "# HELP shop_broken Broken.\n# TYPE shop_broken gauge\n" +
        '# HELP shop_several By name.\n# TYPE shop_several gauge\nshop_several{of="a\\"b"} 1\nshop_several{of="c"} 2\n',
    );
    expect(() => metrics.gauge("a b", "", () => 1)).toThrow("is no name of a metric");
  });
});

test("a histogram counts each value in the first bucket that holds it, and tells quantiles", () => {
  const histogram = new Histogram([1, 2, 4]);
  for (const value of [0, 1, 1.5, 2, 3, 9]) histogram.record(value);
  expect([[...histogram.counts], histogram.sum, histogram.count]).toEqual([[2, 2, 1, 1], 16.5, 6]);
  expect([0.3, 0.5, 0.8, 1].map((share) => histogram.quantile(share))).toEqual([1, 2, 4, Infinity]);
  expect(new Histogram().quantile(0.5)).toBe(0);
});
