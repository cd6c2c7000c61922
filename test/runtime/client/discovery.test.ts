import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { routing } from "../../../runtime/governance/index.ts";
import {
  type ChannelOptions,
  createChannel,
  createDnsResolver,
  type FaultMode,
  RpcError,
} from "../../../runtime/index.ts";
import { createScriptedRegistry, type ScriptedRegistry } from "../fixture/scripted-registry.ts";
import { createSignal, errorOf } from "../fixture/world.ts";
import { createFleet, type Fleet, type FleetOptions, instanceOf } from "./fleet.ts";

const service = "lab.v1.Lab";
const target = `test:///${service}`;

interface Site {
  readonly fleet: Fleet;
  readonly registry: ScriptedRegistry;
  /** Servers that answered 60 calls. */
  reached(): Promise<(number | string)[]>;
  /** Names these servers, by number. */
  name(...indexes: number[]): void;
}

async function createSite(options: FleetOptions): Promise<Site> {
  const registry = createScriptedRegistry();
  const fleet = await createFleet({ target, resolvers: [registry], ...options });
  const name = (...indexes: number[]): void =>
    registry.set(
      service,
      indexes.map((index) => instanceOf(index)),
    );
  name(...fleet.servers.keys());
  return {
    fleet,
    registry,
    name,
    reached: async () => [...new Set(await fleet.calls(60))].sort((a, b) => Number(a) - Number(b)),
  };
}

/** The result of work that waits for files, for which virtual time does not stand still. */
async function realTime<T>({ environment }: Fleet, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = (): void => void (isDone = true);
  work.then(done, done);
  for (let turns = 0; turns < 5_000 && !isDone; turns++) await environment.advanceAsync(1);
  return work;
}

