import { createConnection, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { Code, createChannel, createClient, createServer, RpcError } from "../../../runtime/index.ts";
import { Lab, type Note } from "../fixture/lab.ts";
import { settle } from "../fixture/stopped-clock.ts";
import { collect, createSignal, createWorld, echoing, errorOf } from "../fixture/world.ts";

function rpc(error: unknown): RpcError {
  if (RpcError.is(error)) return error;
  throw new Error(`expected an RpcError, got ${String(error)}`);
}

/** Handles of this process that keep it alive, without those of the test runner. */
function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|Timeout/.test(name)).length;
}

describe.each(["memory", "tcp"] as const)("closing over %s", (transport) => {
  const address = transport === "tcp" ? { address: "tcp://127.0.0.1:0" } : {};

  test("a server loses no call that is in flight", async () => {
    const release = createSignal();
    let entered = 0;
    const all = createSignal();
    await using world = await createWorld({
      ...address,
      handlers: {
        async echo(note) {
          if (++entered === 500) all.resolve();
          await release.promise;
          return note;
        },
      },
    });
    const calls = Array.from({ length: 500 }, (_, count) => world.lab.echo({ count }));
    await all.promise;
    const closing = world.server.close();
    await settle();
    release.resolve();
    expect((await Promise.all(calls)).map((note) => note.count)).toEqual(calls.map((_, index) => index));
    await closing;
  });

  test("a server lets a stream come to its end", async () => {
    const release = createSignal();
    const entered = createSignal();
    await using world = await createWorld({
      ...address,
      handlers: {
        async *list() {
          yield { count: 1 };
          entered.resolve();
          await release.promise;
          yield { count: 2 };
        },
      },
    });
    const reading = collect(world.lab.list({}));
    await entered.promise;
    const closing = world.server.close();
    await settle();
    release.resolve();
    expect((await reading).map((note) => note.count)).toEqual([1, 2]);
    await closing;
  });

  test("a server cuts what is left after its grace", async () => {
    const entered = createSignal();
    const aborted = createSignal();
    await using world = await createWorld({
      ...address,
      handlers: {
        echo(_note, context) {
          context.signal.addEventListener("abort", () => aborted.resolve());
          entered.resolve();
          return new Promise(() => undefined);
        },
      },
    });
    const call = errorOf(world.lab.echo({}));
    await entered.promise;
    await world.server.close({ graceMs: 20 });
    expect(rpc(await call).code).toBe(Code.unavailable);
    await aborted.promise;
  });

  test("a client lets its calls end and refuses new ones", async () => {
    const release = createSignal();
    const entered = createSignal();
    await using world = await createWorld({
      ...address,
      handlers: {
        async echo(note) {
          entered.resolve();
          await release.promise;
          return note;
        },
      },
    });
    await using client = createClient(Lab, { target: world.address });
    const call = client.echo({ text: "last" });
    await entered.promise;
    const closing = client.close();
    const refused = rpc(await errorOf(client.echo({})));
    expect([refused.code, refused.reason]).toEqual([Code.cancelled, "client_closed"]);
    expect(refused.message).toContain(world.address);
    release.resolve();
    expect((await call).text).toBe("last");
    await closing;
  });

  test("leaves no handles and no calls behind", async () => {
    const before = openHandles();
    const world = await createWorld(address);
    await Promise.all(Array.from({ length: 50 }, () => world.lab.echo({})));
    await collect(world.lab.list({ count: 10 }));
    await world[Symbol.asyncDispose]();
    await settle();
    expect(openHandles()).toBeLessThanOrEqual(before);
  });

  test("is idempotent on both sides, and safe before anything was opened", async () => {
    const server = createServer().add(Lab, echoing);
    await Promise.all([server.close(), server.close()]);
    await expect(server.listen("memory:late")).rejects.toThrow("The server is closed");
    const channel = createChannel({ target: "memory:nowhere" });
    await Promise.all([channel.close(), channel.close()]);
  });
});

