import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  createRegistryServer,
  type RegistryServer,
  type RegistryServerOptions,
} from "../../../runtime/registry/server.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { sentInstance } from "./instances.ts";

const servers: RegistryServer[] = [];

async function start(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const server = await createRegistryServer({ port: 0 }, { responseKeptMs: 0, ...options });
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const json = { accept: "application/json", "content-type": "application/json" };

function ask(server: RegistryServer, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, { ...init, headers: { ...json, ...init.headers } });
}

function register(
  server: RegistryServer,
  app: string,
  id: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  return ask(server, `/apps/${app}`, {
    method: "POST",
    body: JSON.stringify({ instance: sentInstance(app, id, more) }),
  });
}

describe("the REST API", () => {
  test("registers, renews, overrides, queries and cancels, each with the status that Eureka gives", async () => {
    const server = await start();
    await server.ready();
    const statuses: [string, number][] = [];
    const note = async (what: string, reply: Promise<Response>): Promise<void> =>
      void statuses.push([what, (await reply).status]);
    await note("register", register(server, "SHOP", "a"));
    await note("renew", ask(server, "/apps/SHOP/a?status=UP&lastDirtyTimestamp=1000", { method: "PUT" }));
    await note("renew a stranger", ask(server, "/apps/SHOP/b", { method: "PUT" }));
    await note("override", ask(server, "/apps/SHOP/a/status?value=OUT_OF_SERVICE", { method: "PUT" }));
    await note("take back", ask(server, "/apps/SHOP/a/status?value=UP", { method: "DELETE" }));
    await note("metadata", ask(server, "/apps/SHOP/a/metadata?colour=red", { method: "PUT" }));
    await note("all", ask(server, "/apps"));
    await note("changes", ask(server, "/apps/delta"));
    await note("one application", ask(server, "/apps/SHOP"));
    await note("one instance", ask(server, "/apps/SHOP/a"));
    await note("by id", ask(server, "/instances/a"));
    await note("by vip", ask(server, "/vips/shop"));
    await note("unknown vip", ask(server, "/vips/none"));
    await note(
      "wrong application",
      ask(server, "/apps/OTHER", { method: "POST", body: JSON.stringify(sentInstance("SHOP", "a")) }),
    );
    await note("no JSON", ask(server, "/apps/SHOP", { method: "POST", body: "{" }));
    await note("cancel", ask(server, "/apps/SHOP/a", { method: "DELETE" }));
    await note("cancel again", ask(server, "/apps/SHOP/a", { method: "DELETE" }));
    await note("no such path", ask(server, "/elsewhere"));
    expect(statuses).toEqual([
      ["register", 204],
      ["renew", 200],
      ["renew a stranger", 404],
      ["override", 200],
      ["take back", 200],
      ["metadata", 200],
      ["all", 200],
      ["changes", 200],
      ["one application", 200],
      ["one instance", 200],
      ["by id", 200],
      ["by vip", 200],
      ["unknown vip", 404],
      ["wrong application", 400],
      ["no JSON", 400],
      ["cancel", 200],
      ["cancel again", 404],
      ["no such path", 404],
    ]);
  });

  test("answers under /eureka/v2 too, in XML unless JSON is asked for, compressed for who can read it", async () => {
    const server = await start();
    await server.ready();
    for (let index = 0; index < 5; index++) await register(server, "SHOP", `i${index}`);
    const xml = await fetch(`${server.url}/v2/apps/SHOP`, { headers: { accept: "application/xml" } });
    expect(xml.headers.get("content-type")).toBe("application/xml");
    expect(await xml.text()).toMatch(/^<application><name>SHOP<\/name><instance><instanceId>i0</);
    const packed = await ask(server, "/apps", { headers: { "accept-encoding": "gzip" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(((await packed.json()) as { applications: { apps__hashcode: string } }).applications.apps__hashcode).toBe(
      "UP_5_",
    );
  });

  test("leaves out what a compact reader does not need", async () => {
    const server = await start();
    await server.ready();
    await register(server, "SHOP", "a", { metadata: { secret: "x" } });
    const text = await (await ask(server, "/apps", { headers: { "x-eureka-accept": "compact" } })).text();
    expect(text).not.toContain("secret");
    expect(text).toContain('"instanceId":"a"');
  });

  test("says nothing of applications until it has heard from a peer or waited long enough", async () => {
    const server = await start({ peers: ["http://127.0.0.1:1/eureka"], waitForPeersMs: 60_000 });
    expect((await ask(server, "/apps")).status).toBe(403);
    expect((await register(server, "SHOP", "a")).status).toBe(204);
    expect((await ask(server, "/apps/SHOP/a")).status).toBe(200);
    expect(server.isReady).toBe(false);
  });

  test("a new one takes from its peer what there is", async () => {
    const first = await start();
    await register(first, "SHOP", "a");
    const second = await start({ peers: [first.url] });
    await second.ready();
    expect(second.registry.table.find("SHOP", "a")).toMatchObject({ hostName: "localhost" });
  });

  test("a new one takes leases as old as they are, also from a peer whose clock is an hour ahead", async () => {
    const environment = createVirtualEnvironment();
    const ahead = { ...environment, wallClock: () => environment.wallClock() + 3_600_000 };
    const first = await start({ environment: ahead, probe: false });
    await register(first, "SHOP", "a");
    // What many are answered is older than what is answered to peers.
    await ask(first, "/apps");
    await environment.advanceAsync(60_000);
    const second = await start({ environment, peers: [first.url], selfPreservation: false, probe: false });
    await second.ready();
    await environment.advanceAsync(29_000);
    expect(second.registry.table.size).toBe(1);
    await environment.advanceAsync(10_000);
    expect(second.registry.table.size).toBe(0);
  });

  test("an answer that many share is no older than it may be", async () => {
    const server = await start({ responseKeptMs: 3_600_000 });
    await server.ready();
    await register(server, "SHOP", "a");
    const before = await (await ask(server, "/apps")).text();
    await register(server, "SHOP", "b");
    expect(await (await ask(server, "/apps")).text()).toBe(before);
  });
});

describe("who may connect", () => {
  test("without credentials an address that others reach is refused", async () => {
    await expect(createRegistryServer({ host: "0.0.0.0", port: 0 })).rejects.toThrow(
      /can be reached from other machines/,
    );
  });

  test("with credentials only who sends them", async () => {
    const server = await start({ credentials: { user: "ops", password: "p:w" } });
    await server.ready();
    const status = async (given: string | undefined): Promise<number> =>
      (await ask(server, "/apps", given === undefined ? {} : { headers: { authorization: `Basic ${btoa(given)}` } }))
        .status;
    expect([await status(undefined), await status("ops:wrong"), await status("ops:p:w")]).toEqual([401, 401, 200]);
  });

  test("peers send theirs in the address", async () => {
    const first = await start({ credentials: { user: "ops", password: "secret" } });
    const second = await start({ peers: [first.url.replace("//", "//ops:secret@")], waitForPeersMs: 10_000 });
    await second.ready();
    expect(second.isReady).toBe(true);
  });

  test("a body above 8 MiB is refused before it is read", async () => {
    const server = await start();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write("POST /eureka/apps/SHOP HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n");
    const [reply] = (await once(socket, "data")) as [Buffer];
    expect(reply.toString()).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  test.each(["nonsense", "https://a:1/eureka", "http://a/eureka"])("%s is no peer", async (peer) => {
    await expect(createRegistryServer({ port: 0 }, { peers: [peer] })).rejects.toThrow("is no registry");
  });
});

test("who watches an application gets it whole at once and after every change", async () => {
  const server = await start();
  await register(server, "SHOP", "a");
  const reply = await ask(server, "/watch/SHOP");
  const lines: string[][] = [];
  let rest = "";
  for await (const chunk of reply.body as unknown as AsyncIterable<Uint8Array>) {
    const parts = (rest + Buffer.from(chunk).toString()).split("\n");
    rest = parts.pop() as string;
    for (const part of parts) {
      const { instances } = JSON.parse(part) as { instances: { instanceId: string }[] };
      lines.push(instances.map(({ instanceId }) => instanceId));
    }
    if (lines.length === 1) await register(server, "SHOP", "b");
    if (lines.length === 2) await ask(server, "/apps/SHOP/a", { method: "DELETE" });
    if (lines.length === 3) break;
  }
  expect(lines).toEqual([["a"], ["a", "b"], ["b"]]);
});
