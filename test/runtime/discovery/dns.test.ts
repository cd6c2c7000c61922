import { describe, expect, test } from "vitest";
import { createDnsResolver, type DnsResolverOptions } from "../../../runtime/discovery/dns.ts";
import type { Instance } from "../../../runtime/discovery/instance.ts";
import { parseTarget } from "../../../runtime/discovery/parse-target.ts";
import type { Resolver, ResolverWatch, Snapshot } from "../../../runtime/discovery/resolver.ts";
import { systemEnvironment } from "../../../runtime/environment/system.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createFleet, instanceOf } from "../client/fleet.ts";
import { type DnsRecord, startDnsServer } from "./dns-server.ts";

const service = "_orders._tcp.shop.example";

function srv(name: string, port: number, more: { readonly priority?: number; readonly weight?: number } = {}) {
  return { kind: "SRV", name, port, priority: 10, weight: 0, ...more } satisfies DnsRecord;
}

/** What the resolver finds in one look, with the clock of the machine, as name servers answer in its time. */
async function look(target: string, options: DnsResolverOptions = {}): Promise<Snapshot> {
  const resolver = createDnsResolver(options);
  const watches: ResolverWatch[] = [];
  const found = new Promise<Snapshot>((update, error) => {
    watches.push(resolver.watch(parseTarget(target), { update, error }, { environment: systemEnvironment }));
  });
  try {
    return await found;
  } finally {
    for (const watch of watches) await watch.close();
  }
}

function shown({ instances }: Snapshot): readonly string[] {
  return instances.map(({ address, weight, priority = 0 }) => `${address} weight ${weight} priority ${priority}`);
}

describe("SRV records of a name server", () => {
  test("give ports, and weights that are 100 on average within a priority", async () => {
    await using server = await startDnsServer({
      [service]: [srv("a.shop.example", 9001, { weight: 60 }), srv("b.shop.example", 9002, { weight: 20 })],
      "a.shop.example": [{ kind: "A", address: "10.0.0.1" }],
      "b.shop.example": [{ kind: "A", address: "10.0.0.2" }],
    });
    expect(shown(await look(`dns://${server.address}/${service}`))).toEqual([
      "tcp://10.0.0.1:9001 weight 150 priority 10",
      "tcp://10.0.0.2:9002 weight 50 priority 10",
    ]);
  });

  test("without weights count alike; one with 0 among others gets a call now and then", async () => {
    await using server = await startDnsServer({
      [service]: [
        srv("a.shop.example", 1, { priority: 1 }),
        srv("a.shop.example", 2, { priority: 1 }),
        srv("a.shop.example", 3, { priority: 2, weight: 0 }),
        srv("a.shop.example", 4, { priority: 2, weight: 7 }),
      ],
      "a.shop.example": [{ kind: "A", address: "10.0.0.1" }],
    });
    const { instances } = await look(`dns:///${service}`, { servers: [server.address] });
    expect(instances.map(({ weight }) => weight)).toEqual([100, 100, 1, 200]);
  });

  test("share the weight of a host among its addresses", async () => {
    await using server = await startDnsServer({
      [service]: [srv("a.shop.example", 9001)],
      "a.shop.example": [
        { kind: "A", address: "10.0.0.1" },
        { kind: "A", address: "10.0.0.2" },
      ],
    });
    const { instances } = await look(`dns://${server.address}/${service}`);
    expect(instances.map(({ weight }) => weight)).toEqual([50, 50]);
  });

  test("of a host without an address are left out; those of no host that has one are an error", async () => {
    await using server = await startDnsServer({
      [service]: [srv("a.shop.example", 9001), srv("gone.shop.example", 9002)],
      "a.shop.example": [{ kind: "A", address: "10.0.0.1" }],
    });
    expect((await look(`dns://${server.address}/${service}`)).instances).toHaveLength(1);
    server.set(service, [srv("gone.shop.example", 9002)]);
    await expect(look(`dns://${server.address}/${service}`)).rejects.toThrow("ENOTFOUND gone.shop.example");
  });

  test("that point to the root say that there is no such service: an empty list, not an error", async () => {
    await using server = await startDnsServer({ [service]: [srv("", 0)] });
    expect((await look(`dns://${server.address}/${service}`)).instances).toEqual([]);
  });

  test("of a name that there is not are an error", async () => {
    await using server = await startDnsServer();
    await expect(look(`dns://${server.address}/${service}`)).rejects.toThrow("querySrv ENOTFOUND");
  });

  test("called over TLS are checked for the domain that the target names, not for hosts that a name server names", async () => {
    await using server = await startDnsServer({
      [service]: [srv("a.shop.example", 9001)],
      "a.shop.example": [{ kind: "A", address: "10.0.0.1" }],
    });
    const { instances } = await look(`dns://${server.address}/${service}?scheme=tls`);
    expect(instances[0]?.address).toBe("tls://10.0.0.1:9001?name=shop.example");
  });
});