describe("a client", () => {
  test("connects with the first call, and again after the server came back", async () => {
    const first = createServer().add(Lab, echoing);
    const address = await first.listen("tcp://127.0.0.1:0");
    await using client = createClient(Lab, { target: address });
    expect((await client.echo({ text: "one" })).text).toBe("one");
    await first.close();
    const refused = rpc(await errorOf(client.echo({})));
    expect([refused.code, refused.reason]).toEqual([Code.unavailable, "connect_failed"]);
    expect(refused.message).toContain(address);
    const second = createServer().add(Lab, echoing);
    await second.listen(address);
    expect((await client.echo({ text: "two" })).text).toBe("two");
    await client.close();
    await second.close();
  });

  test("fails every call of an attempt that cannot connect, all with one error", async () => {
    await using client = createClient(Lab, { target: "memory:nobody-here" });
    const errors = await Promise.all(Array.from({ length: 20 }, () => errorOf(client.echo({}))));
    for (const error of errors) expect(rpc(error).reason).toBe("connect_failed");
    expect(rpc(await errorOf(collect(client.list({})))).reason).toBe("connect_failed");
  });

  test("sees calls fail when its server disappears, and calls again", async () => {
    const entered = createSignal();
    await using world = await createWorld({
      address: "tcp://127.0.0.1:0",
      handlers: {
        echo: () => {
          entered.resolve();
          return new Promise(() => undefined);
        },
      },
    });
    await using proxy = await createCuttingProxy(world.address);
    await using client = createClient(Lab, { target: proxy.address });
    const lost = errorOf(client.echo({}));
    const stream = errorOf(collect(client.chat(forever())));
    await entered.promise;
    proxy.cut();
    expect([rpc(await lost).code, rpc(await lost).reason]).toEqual([Code.unavailable, "connection_lost"]);
    expect(rpc(await stream).reason).toBe("connection_lost");
    await client.ping();
  });

  test("shares one connection between services of a channel, and a shared client's close leaves it open", async () => {
    await using world = await createWorld();
    await using channel = createChannel({ target: world.address });
    const one = createClient(Lab, { channel });
    const two = createClient(Lab, { channel, validate: true });
    await one.ping();
    await one.close();
    await two.ping();
    expect(rpc(await errorOf(two.echo({ count: -1 }))).origin).toBe("local");
    expect(rpc(await errorOf(one.echo({ count: -1 }))).origin).toBe("remote");
  });
});

test("servers that take turns on one address lose no call of a busy client", async () => {
  const name = "memory:turns";
  let current = createServer().add(Lab, echoing);
  await current.listen(name);
  await using client = createClient(Lab, { target: name });
  let running = true;
  let answered = 0;
  const worker = async (): Promise<void> => {
    while (running) {
      await client.echo({ count: answered });
      answered++;
    }
  };
  const workers = Array.from({ length: 20 }, worker);
  for (let turn = 0; turn < 10; turn++) {
    const before = answered;
    while (answered < before + 200) await settle();
    const next = createServer().add(Lab, echoing);
    const closing = current.close();
    await next.listen(name);
    await closing;
    current = next;
  }
  running = false;
  await Promise.all(workers);
  expect(answered).toBeGreaterThan(2_000);
  await client.close();
  await current.close();
});

describe("a server", () => {
  test("aborts the handlers of a client that disappears, and counts them until they settle", async () => {
    const aborted = createSignal();
    const release = createSignal();
    await using world = await createWorld({
      address: "tcp://127.0.0.1:0",
      server: { limits: { maxTotalCalls: 1 } },
      handlers: {
        async echo(note, context) {
          context.signal.addEventListener("abort", () => aborted.resolve());
          await release.promise;
          return note;
        },
      },
    });
    await using proxy = await createCuttingProxy(world.address);
    await using client = createClient(Lab, { target: proxy.address });
    const lost = errorOf(client.echo({}));
    await proxy.connected;
    await settle();
    proxy.cut();
    await lost;
    await aborted.promise;
    expect(rpc(await errorOf(world.lab.ping())).reason).toBe("too_many_calls");
    release.resolve();
    await settle();
    await world.lab.ping();
  });

  test("serves several addresses at once", async () => {
    await using server = createServer().add(Lab, echoing);
    const tcp = await server.listen("tcp://127.0.0.1:0");
    const memory = await server.listen("memory:several");
    expect(server.addresses).toEqual([tcp, memory]);
    expect(tcp).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    for (const target of [tcp, memory]) {
      await using client = createClient(Lab, { target });
      await client.ping();
    }
  });

  test("refuses plain connections from other machines unless it is told to", async () => {
    await using server = createServer();
    await expect(server.listen("tcp://0.0.0.0:0")).rejects.toThrow("insecure: true");
    expect(() => createClient(Lab, { target: "tcp://example.com:1" })).toThrow("insecure: true");
    createClient(Lab, { target: "tcp://example.com:1", insecure: true });
    await using open = createServer({ insecure: true });
    expect(await open.listen("tcp://0.0.0.0:0")).toMatch(/^tcp:\/\/0\.0\.0\.0:\d+$/);
  });

  test("names an address that is taken", async () => {
    await using world = await createWorld({ address: "tcp://127.0.0.1:0" });
    await using server = createServer();
    const error = rpc(await errorOf(server.listen(world.address)));
    expect(error.message).toContain(world.address);
    expect(error.message).toContain("Stop the other process or choose another address");
  });

  test("runs calls whose handlers never settle up to its limit, and refuses the next", async () => {
    await using world = await createWorld({
      server: { limits: { maxTotalCalls: 3 } },
      handlers: { echo: () => new Promise<Note>(() => undefined) },
    });
    const hanging = [1, 2, 3].map(() => errorOf(world.lab.echo({})));
    const refused = rpc(await errorOf(world.lab.ping()));
    expect([refused.code, refused.reason]).toEqual([Code.resourceExhausted, "too_many_calls"]);
    await world[Symbol.asyncDispose]();
    await Promise.all(hanging);
  });

  test("makes room for a new peer by giving up the oldest that has not introduced itself", async () => {
    await using world = await createWorld({
      address: "tcp://127.0.0.1:0",
      server: { limits: { maxHandshakes: 2 } },
    });
    const sockets = [await dial(world.address), await dial(world.address)];
    const closed = new Promise<void>((resolve) => sockets[0]?.on("close", () => resolve()));
    await world.lab.ping();
    await closed;
    for (const socket of sockets) socket.destroy();
  });

  test("refuses peers beyond its limit of connections", async () => {
    await using world = await createWorld({ address: "tcp://127.0.0.1:0", server: { limits: { maxConnections: 1 } } });
    await world.lab.ping();
    await using second = createClient(Lab, { target: world.address });
    expect(rpc(await errorOf(second.ping())).code).toBe(Code.unavailable);
    await world.lab.ping();
  });
});

