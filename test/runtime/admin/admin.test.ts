import { request } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type Admin, type AdminOptions, createAdmin } from "../../../runtime/admin/index.ts";
import { createConfiguration } from "../../../runtime/configuration/index.ts";
import { memoryConfiguration } from "../../../runtime/configuration/memory/memory.ts";
import { circuitBreaker, degradation } from "../../../runtime/governance/index.ts";
import { createHealth } from "../../../runtime/health/index.ts";
import { createLogLevels, createMetrics } from "../../../runtime/telemetry/index.ts";
import { createChannel } from "../../../runtime/index.ts";
import { Lab } from "../fixture/lab.ts";
import { createSignal, createWorld } from "../fixture/world.ts";

const opened: Admin[] = [];
afterEach(async () => {
  for (const admin of opened.splice(0)) await admin.close();
});

async function open(options: AdminOptions = {}): Promise<Admin> {
  const admin = await createAdmin(options);
  opened.push(admin);
  return admin;
}

async function read(admin: Admin, path: string): Promise<unknown> {
  return (await fetch(admin.url + path)).json();
}

const authorization = `Basic ${Buffer.from("ops:secret").toString("base64")}`;

function put(
  admin: Admin,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(admin.url + path, {
    method: "PUT",
    body: text,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** A request whose `Host` and length are not those that fetch would write. @returns its status */
function raw(admin: Admin, headers: Readonly<Record<string, string>>, method = "GET", path = "/"): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(admin.url);
    const outgoing = request({ hostname, port, path, method, headers }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode ?? 0);
    });
    outgoing.on("error", reject);
    if (method === "PUT") outgoing.flushHeaders();
    else outgoing.end();
  });
}