test("a name server that is named is asked for hosts, too", async () => {
  await using server = await startDnsServer({ "orders.shop.example": [{ kind: "A", address: "10.0.0.9" }] });
  expect(shown(await look(`dns://${server.address}/orders.shop.example:9000`))).toEqual([
    "tcp://10.0.0.9:9000 weight 100 priority 0",
  ]);
});

test("an address that holds for 5 s is looked up again after 5 s, others after 30", async () => {
  const environment = createVirtualEnvironment();
  await using server = await startDnsServer({ "orders.example": [{ kind: "A", address: "10.0.0.9", ttl: 5 }] });
  let onUpdate = (): void => undefined;
  const answered = (): Promise<void> => new Promise((resolve) => (onUpdate = resolve));
  const sink = { update: () => onUpdate(), error: () => undefined };
  const target = parseTarget(`dns://${server.address}/orders.example:9000`);
  let looked = answered();
  const watch = createDnsResolver().watch(target, sink, { environment });
  const after = async (ms: number): Promise<number> => {
    await environment.advanceAsync(ms);
    await looked;
    looked = answered();
    return server.asked.length;
  };
  expect(await after(0)).toBe(2);
  server.set("orders.example", [{ kind: "A", address: "10.0.0.9", ttl: 3_600 }]);
  await environment.advanceAsync(4_400);
  expect(server.asked).toHaveLength(2);
  expect(await after(1_200)).toBe(4);
  await environment.advanceAsync(26_900);
  expect(server.asked).toHaveLength(4);
  expect(await after(6_200)).toBe(6);
  await watch.close();
});

test("instances of the lowest priority are called; the next ones while none of those can be", async () => {
  await using fleet = await createFleet({
    count: 3,
    target: "static:///lab.v1.Lab",
    resolvers: [listing([instanceOf(0), instanceOf(1), instanceOf(2, { priority: 5 })])],
  });
  expect(new Set(await fleet.calls(20))).toEqual(new Set([0, 1]));
  await fleet.kill(0);
  await fleet.calls(5);
  expect(new Set(await fleet.calls(20))).toEqual(new Set([1]));
  await fleet.kill(1);
  await fleet.calls(5);
  expect(new Set(await fleet.calls(20))).toEqual(new Set([2]));
  await fleet.restart(0);
  await fleet.run(new Promise<void>((resolve) => fleet.environment.setTimer(40_000, resolve)));
  expect(new Set(await fleet.calls(20))).toEqual(new Set([0]));
});

/** A resolver that knows its list beforehand. */
function listing(instances: readonly Instance[]): Resolver {
  return {
    scheme: "static",
    watch(_target, sink, { environment }) {
      environment.defer(() => sink.update({ instances, revision: "1", complete: true, atMs: environment.wallClock() }));
      return { close: () => Promise.resolve() };
    },
  };
}

describe.each([
  ["dns:///orders.example", "no name:port follows"],
  ["dns://name.server/orders.example:9000", 'the name server "name.server" is no IP address'],
  ["dns:///_orders._tcp.shop.example?scheme=udp", 'its scheme must be "tcp" or "tls"'],
  ["dns:///_orders._tcp.shop.example?port=1", 'the parameter "port" is not known'],
])("%s", (target, fault) => {
  test("is refused at once, with the reason", () => {
    const environment = createVirtualEnvironment();
    const sink = { update: () => undefined, error: () => undefined };
    expect(() => createDnsResolver().watch(parseTarget(target), sink, { environment })).toThrow(fault);
  });
});