describe("adding a service", () => {
  const handlers = { ...echoing };

  test.each([
    ["without a handler", { ...handlers, echo: undefined }, 'The handlers of lab.v1.Lab lack "echo".'],
    [
      "with a misspelled handler",
      { ...handlers, echo: undefined, eco: () => ({}) },
      'It has "eco" instead, which is no method.',
    ],
    ["without handlers", null, "must be an object with a function for each method"],
  ])("%s is refused with what is missing", (_what, given, text) => {
    const add = (): unknown => createServer().add(Lab, given as unknown as typeof handlers);
    expect(add).toThrow(TypeError);
    expect(add).toThrow(text);
  });

  test("twice is refused", () => {
    expect(() => createServer().add(Lab, handlers).add(Lab, handlers)).toThrow("was added already");
  });

  test("whose method has the number of another is refused", () => {
    const other = { ...Lab, name: "lab.v1.Other" };
    expect(() => createServer().add(Lab, handlers).add(other, handlers)).toThrow("have the same number on the wire");
  });

  test("takes handlers with members of their own, such as class instances", async () => {
    class Handlers {
      private readonly greeting = "hi";
      echo = (): { text: string } => ({ text: this.greeting });
      quick(): { text: string } {
        return { text: this.greeting };
      }
      ping(): void {}
      track(): void {}
      list(): [] {
        return [];
      }
      sum(): object {
        return {};
      }
      chat(): [] {
        return [];
      }
      helper(): void {}
    }
    await using server = createServer().add(Lab, new Handlers());
    await using client = createClient(Lab, { target: await server.listen("memory:class") });
    expect((await client.quick({}, { timeoutMs: 10_000 })).text).toBe("hi");
  });
});