describe("a running program shows", () => {
  test("the connections of its server and the calls in progress by method", async () => {
    const entered = createSignal();
    const release = createSignal();
    await using world = await createWorld({
      handlers: {
        async echo(note) {
          entered.resolve();
          await release.promise;
          return note;
        },
      },
    });
    const admin = await open({ server: world.server });
    await world.lab.ping();
    const call = world.lab.echo({});
    await entered.promise;
    const calls = (await read(admin, "/calls")) as readonly { readonly method: string }[];
    expect(calls).toContainEqual({ method: "/lab.v1.Lab/Echo", inProgress: 1, started: 1, dropped: 0 });
    expect(calls).toContainEqual({ method: "/lab.v1.Lab/Ping", inProgress: 0, started: 1, dropped: 0 });
    expect(await read(admin, "/connections")).toMatchObject({
      addresses: [world.address],
      server: [{ state: "open", callsInProgress: 1 }],
    });
    release.resolve();
    await call;
    expect(await read(admin, "/calls")).toContainEqual({
      method: "/lab.v1.Lab/Echo",
      inProgress: 0,
      started: 1,
      dropped: 0,
    });
  });

  test("the policy of each method with the origin of each value", async () => {
    await using world = await createWorld();
    await using configuration = createConfiguration({ policies: { "lab.v1.Lab/Echo": { timeoutMs: 70 } } });
    const plainly = (await read(await open({ services: [Lab] }), "/policies")) as readonly object[];
    expect(plainly).toContainEqual({
      method: "/lab.v1.Lab/Quick",
      policy: { timeoutMs: { value: 50, origin: "schema" } },
    });
    const admin = await open({ server: world.server, configuration });
    expect(await read(admin, "/policies")).toContainEqual({
      method: "/lab.v1.Lab/Echo",
      policy: { timeoutMs: { value: 70, origin: "code", entry: "lab.v1.Lab/Echo" } },
    });
    expect(await read(admin, "/config")).toEqual([]);
  });

  test("the versions of its configuration, those too that were refused", async () => {
    const source = memoryConfiguration();
    source.set("rpc", { methods: {} }, "ada");
    await using configuration = createConfiguration({ source });
    await configuration.ready();
    source.set("rpc", { methods: 7 });
    const admin = await open({ configuration });
    expect(await read(admin, "/config")).toMatchObject([
      { version: "2", outcome: "refused", at: expect.stringMatching(/^20\d\d-.*Z$/) },
      { version: "1", outcome: "applied", author: "ada" },
    ]);
  });

  test("its channels with their instances, without passwords", async () => {
    await using world = await createWorld();
    await using channel = createChannel({ target: world.address });
    await channel.ready();
    const secret = {
      target: "redis://ops:hidden@a:6379/x?token=hidden&b=1",
      state: "idle",
      connections: 0,
      instances: () => ({}),
    };
    const admin = await open({ channels: { lab: channel, cache: secret } });
    expect(await read(admin, "/connections")).toEqual({
      channels: [
        { name: "lab", target: world.address, state: "ready", connections: 1 },
        { name: "cache", target: "redis://***@a:6379/x?token=***&b=1", state: "idle", connections: 0 },
      ],
    });
    expect(await read(admin, "/instances")).toMatchObject([
      { channel: "lab", origin: "target", isStale: false, ageMs: 0 },
      {},
    ]);
  });

  test("its circuit breakers", async () => {
    const breaker = circuitBreaker();
    await using world = await createWorld({ client: { plugins: [breaker] } });
    await world.lab.ping();
    const admin = await open({ breakers: { lab: breaker } });
    expect(await read(admin, "/breakers")).toEqual([
      { name: "lab", refused: 0, states: { "/lab.v1.Lab/Ping": "closed" } },
    ]);
  });

  test("its metrics as they are, its health in a word, and nothing that it was not given", async () => {
    const health = createHealth();
    const admin = await open({ metrics: { text: () => "calls_total 3\n" }, health });
    const metrics = await fetch(`${admin.url}/metrics`);
    expect(metrics.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await metrics.text()).toBe("calls_total 3\n");
    health.drain();
    expect((await fetch(`${admin.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${admin.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, "not ready\n"]);
    expect(await read(admin, "/calls")).toEqual({ error: "There is nothing here; there is /, /health, /metrics." });
  });

  test("all of that as one page, whatever peers call themselves", async () => {
    await using world = await createWorld();
    const channel = { target: "<script>alert(1)</script>", state: "idle", connections: 0, instances: () => ({}) };
    const admin = await open({ server: world.server, channels: { "<b>": channel }, title: "shop & co" });
    const response = await fetch(admin.url);
    const html = await response.text();
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'; style-src 'sha256-");
    expect(html).toContain("<h1>shop &amp; co</h1>");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/<script|<b>/);
  });

  test("the metrics of its telemetry", async () => {
    const metrics = createMetrics();
    await using world = await createWorld({ server: { plugins: [metrics.server()] } });
    await world.lab.ping();
    const admin = await open({ metrics });
    expect(await (await fetch(`${admin.url}/metrics`)).text()).toMatch(/^# (?:HELP|TYPE) [\s\S]*Ping/);
  });

  test("that something cannot be shown, and goes on", async () => {
    const metrics = {
      text(): string {
        throw new Error("no metrics yet");
      },
    };
    const admin = await open({ metrics });
    expect(await read(admin, "/metrics")).toEqual({ error: "This cannot be shown just now: no metrics yet" });
    expect((await fetch(admin.url)).status).toBe(200);
  });
});

describe("by PUT", () => {
  test("methods are switched to their substitutes and back", async () => {
    const plugin = degradation({ rules: [{ method: "lab.v1.Lab/Echo", use: [{ value: { text: "spare" } }] }] });
    await using world = await createWorld({ client: { plugins: [plugin] } });
    const admin = await open({ switches: plugin });
    expect(await read(admin, "/switches")).toEqual([{ method: "lab.v1.Lab/Echo", when: "on-failure" }]);
    const answer = await put(admin, "/switches", { "lab.v1.Lab/Echo": "force", "lab.v1.Lab/Quick": "force" });
    expect(await answer.json()).toEqual([
      { method: "lab.v1.Lab/Quick", when: "force" },
      { method: "lab.v1.Lab/Echo", when: "force" },
    ]);
    expect((await world.lab.echo({ text: "asked" })).text).toBe("spare");
    expect((await world.lab.quick({ text: "asked" }, { timeoutMs: 10_000 })).text).toBe("");
    await put(admin, "/switches", { "lab.v1.Lab/Echo": "off" });
    expect((await world.lab.echo({ text: "asked" })).text).toBe("asked");
  });

  test("methods are mocked from the schema, and their own rules stay for afterwards", async () => {
    const described = { declarations: [] } as never;
    const rule = { method: "lab.v1.Lab/Echo", use: [{ value: { text: "spare" } }] };
    const plugin = degradation({ schemas: [{ descriptor: () => described }], rules: [rule] });
    const admin = await open({ switches: plugin });
    const answer = await put(admin, "/switches", { "lab.v1.Lab/Echo": "mock" });
    expect(await answer.json()).toEqual([{ method: "lab.v1.Lab/Echo", when: "mock" }]);
    await put(admin, "/switches", { "lab.v1.Lab/Echo": "on-failure" });
    expect(plugin.current.rules).toEqual([{ ...rule, when: "on-failure" }]);
  });

  test("log levels are replaced, as their owner allows", async () => {
    const logLevels = createLogLevels();
    const admin = await open({ logLevels });
    const levels = { default: "warn", services: { "lab.v1.Lab": "debug" } };
    expect(await (await put(admin, "/log-levels", levels)).json()).toEqual(levels);
    const refused = await put(admin, "/log-levels", { default: "loud" });
    const expected = '"loud" is no log level; expected trace, debug, info, warn, error, silent.';
    expect([refused.status, await refused.json()]).toEqual([400, { error: expected }]);
    expect(logLevels.isOn("lab.v1.Lab", "debug")).toBe(true);
    expect(await read(admin, "/log-levels")).toEqual(levels);
  });

  test.each([
    ["/switches", "[]", 400],
    ["/switches", "null", 400],
    ["/switches", "{", 400],
    ["/switches", '{"lab.v1.Lab/Echo":"on"}', 400],
    ["/switches", '{"not a method!":"force"}', 400],
    ["/log-levels", '{"services":7}', 400],
    ["/log-levels", '{"level":"info"}', 400],
    ["/switches", " ".repeat(70_000), 413],
    ["/calls", "{}", 404],
    ["/nothing", "{}", 404],
  ])("%s refuses %.30s", async (path, body, status) => {
    const plugin = degradation();
    const admin = await open({ switches: plugin, logLevels: { current: {}, configure() {} } });
    expect((await put(admin, path, body)).status).toBe(status);
    expect(plugin.current).toEqual({});
  });

  test("nothing is changed by other types, other methods, or a body without an end", async () => {
    const admin = await open({ switches: degradation() });
    expect((await put(admin, "/switches", "{}", { "content-type": "text/plain" })).status).toBe(415);
    expect((await fetch(`${admin.url}/switches`, { method: "POST", body: "{}" })).status).toBe(405);
    const headers = { host: "localhost", "content-type": "application/json", "content-length": "70000" };
    expect(await raw(admin, headers, "PUT", "/switches")).toBe(413);
  });
});

describe("strangers", () => {
  test("are asked for credentials everywhere but at the probes", async () => {
    const credentials = { user: "ops", password: "secret" };
    const admin = await open({ credentials, health: createHealth(), switches: degradation() });
    const refused = await fetch(admin.url);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="admin"']);
    expect((await put(admin, "/switches", {})).status).toBe(401);
    expect((await fetch(`${admin.url}/readyz`)).status).toBe(200);
    expect((await put(admin, "/switches", {}, { authorization })).status).toBe(200);
  });

  test("of other machines need credentials, or somebody who says that all may look, and then change nothing", async () => {
    await expect(createAdmin({ host: "0.0.0.0" })).rejects.toThrow("0.0.0.0 can be reached from other machines");
    const admin = await open({ host: "0.0.0.0", insecure: true, switches: degradation() });
    const local = { ...admin, url: admin.url.replace("0.0.0.0", "127.0.0.1") };
    expect((await fetch(`${local.url}/switches`)).status).toBe(200);
    expect((await put(local, "/switches", {})).status).toBe(403);
  });

  test("do not get in by a name or a page of their own", async () => {
    const admin = await open({ switches: degradation() });
    expect(await raw(admin, { host: "localhost" })).toBe(200);
    expect(await raw(admin, { host: "evil.example" })).toBe(403);
    expect((await put(admin, "/switches", {}, { origin: "http://evil.example" })).status).toBe(403);
  });

  test("cannot send heads without end", async () => {
    const admin = await open();
    expect(await raw(admin, { host: "localhost", "x-long": "x".repeat(20_000) }).catch(() => 431)).toBe(431);
  });
});

test("it is gone after close, and may be closed twice", async () => {
  const admin = await createAdmin();
  await Promise.all([admin.close(), admin.close()]);
  await expect(fetch(admin.url)).rejects.toThrow("fetch failed");
});
