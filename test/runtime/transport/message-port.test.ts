import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Code, createClient, createServer } from "../../../runtime/index.ts";
import { transportSuite } from "../../../runtime/testing/suites/transport-suite.ts";
import { parseAddress } from "../../../runtime/transport/address.ts";
import type { MessageEndpoint } from "../../../runtime/transport/message-endpoint.ts";
import { createMessagePortTransport } from "../../../runtime/transport/message-port.ts";
import type { TransportKind } from "../../../runtime/transport/transport.ts";
import { Lab } from "../fixture/lab.ts";
import { collect, echoing, errorOf } from "../fixture/world.ts";

const open: MessagePort[] = [];
let names = 0;
afterAll(() => {
  for (const port of open) port.close();
});

/** Transports at both ends of one channel. */
function pair(wrap: (port: MessagePort) => MessageEndpoint = (port) => port as unknown as MessageEndpoint): {
  readonly client: TransportKind;
  readonly server: TransportKind;
  readonly ports: MessageChannel;
} {
  const ports = new MessageChannel();
  open.push(ports.port1, ports.port2);
  return {
    client: createMessagePortTransport(wrap(ports.port1)),
    server: createMessagePortTransport(wrap(ports.port2)),
    ports,
  };
}

/** A port as browsers have it. */
function withoutNode(port: MessagePort): MessageEndpoint {
  return {
    postMessage: (value, transfer) => port.postMessage(value, transfer as never),
    addEventListener: (type, listener) => port.addEventListener(type, listener as never),
    removeEventListener: (type, listener) => port.removeEventListener(type, listener as never),
    start: () => port.start(),
  };
}

const subjects = [
  { name: "a port of Node", ends: pair() },
  { name: "a port as browsers have it", ends: pair(withoutNode) },
];

describe.each(subjects)("the worker transport over $name", ({ ends }) => {
  const options = {
    kind: { ...ends.client, listen: ends.server.listen },
    listenAddress: () => `worker:suite-${names++}`,
    deadAddress: "worker:nobody",
  };
  for (const { name, run } of transportSuite(options)) test(name, run);

  test("a name that nobody listens to is refused at once where others are served", async () => {
    const listener = await ends.server.listen(parseAddress("worker:somebody"), () => undefined);
    const connecting = ends.client.connect(parseAddress("worker:nobody"), { timeoutMs: 60_000 });
    await expect(connecting).rejects.toMatchObject({ reason: "connect_failed", message: /under this name/ });
    await listener.close();
  });
});

test("other messages may use the same pipe", async () => {
  const { client, server, ports } = pair();
  const accepted: unknown[] = [];
  const listener = await server.listen(parseAddress("worker:users"), (transport) => accepted.push(transport));
  for (const message of [null, 7, "connect", { rpcgen: "connect" }, { rpcgen: "connect", name: "users", port: {} }]) {
    ports.port1.postMessage(message);
  }
  const transport = await client.connect(parseAddress("worker:users"), { timeoutMs: 60_000 });
  expect(accepted.length).toBe(1);
  transport.abort();
  await listener.close();
});

test("what is no endpoint is refused", () => {
  expect(() => createMessagePortTransport({} as MessageEndpoint)).toThrow("takes a Worker, a MessagePort");
});

test("calls of every kind go through, and a server behind a port can be closed", async () => {
  const { client, server } = pair();
  const lab = createClient(Lab, { target: "worker:lab", transports: [client] });
  const served = createServer({ transports: [server] }).add(Lab, echoing);
  await served.listen("worker:lab");
  expect((await lab.echo({ data: new Uint8Array(3_000_000) })).data.length).toBe(3_000_000);
  expect((await collect(lab.list({ text: "n", count: 5_000 }))).length).toBe(5_000);
  expect((await lab.sum([{ count: 40 }, { count: 2 }])).count).toBe(42);
  await served.close({ graceMs: 0 });
  await lab.close();
});

describe("connecting", () => {
  const timeoutMs = 600_000;
  const gone = {
    reason: "connect_failed",
    code: Code.unavailable,
    message: "Cannot connect to worker:lab: the thread on the other side is gone.",
  };

  test.each([
    ["a port of Node", pair],
    ["a port as browsers have it", () => pair(withoutNode)],
  ])("over %s to a side that ends without an answer fails when that ends", async (_name, open) => {
    const { client, ports } = open();
    const invited = once(ports.port2, "message");
    const connecting = errorOf(client.connect(parseAddress("worker:lab"), { timeoutMs }));
    const [{ port }] = (await invited) as [{ readonly port: MessagePort }];
    port.close();
    expect(await connecting).toMatchObject(gone);
  });

  test("over a port whose other end is closed fails at once", async () => {
    const { client, ports } = pair();
    const closed = once(ports.port1, "close");
    ports.port2.close();
    await closed;
    expect(await errorOf(client.connect(parseAddress("worker:lab"), { timeoutMs }))).toMatchObject(gone);
  });

  test.each([
    ["has ended", "", (worker: Worker) => once(worker, "exit")],
    ["ends before it listens", "throw new Error('no database')", async () => undefined],
    [
      "is ended before it answers",
      "setInterval(() => undefined, 1e6)",
      async (worker: Worker) => void worker.terminate(),
    ],
  ])("to a worker that %s fails, and so do calls that do not wait", async (_name, script, end) => {
    const worker = new Worker(script, { eval: true });
    worker.on("error", () => undefined);
    await end(worker);
    const transports = [createMessagePortTransport(worker as unknown as MessageEndpoint)];
    await using lab = createClient(Lab, {
      target: "worker:lab",
      transports,
      connectTimeoutMs: timeoutMs,
      timeoutMs: Infinity,
    });
    expect(await errorOf(lab.echo({}))).toMatchObject(gone);
    expect(await errorOf(lab.echo({}))).toMatchObject(gone);
  });
});

describe("a server in a worker thread", () => {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-worker-"));
  const script = join(folder, "worker.mjs");

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, "message-port-worker.ts")],
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      ignoreAnnotations: true,
    });
    writeFileSync(script, outputFiles[0]?.contents ?? "");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("answers the main thread", async () => {
    const worker = new Worker(script);
    const transports = [createMessagePortTransport(worker as unknown as MessageEndpoint)];
    await using lab = createClient(Lab, { target: "worker:lab", transports, connectTimeoutMs: 30_000 });
    expect((await lab.echo({ text: "over there" })).text).toBe("over there, in a thread of its own: true");
    await lab.close();
    await worker.terminate();
  });

  test("fails the calls in progress when its thread ends", async () => {
    const worker = new Worker(script);
    const transports = [createMessagePortTransport(worker as unknown as MessageEndpoint)];
    await using lab = createClient(Lab, { target: "worker:lab", transports, connectTimeoutMs: 30_000 });
    await lab.ping();
    const hanging = errorOf(lab.echo({ text: "hang" }));
    await lab.ping();
    await worker.terminate();
    expect(await hanging).toMatchObject({ reason: "connection_lost" });
    expect(await errorOf(lab.ping())).toMatchObject({
      reason: "connect_failed",
      message: "Cannot connect to worker:lab: the thread on the other side is gone.",
    });
    await lab.close();
  });
});
