import { Agent, get } from "node:https";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createClient, createServer, type Server } from "../../../runtime/index.ts";
import {
  createHealth,
  Health,
  type HealthOptions,
  type HealthState,
  UnknownService,
} from "../../../runtime/health/index.ts";
import { runTool } from "../../compiler/cli/run-tool.ts";
import { createAuthority, hasOpenssl } from "../../security/certificates.ts";
import { Lab } from "../fixture/lab.ts";
import { settle } from "../fixture/stopped-clock.ts";
import { createSignal, echoing, errorOf } from "../fixture/world.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close({ graceMs: 0 });
});

async function serve(options: HealthOptions = {}): Promise<{ health: HealthState; server: Server; address: string }> {
  const health = createHealth(options);
  const server = createServer({ health }).add(Lab, echoing).add(Health, health.handlers);
  servers.push(server);
  return { health, server, address: await server.listen("tcp://127.0.0.1:0") };
}

async function probe(address: string, path: string, method = "GET"): Promise<string> {
  const response = await fetch(`${address.replace("tcp:", "http:")}${path}`, { method });
  return `${response.status} ${(await response.text()).trim()}`.trim();
}

describe("the health of a server", () => {
  test("is asked by service, the empty name standing for the whole", async () => {
    const { health, address } = await serve();
    await using client = createClient(Health, { target: address });
    expect(await client.check({})).toEqual({ status: "serving" });
    health.set("lab.v1.Lab", "notServing");
    expect(await client.check({ service: "lab.v1.Lab" })).toEqual({ status: "notServing" });
    expect(await client.check({ service: "rpcgen.health.v1.Health" })).toEqual({ status: "serving" });
    expect(await client.check({})).toEqual({ status: "notServing" });
  });

  test("is unknown for services that nobody spoke of", async () => {
    const { address } = await serve();
    await using client = createClient(Health, { target: address });
    const error = await errorOf(client.check({ service: "shop.v1.Orders" }));
    expect(UnknownService.is(error) && error.data).toEqual({ service: "shop.v1.Orders" });
  });

  test("is watched: the status at once, each change, and the end with the server", async () => {
    const { health, server, address } = await serve();
    await using client = createClient(Health, { target: address });
    const seen: string[] = [];
    let next = createSignal();
    const watching = (async () => {
      for await (const { status } of client.watch({ service: "shop.v1.Orders" })) {
        seen.push(status);
        next.resolve();
      }
    })();
    await next.promise;
    for (const status of ["serving", "notServing", "serving"] as const) {
      next = createSignal();
      health.set("shop.v1.Orders", status);
      await next.promise;
    }
    await server.close();
    await watching;
    expect(seen).toEqual(["serviceUnknown", "serving", "notServing", "serving", "notServing"]);
  });

  test("does not send a status twice, and forgets watchers that leave", async () => {
    const health = createHealth();
    const left = new AbortController();
    const items = health.handlers.watch({ service: "" }, { signal: left.signal } as never) as AsyncGenerator;
    expect((await items.next()).value).toEqual({ status: "serving" });
    const second = items.next();
    health.set("a.A", "serving");
    await settle();
    left.abort();
    expect(await second).toEqual({ done: true, value: undefined });
  });

  test("takes no other status", () => {
    expect(() => createHealth().set("a.A", "up" as never)).toThrow('"up" is no status');
    expect(() => createHealth({ initially: "down" as never })).toThrow('expected "serving" or "notServing"');
  });
});

describe("a server is ready", () => {
  test("when each of its services was set to serving, if they begin as not serving", async () => {
    const { health, address } = await serve({ initially: "notServing" });
    expect(await probe(address, "/readyz")).toBe("503 not ready");
    health.set("lab.v1.Lab", "serving");
    expect(await probe(address, "/readyz")).toBe("200 ready");
  });

  test("no longer when it closes, before its callers are told", async () => {
    const { health, server, address } = await serve();
    const closing = server.close({ farewellMs: 200 });
    expect(health.isReady).toBe(false);
    expect(await probe(address, "/readyz")).toBe("503 not ready");
    expect(await probe(address, "/healthz")).toBe("200 alive");
    await using client = createClient(Health, { target: address });
    expect(await client.check({ service: "lab.v1.Lab" })).toEqual({ status: "notServing" });
    await closing;
  });

  test("and alive until somebody says that it is not", async () => {
    const { health, address } = await serve();
    health.setLive(false);
    expect(await probe(address, "/healthz")).toBe("503 not alive");
    expect(await probe(address, "/readyz")).toBe("503 not ready");
  });
});

describe("probes over HTTP", () => {
  test("may use HEAD and a query, and nothing else", async () => {
    const { address } = await serve();
    expect(await probe(address, "/readyz?verbose", "HEAD")).toBe("200");
    expect(await probe(address, "/readyz", "POST")).toBe("405 Use GET.");
  });

  test("find nothing at a server without health", async () => {
    const server = createServer().add(Lab, echoing);
    servers.push(server);
    expect(await probe(await server.listen("tcp://127.0.0.1:0"), "/healthz")).toBe("404 There is nothing here.");
  });
});

describe.skipIf(!hasOpenssl())("probes over HTTPS", () => {
  test("are answered at a port with TLS, to who offers http/1.1 by ALPN", async () => {
    const authority = createAuthority();
    const server = createServer({ health: createHealth(), tls: authority.issue() });
    servers.push(server);
    const address = await server.listen("tls://127.0.0.1:0");
    const agent = new Agent({ ca: authority.ca, ALPNProtocols: ["http/1.1"] });
    const status = await new Promise((resolve, reject) => {
      const url = `${address.replace("tls:", "https:")}/readyz`;
      get(url, { agent }, (incoming) => {
        incoming.resume().once("end", () => resolve(incoming.statusCode));
      }).once("error", reject);
    });
    expect(status).toBe(200);
  });
});

test("the generated module is what the tool makes of the schema", async () => {
  const folder = join(import.meta.dirname, "../../../runtime/health");
  const result = await runTool(folder, "compile", "health.rpc", "--out-dir", "gen", "--check", "--no-cache");
  expect(result).toMatchObject({ exitCode: 0, error: "" });
});