describe("a channel to the instances of a registry", () => {
  test("asks the registry with its first call, which waits for the answer", async () => {
    const { fleet, reached } = await createSite({ count: 3 });
    expect(fleet.channel.instances()).toMatchObject({ instances: [], origin: "none", ageMs: Infinity });
    expect(await reached()).toEqual([0, 1, 2]);
    expect(fleet.channel.instances()).toMatchObject({ origin: "registry", isStale: false });
    await fleet[Symbol.asyncDispose]();
  });

  test("follows what the registry says", async () => {
    const { fleet, name, reached } = await createSite({ count: 4 });
    name(0, 1);
    expect(await reached()).toEqual([0, 1]);
    name(0, 1, 2, 3);
    await fleet.environment.advanceAsync(10);
    expect(await reached()).toEqual([0, 1, 2, 3]);
    name(1, 2, 3);
    await fleet.environment.advanceAsync(10);
    expect(await reached()).toEqual([1, 2, 3]);
    await fleet[Symbol.asyncDispose]();
  });

  test("lets the calls of an instance end that is no longer named, then closes its connection", async () => {
    const gate = createSignal();
    const { fleet, name, reached } = await createSite({
      count: 2,
      handlers: (index) => ({ ping: () => (index === 0 ? gate.promise : undefined) }),
    });
    await reached();
    const calls = Array.from({ length: 20 }, () => fleet.lab.ping());
    await fleet.environment.advanceAsync(10);
    name(1);
    await fleet.environment.advanceAsync(60_000 - 31_000);
    expect([fleet.channel.connections, fleet.network.links.length]).toEqual([1, 2]);
    gate.resolve();
    await fleet.run(Promise.all(calls));
    await fleet.environment.advanceAsync(100);
    expect([fleet.channel.connections, fleet.network.links.length]).toEqual([1, 1]);
    await fleet[Symbol.asyncDispose]();
  });

  test("sends nothing to instances that are draining, down or of weight 0", async () => {
    const { fleet, registry, reached } = await createSite({ count: 4 });
    registry.set(service, [
      instanceOf(0, { status: "draining" }),
      instanceOf(1, { status: "down" }),
      instanceOf(2, { weight: 0 }),
      instanceOf(3),
    ]);
    expect(await reached()).toEqual([3]);
    await fleet[Symbol.asyncDispose]();
  });

  test("fails calls that say why when the registry is down and nothing is known, and recovers", async () => {
    const { fleet, registry, reached } = await createSite({ count: 2 });
    registry.isDown = true;
    const error = await fleet.run(errorOf(fleet.lab.echo({})));
    expect(RpcError.is(error) && [error.reason, error.message]).toEqual([
      "connect_failed",
      `The instances of ${target} could not be found: The registry is down.`,
    ]);
    registry.isDown = false;
    await fleet.environment.advanceAsync(10);
    expect(await reached()).toEqual([0, 1]);
    await fleet[Symbol.asyncDispose]();
  });

  test("fails at once when nobody is registered, unless the call waits", async () => {
    const { fleet, name } = await createSite({ count: 1 });
    name();
    const error = await fleet.run(errorOf(fleet.lab.echo({})));
    expect(RpcError.is(error) && error.message).toMatch(/none is registered that takes calls/);
    const waiting = fleet.lab.echo({}, { waitForReady: true, timeoutMs: 30_000 });
    await fleet.environment.advanceAsync(5_000);
    name(0);
    expect((await fleet.run(waiting)).count).toBe(0);
    await fleet[Symbol.asyncDispose]();
  });

  test("lets a fault mode know the instances with the very first call", async () => {
    const seen: number[] = [];
    const faultMode: FaultMode = {
      name: "counting",
      run(_call, scope) {
        seen.push(scope.endpoints().length);
        return scope.start().reply;
      },
    };
    const { fleet } = await createSite({ count: 3, faultMode });
    await fleet.calls(1);
    expect(seen).toEqual([3]);
    await fleet[Symbol.asyncDispose]();
  });

  test("moves refused calls only to where its routes lead", async () => {
    const router = routing([{ to: { group: "blue" }, otherwise: "fail" }]);
    const { fleet, registry } = await createSite({ count: 3, router });
    registry.set(service, [instanceOf(0, { group: "blue" }), instanceOf(1), instanceOf(2)]);
    expect(await fleet.calls(3)).toEqual([0, 0, 0]);
    await fleet.kill(0);
    expect(await fleet.calls(2)).toEqual(["connect_failed", "connect_failed"]);
    await fleet[Symbol.asyncDispose]();
  });

  test("goes on with what it knows while the registry is down, through the loss of a server [R2]", async () => {
    const { fleet, registry, reached } = await createSite({ count: 3 });
    await reached();
    registry.isDown = true;
    await fleet.environment.advanceAsync(100_000);
    await fleet.kill(2);
    expect(await reached()).toEqual([0, 1]);
    expect(fleet.channel.instances().isStale).toBe(true);
    await fleet[Symbol.asyncDispose]();
  });

  test("is not emptied by a registry that forgets everything, and drops who is really gone [R9]", async () => {
    const { fleet, registry, reached } = await createSite({ count: 10 });
    await reached();
    for (const index of [0, 1, 2, 3, 4]) await fleet.kill(index);
    registry.forget();
    await fleet.environment.advanceAsync(5_000);
    expect(await reached()).toEqual([5, 6, 7, 8, 9]);
    expect(fleet.channel.instances()).toMatchObject({ held: 5 });
    await fleet[Symbol.asyncDispose]();
  });

  test("calls the instances of an earlier run when every registry is down at the start [R8]", async () => {
    const snapshotFolder = await mkdtemp(join(tmpdir(), "rpcgen-fleet-"));
    const first = await createSite({ count: 3, discovery: { snapshotFolder } });
    await first.reached();
    await realTime(first.fleet, first.fleet.channel.close());
    await first.fleet[Symbol.asyncDispose]();
    const second = await createSite({ count: 3, discovery: { snapshotFolder } });
    second.registry.isDown = true;
    const call = second.fleet.lab.echo({}, { timeoutMs: Infinity });
    expect((await realTime(second.fleet, call)).count).toBeGreaterThanOrEqual(0);
    expect(second.fleet.channel.instances()).toMatchObject({ origin: "file", isStale: true });
    expect(await second.reached()).toEqual([0, 1, 2]);
    await second.fleet[Symbol.asyncDispose]();
    await rm(snapshotFolder, { recursive: true, force: true });
  });

  test("fails no call while instances come and go politely, under load [G7]", async () => {
    const { fleet, name } = await createSite({ count: 4 });
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 8; round++) {
      const index = round % 4;
      name(...[0, 1, 2, 3].filter((other) => other !== index));
      for (let tick = 0; tick < 30; tick++) {
        for (let index = 0; index < 4; index++) calls.push(fleet.lab.echo({ text: "x" }));
        await fleet.environment.advanceAsync(5);
      }
      await fleet.run(fleet.servers[index]?.close() ?? Promise.resolve());
      await fleet.restart(index);
      name(0, 1, 2, 3);
      await fleet.environment.advanceAsync(20);
    }
    expect(await fleet.run(Promise.all(calls))).toHaveLength(960);
    await fleet[Symbol.asyncDispose]();
  });

  test("leaves nothing behind when it closes, also before the registry answered", async () => {
    const { fleet, registry } = await createSite({ count: 2 });
    registry.isDown = true;
    const call = errorOf(fleet.lab.echo({}, { waitForReady: true }));
    await fleet.environment.advanceAsync(10);
    await fleet.run(fleet.channel.close());
    const error = await fleet.run(call);
    expect(RpcError.is(error) && error.reason).toBe("client_closed");
    await fleet[Symbol.asyncDispose]();
  });
});