describe("options", () => {
  test.each([
    [
      () => createServer({ limits: { maxConnections: 0 } }),
      "The limit maxConnections must be a whole number above 0; found 0.",
    ],
    [() => createServer({ limits: { maxFrame: 1 } as object }), '"maxFrame" is not a limit'],
    [() => createClient(Lab, {} as { target: string }), 'The option "target" is missing'],
    [
      () => createClient(Lab, { target: "memory:a", codec: "xml" as "json" }),
      'The option "codec" must be "binary" or "json"; found "xml".',
    ],
    [() => createServer({ limits: { maxFrame: 1 } as object }), "maxFrameBytes, maxHeaderBytes"],
    [() => createServer({ limits: { maxConection: 1 } as object }), "maxConnections, maxHandshakes"],
    [() => createClient(Lab, { target: "memory:a", connectTimeoutMs: 0 }), "above 0, up to 600000; found 0."],
    [
      () => createClient(Lab, { target: "memory:a", connectTimeoutMs: 600_001 }),
      "above 0, up to 600000; found 600001.",
    ],
    [() => createClient(Lab, { target: "memory:a", connectTimeoutMs: Infinity }), "up to 600000"],
    [() => createClient(Lab, { target: "nonsense" }), "is not an address"],
    [() => createClient(Lab, { channel: {} as never }), 'The option "channel" must be a channel, as'],
    [
      () => createClient(undefined as unknown as typeof Lab, { target: "memory:a" }),
      "The service of createClient must be a generated one",
    ],
    [
      () => createServer({ authenticated: () => undefined } as object),
      '"authenticated" is not an option of createServer',
    ],
    [
      () => createServer({ health: {} as never }),
      '"isLive" of the option "health" must be true or false; found undefined. createHealth() of "@rpcgen/runtime/health" makes one.',
    ],
    [
      () => createServer({ health: { isLive: true, isReady: "yes" } as never }),
      '"isReady" of the option "health" must be true or false; found "yes".',
    ],
    [
      () => createServer({ health: { isLive: true, isReady: true } as never }),
      '"added" of the option "health" must be a function; found undefined.',
    ],
    [
      () => createServer({ configuration: {} as never }),
      '"of" of the option "configuration" must be a function; found undefined. createConfiguration() of',
    ],
    [
      () => createServer({ transports: [null] as never }),
      '"scheme" of the option "transports" must be a string; found undefined. createMessagePortTransport(), for one,',
    ],
    [() => createServer({ origins: 5 as never }), 'The option "origins" must be a list; found 5.'],
    [() => createServer({ limits: { maxCalls: "5" } as never }), 'from 1 to 65535; found "5".'],
    [() => createServer({ limits: { maxTotalCalls: "5" } as never }), 'a whole number above 0; found "5".'],
    [() => createServer({ authenticate: 5 as never }), 'The option "authenticate" must be a function; found 5.'],
    [() => createServer({ insecure: "yes" as never }), 'The option "insecure" must be true or false; found "yes".'],
    [() => createServer({ publicMethods: "a.B" as never }), 'The option "publicMethods" must be a list; found "a.B".'],
    [() => createServer(null as never), "createServer takes an object of options; found null."],
    [
      () => createClient(Lab, { target: "memory:a", timeout: 5 } as never),
      '"timeout" is not an option of createClient',
    ],
    [
      () => createClient(Lab, { target: "memory:a", faultMode: 5 as never }),
      'The option "faultMode" must be an object',
    ],
    [
      () => createClient(Lab, { target: "memory:a", faultMode: { name: "mine" } as never }),
      '"run" of the option "faultMode" must be a function; found undefined. failover() of "@rpcgen/runtime/governance"',
    ],
    [
      () => createClient(Lab, { target: "memory:a", configuration: new Map() as never }),
      '"of" of the option "configuration" must be a function',
    ],
    [
      () => createClient(Lab, { target: "memory:a", transports: [5] as never }),
      '"scheme" of the option "transports" must be a string',
    ],
    [() => createClient(Lab, { target: "memory:a", resolvers: 5 as never }), '"resolvers" must be a list; found 5.'],
    [() => createClient(Lab, { target: "memory:a", connections: "5" as never }), 'from 1 to 64; found "5".'],
    [
      () => createClient(Lab, { channel: createChannel({ target: "memory:a" }), retries: 1 } as never),
      '"retries" is not an option of a client over a shared channel. Options are timeoutMs,',
    ],
    [() => createServer().close(100 as never), "close takes an object of options; found 100."],
    [() => createChannel({ target: "memory:a" }).close(100 as never), "close takes an object of options; found 100."],
  ])("that cannot work are refused at once (%#)", (make, text) => {
    expect(make).toThrow(text);
  });
});

async function* forever(): AsyncGenerator<{ text: string }> {
  yield { text: "one" };
  await new Promise(() => undefined);
}

function dial(address: string): Promise<Socket> {
  const { port } = new URL(address.replace("tcp:", "http:"));
  return new Promise((resolve) => {
    const socket = createConnection(Number(port), "127.0.0.1", () => resolve(socket));
    socket.on("error", () => undefined);
  });
}

interface CuttingProxy {
  readonly address: string;
  readonly connected: Promise<void>;
  /** Resets every connection that runs through it. */
  cut(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A tcp proxy that can cut its connections. */
async function createCuttingProxy(target: string): Promise<CuttingProxy> {
  const { createServer: listen } = await import("node:net");
  const sockets = new Set<Socket>();
  const connected = createSignal();
  const server = listen((near) => {
    void dial(target).then((far) => {
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
      connected.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    address: `tcp://127.0.0.1:${(server.address() as { port: number }).port}`,
    connected: connected.promise,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
}
