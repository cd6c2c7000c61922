import { describe, expect, test } from "vitest";
import {
  createChannel,
  createClient,
  createServer,
  type Server,
  type ServerOptions,
  type ServerRegistration,
} from "../../../runtime/index.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualNetwork } from "../../../runtime/testing/virtual-links.ts";
import { Lab, type LabClient, type LabHandlers } from "../fixture/lab.ts";
import { createScriptedRegistry, type ScriptedRegistry } from "../fixture/scripted-registry.ts";
import { createSignal, echoing } from "../fixture/world.ts";

const service = "lab.v1.Lab";

interface Site {
  readonly environment: VirtualEnvironment;
  readonly registry: ScriptedRegistry;
  start(index: number, place?: Partial<ServerRegistration>, handlers?: Partial<LabHandlers>): Promise<Server>;
  client(): LabClient;
}

function createSite(options: ServerOptions = {}): Site {
  const environment = createVirtualEnvironment();
  const network = createVirtualNetwork({ environment, delayMs: () => 1 });
  const registry = createScriptedRegistry();
  const transports = [network.transport];
  return {
    environment,
    registry,
    async start(index, place, handlers) {
      const registrations = [{ registry, target: `test:///${service}`, ...place }];
      const echo: LabHandlers["echo"] = (note) => ({ ...note, count: index });
      const server = createServer({ environment, transports, registrations, ...options }).add(Lab, {
        ...echoing,
        echo,
        ...handlers,
      });
      await server.listen(`memory:s${index}`);
      await environment.run(server.registered());
      return server;
    },
    client: () => {
      const channel = createChannel({ target: `test:///${service}`, resolvers: [registry], environment, transports });
      return createClient(Lab, { channel });
    },
  };
}

describe("a server with registrations", () => {
  test("is registered from the first listen on, with what callers should know", async () => {
    const { environment, registry, start } = createSite();
    const server = await start(1, { weight: 50, zone: "eu/eu-1", labels: { canary: "true" }, version: "1.2.0" });
    expect(registry.instances(service)).toEqual([
      {
        id: "s1",
        service,
        address: "memory:s1",
        weight: 50,
        status: "up",
        version: "1.2.0",
        zone: "eu/eu-1",
        labels: { canary: "true" },
        startedAtMs: environment.wallClock(),
      },
    ]);
    await environment.run(server.close());
    expect(registry.instances(service)).toEqual([]);
  });

  test("registers services that are added later, and only those that are named", async () => {
    const { environment, registry, start } = createSite();
    const server = await start(1, { target: "test://any", services: [service] });
    const other = { ...Lab, name: "lab.v2.Lab", methods: [] };
    server.add(other, {} as LabHandlers);
    await environment.run(server.registered());
    expect([registry.instances(service).length, registry.instances("lab.v2.Lab").length]).toEqual([1, 0]);
    await environment.run(server.close());
  });

  test("announces changes, and keeps them when it is registered anew", async () => {
    const { environment, registry, start } = createSite();
    const server = await start(1);
    await environment.run(server.announce({ weight: 7, status: "draining" }));
    expect(registry.instances(service)).toMatchObject([{ weight: 7, status: "draining" }]);
    registry.forget();
    await environment.advanceAsync(6_000);
    expect(registry.instances(service)).toMatchObject([{ weight: 7, status: "draining" }]);
    await environment.run(server.close());
  });

  test("leaves in order: out of the registry, a second of service, goodbye, its calls, closed", async () => {
    const { environment, registry, start, client } = createSite();
    const gate = createSignal();
    const server = await start(1, {}, { ping: () => gate.promise });
    const lab = client();
    await environment.run(lab.echo({}));
    const slow = lab.ping();
    await environment.advanceAsync(10);
    const log: string[] = [];
    const closing = server.close().then(() => log.push("closed"));
    await environment.advanceAsync(900);
    expect(registry.instances(service)).toEqual([]);
    expect((await environment.run(lab.echo({}))).count).toBe(1);
    await environment.advanceAsync(3_000);
    expect(log).toEqual([]);
    gate.resolve();
    await environment.run(slow);
    await environment.run(closing);
    expect(log).toEqual(["closed"]);
    await environment.run(lab.close());
  });

  test("takes no call down with it when it leaves and another one stays", async () => {
    const { environment, start, client } = createSite();
    const [first, second] = [await start(1), await start(2)];
    const lab = client();
    const calls: Promise<{ count: number }>[] = [];
    const closing = environment.advanceAsync(500).then(() => first.close());
    for (let tick = 0; tick < 300; tick++) {
      calls.push(lab.echo({}));
      await environment.advanceAsync(10);
    }
    await environment.run(closing);
    const answers = (await environment.run(Promise.all(calls))).map(({ count }) => count);
    expect([answers.length, new Set(answers.slice(-100))]).toEqual([300, new Set([2])]);
    await environment.run(second.close());
  });

  test("does not wait where nothing is registered", async () => {
    const environment = createVirtualEnvironment();
    const server = createServer({ environment });
    const startedMs = environment.now();
    await environment.run(server.close());
    expect(environment.now() - startedMs).toBeLessThan(1_000);
  });

  test("closes in time when its registry is down", async () => {
    const { environment, registry, start } = createSite();
    const server = await start(1);
    registry.isDown = true;
    const startedMs = environment.now();
    await environment.run(server.close({ graceMs: 0 }));
    expect(environment.now() - startedMs).toBeLessThanOrEqual(3_000);
  });

  test("tells how its registration fares", async () => {
    const { environment, registry, start } = createSite();
    const states: string[] = [];
    const server = await start(1, { onState: (state, _previous, name) => states.push(`${name} ${state}`) });
    registry.isDown = true;
    await environment.advanceAsync(6_000);
    registry.isDown = false;
    await environment.advanceAsync(6_000);
    await environment.run(server.close());
    expect(states.map((state) => state.split(" ")[1])).toEqual(["registered", "recovering", "registered", "closed"]);
  });
});

describe("a registration is refused", () => {
  const registry = createScriptedRegistry();
  test.each<[string, ServerRegistration, RegExp]>([
    ["without a registry", { target: "test:///x" } as ServerRegistration, /needs a registry/],
    ["for a target that is none", { registry, target: "nothing" }, /is not a target/],
    ["for another kind of registry", { registry, target: "etcd://127.0.0.1:2379" }, /takes test:\/\/ targets/],
    ["with a ttl that is too short", { registry, target: "test:///x", ttlMs: 10 }, /ttlMs of a registration is 10/],
  ])("%s", (_name, place, message) => {
    expect(() => createServer({ registrations: [place] })).toThrow(message);
  });

  test("by listen, when callers could not tell where to go", async () => {
    const server = createServer({ registrations: [{ registry, target: "test://any" }], insecure: true }).add(
      Lab,
      echoing,
    );
    await expect(server.listen("tcp://0.0.0.0:0")).rejects.toThrow(/say by which address callers reach it/);
    await server.close({ farewellMs: 0 });
  });

  test("but an address with port 0 takes the one that is listened on", async () => {
    const address = "tcp://127.0.0.9:0";
    const own = createScriptedRegistry();
    const registrations = [{ registry: own, target: "test://any", address }];
    const server = createServer({ registrations, insecure: true }).add(Lab, echoing);
    const listened = await server.listen("tcp://0.0.0.0:0");
    await server.registered();
    const port = listened.split(":").at(-1);
    expect(own.instances(service)).toMatchObject([{ id: `127.0.0.9:${port}`, address: `tcp://127.0.0.9:${port}` }]);
    await server.close({ farewellMs: 0 });
  });
});