describe("a target that a resolver takes", () => {
  test.each<[string, Partial<ChannelOptions>, RegExp]>([
    ["nosuch:///x", {}, /"nosuch:\/\/\/x" is not an address: the scheme "nosuch" is not known/],
    ["dns:///x", { connect: "eager" }, /no name:port follows/],
    ["dns://server/x:1", { connect: "eager" }, /no IP address.*three slashes/],
    ["file:///", {}, /is not a target/],
    ["etcd://127.0.0.1:2379/x", {}, /needs its resolver: resolvers: \[etcd\(\)\]/],
    [target, { resolvers: [(() => undefined) as never] }, /"resolvers" is a list of resolvers/],
    ["memory:a,b", { balancer: "p2c" as never }, /"balancer" must be a balancer/],
    ["memory:a,b", { router: {} as never }, /"router" must be a router/],
    ["memory:a,b", { detectors: [{} as never] }, /"detectors" must be a list of detectors/],
    [target, { resolvers: [createScriptedRegistry()], discovery: { ttlMs: 1 } }, /ttlMs is 1/],
  ])("is refused at once when it is %s", (wrong, options, message) => {
    expect(() => createChannel({ target: wrong, ...options })).toThrow(message);
  });
});

describe("dns:///", () => {
  test("calls each address of a name, and looks again", async () => {
    const answers = [["::1", "127.0.0.1"], ["127.0.0.1"]];
    let looks = 0;
    const resolver = createDnsResolver({ lookup: async () => answers[Math.min(looks++, 1)] ?? [], refreshMs: 10_000 });
    const fleet = await createFleet({ count: 1 });
    const { environment } = fleet;
    const channel = createChannel({ target: "dns:///orders.internal:9000", resolvers: [resolver], environment });
    channel.connect();
    await environment.advanceAsync(10);
    const addresses = (): string[] => channel.instances().instances.map(({ address }) => address);
    expect(addresses()).toEqual(["tcp://127.0.0.1:9000", "tcp://[::1]:9000"]);
    await environment.advanceAsync(12_000);
    expect(addresses()).toEqual(["tcp://127.0.0.1:9000"]);
    await environment.run(channel.close());
    await fleet[Symbol.asyncDispose]();
  });
});

describe("file:///", () => {
  test("calls the instances of a file, and follows it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rpcgen-file-"));
    const path = join(folder, "instances.json");
    await writeFile(path, JSON.stringify([{ address: "memory:s0" }, { address: "memory:s1", weight: 50 }]));
    const fleet = await createFleet({ count: 3, target: `file://${path}` });
    fleet.channel.connect();
    const until = async (count: number): Promise<void> => {
      for (let turns = 0; turns < 5_000 && fleet.channel.instances().instances.length !== count; turns++) {
        await fleet.environment.advanceAsync(5);
      }
      expect(fleet.channel.instances().instances).toHaveLength(count);
    };
    await until(2);
    expect(new Set(await fleet.calls(50))).toEqual(new Set([0, 1]));
    await writeFile(path, JSON.stringify({ instances: [0, 1, 2].map((index) => ({ address: `memory:s${index}` })) }));
    await until(3);
    expect(new Set(await fleet.calls(80))).toEqual(new Set([0, 1, 2]));
    await writeFile(path, "not json");
    await fleet.environment.advanceAsync(3_000);
    expect(fleet.channel.instances().instances).toHaveLength(3);
    await fleet[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
});
