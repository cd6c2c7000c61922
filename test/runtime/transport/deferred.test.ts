import { expect, test } from "vitest";
import { record } from "../../../runtime/testing/suites/transport-recorder.ts";
import { createDeferredTransport } from "../../../runtime/transport/deferred.ts";
import { createMemoryPair } from "../../../runtime/transport/memory-pair.ts";
import type { Transport } from "../../../runtime/transport/transport.ts";

interface Deferred {
  readonly transport: Transport;
  readonly server: Transport;
  readonly client: Transport;
  connect(): void;
  fail(error: Error): void;
}

function deferred(): Deferred {
  const [client, server] = createMemoryPair("memory:pair");
  let connect = (): void => undefined;
  let fail = (_error: Error): void => undefined;
  const connecting = new Promise<Transport>((resolve, reject) => {
    connect = () => resolve(client);
    fail = reject;
  });
  return { transport: createDeferredTransport(connecting, "memory:pair"), server, client, connect, fail };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("writes made while connecting are sent in order once connected", async () => {
  const { transport, server, connect } = deferred();
  const here = record(transport);
  transport.write(bytes("one "));
  transport.write(bytes("two "));
  connect();
  const there = record(server);
  server.write(bytes("back"));
  expect(await here.text(4)).toBe("back");
  transport.write(bytes("three"));
  expect(await there.text(13)).toBe("one two three");
  expect(transport.bytesWritten).toBe(13);
  transport.abort();
});

test("more than the high-water mark while connecting asks to wait, and drains when connected", async () => {
  const { transport, server, connect } = deferred();
  const here = record(transport);
  record(server);
  expect(transport.write(new Uint8Array(64 * 1024))).toBe(false);
  expect(transport.bytesQueued).toBe(64 * 1024);
  const drained = here.drained();
  connect();
  await drained;
  transport.abort();
});

test("a failed connect closes with its error", async () => {
  const { transport, fail } = deferred();
  const here = record(transport);
  const error = new Error("refused");
  fail(error);
  expect(await here.closed()).toBe(error);
});

test("a connect that fails before the start is reported after it", async () => {
  const { transport, fail } = deferred();
  const error = new Error("refused");
  fail(error);
  await Promise.resolve();
  await Promise.resolve();
  expect(await record(transport).closed()).toBe(error);
});

test("aborted while connecting, it lets go of the transport that arrives later", async () => {
  const { transport, server, connect } = deferred();
  const here = record(transport);
  const there = record(server);
  transport.abort();
  expect(await here.closed()).toBe(undefined);
  connect();
  await there.closed();
});

test("closed while connecting, it ends without an error and drops later writes", async () => {
  const { transport } = deferred();
  const here = record(transport);
  transport.close();
  transport.write(bytes("lost"));
  expect(await here.closed()).toBe(undefined);
});

test("paused while connecting, it stays paused when connected", async () => {
  const { transport, server, connect } = deferred();
  const here = record(transport);
  record(server);
  transport.pause();
  connect();
  server.write(bytes("held"));
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(here.byteLength()).toBe(0);
  transport.resume();
  expect(await here.text(4)).toBe("held");
  transport.close();
});

test("it names the target until it knows the peer", async () => {
  const { transport, connect, client } = deferred();
  expect(transport.peerAddress).toBe("memory:pair");
  expect(transport.localAddress).toBe("");
  expect(transport.isPrivate).toBe(false);
  connect();
  await Promise.resolve();
  await Promise.resolve();
  expect(transport.localAddress).toBe(client.localAddress);
  expect(transport.isPrivate).toBe(true);
});
