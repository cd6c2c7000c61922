import assert from "node:assert/strict";
import { parseAddress } from "../../transport/address.ts";
import type { Transport, TransportKind, TransportListener } from "../../transport/transport.ts";
import type { SuiteCase } from "./suite.ts";
import { type Recorder, record } from "./transport-recorder.ts";

/** What the suite needs to know about a transport. */
export interface TransportSuiteOptions {
  readonly kind: TransportKind;
  /** An address that is free to listen on; called once per test. */
  readonly listenAddress: () => string;
  /** An address where certainly nobody listens. */
  readonly deadAddress: string;
}

interface Pair {
  readonly client: Transport;
  readonly server: Transport;
  readonly listener: TransportListener;
}

/** The contract of {@link Transport} and {@link TransportKind} as tests. */
export function transportSuite(options: TransportSuiteOptions): readonly SuiteCase[] {
  const withPair = (name: string, body: (pair: Pair) => Promise<void>): SuiteCase => ({
    name,
    run: async () => {
      const pair = await connectPair(options);
      try {
        await body(pair);
      } finally {
        pair.client.abort();
        pair.server.abort();
        await pair.listener.close();
      }
    },
  });
  return [
    withPair("bytes arrive in order in both directions", arriveInOrder),
    withPair("bytes sent before the peer starts are not lost", waitForStart),
    withPair("close delivers what was written, then ends both sides without an error", closeDelivers),
    withPair("close may be called twice and writes after it are dropped", closeTwice),
    withPair("abort ends both sides and hands its error to its own side", abortEnds),
    withPair("a paused side receives nothing until it resumes", pauseHolds),
    withPair("a peer that does not read makes write return false, and drain follows when it reads", backPressure),
    withPair("a throw from an event handler ends only this transport", containThrow),
    withPair("counters count the bytes of both directions", countBytes),
    withPair("onWritten is called once for each write", reportWritten),
    withPair("start may be called once only", startOnce),
    withPair("addresses of both sides are known", knowAddresses),
    { name: "connecting where nobody listens fails with connect_failed", run: () => refuse(options) },
    { name: "connecting with an aborted signal fails with cancelled", run: () => cancelConnect(options) },
    { name: "listening twice on one address fails and names it", run: () => listenTwice(options) },
    {
      name: "a closed listener gives its address back and keeps accepted transports",
      run: () => reuseAddress(options),
    },
  ];
}

async function connectPair(options: TransportSuiteOptions): Promise<Pair> {
  const accepted: Transport[] = [];
  let onAccept = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (onAccept = resolve));
  const listener = await options.kind.listen(parseAddress(options.listenAddress()), (transport) => {
    accepted.push(transport);
    onAccept();
  });
  const client = await options.kind.connect(parseAddress(listener.address), { timeoutMs: 5000 });
  await arrival;
  return { client, server: accepted[0] as Transport, listener };
}

function startBoth(pair: Pair): { readonly client: Recorder; readonly server: Recorder } {
  return { client: record(pair.client), server: record(pair.server) };
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function arriveInOrder(pair: Pair): Promise<void> {
  const { client, server } = startBoth(pair);
  for (let index = 0; index < 50; index++) {
    pair.client.write(text(`${index},`));
    pair.server.write(text(`${index};`));
  }
  const numbers = Array.from({ length: 50 }, (_, index) => index);
  const length = 50 * 3 - 10;
  assert.equal(await server.text(length), numbers.map((index) => `${index},`).join(""));
  assert.equal(await client.text(length), numbers.map((index) => `${index};`).join(""));
}

async function waitForStart(pair: Pair): Promise<void> {
  const client = record(pair.client);
  pair.client.write(text("early"));
  pair.server.write(text("bird"));
  assert.equal(await client.text(4), "bird");
  assert.equal(await record(pair.server).text(5), "early");
}

async function closeDelivers(pair: Pair): Promise<void> {
  const { client, server } = startBoth(pair);
  pair.client.write(new Uint8Array(300_000).fill(120));
  pair.client.close();
  assert.equal(await server.closed(), undefined);
  assert.equal(await client.closed(), undefined);
  assert.equal(server.byteLength(), 300_000);
}

async function closeTwice(pair: Pair): Promise<void> {
  const { client, server } = startBoth(pair);
  pair.client.write(text("last"));
  pair.client.close();
  pair.client.close();
  pair.client.write(text("late"));
  await Promise.all([client.closed(), server.closed()]);
  assert.equal(await server.text(4), "last");
  assert.equal(server.byteLength(), 4);
}

async function abortEnds(pair: Pair): Promise<void> {
  const { client, server } = startBoth(pair);
  const error = new Error("enough");
  pair.client.abort(error);
  pair.client.abort();
  assert.equal(await client.closed(), error);
  await server.closed();
}

async function pauseHolds(pair: Pair): Promise<void> {
  const { client, server } = startBoth(pair);
  pair.server.pause();
  pair.client.write(text("held"));
  pair.server.write(text("sign"));
  await client.text(4);
  await nextTurns();
  assert.equal(server.byteLength(), 0);
  pair.server.resume();
  assert.equal(await server.text(4), "held");
}

async function backPressure(pair: Pair): Promise<void> {
  const { client, server } = startBoth(pair);
  pair.server.pause();
  const chunk = new Uint8Array(256 * 1024);
  let written = 0;
  for (let more = true; more && written < 1024 * 1024 * 1024; written += chunk.length) {
    more = pair.client.write(chunk);
    if (!more) await nextTurns();
    more = more || pair.client.bytesQueued < chunk.length;
  }
  assert.ok(pair.client.bytesQueued > 0, "something waits");
  const drained = client.drained();
  pair.server.resume();
  await drained;
  await server.bytes(written);
  assert.equal(pair.client.bytesQueued, 0);
}

async function containThrow(pair: Pair): Promise<void> {
  const fault = new Error("handler fault");
  const server = record(pair.server, () => {
    throw fault;
  });
  const client = record(pair.client);
  pair.client.write(text("boom"));
  assert.equal(await server.closed(), fault);
  await client.closed();
}

async function countBytes(pair: Pair): Promise<void> {
  const { client, server } = startBoth(pair);
  pair.client.write(text("12345"));
  pair.server.write(text("123"));
  await Promise.all([server.text(5), client.text(3)]);
  const counters = [pair.client.bytesWritten, pair.server.bytesRead, pair.server.bytesWritten, pair.client.bytesRead];
  assert.deepEqual(counters, [5, 5, 3, 3]);
}

async function reportWritten(pair: Pair): Promise<void> {
  startBoth(pair);
  let calls = 0;
  await new Promise<void>((resolve) => {
    const count = (): void => {
      if (++calls === 2) resolve();
    };
    pair.client.write(text("a"), count);
    pair.client.write(text("b"), count);
  });
  await nextTurns();
  assert.equal(calls, 2);
}

async function startOnce(pair: Pair): Promise<void> {
  startBoth(pair);
  assert.throws(() => record(pair.client), TypeError);
}

async function knowAddresses(pair: Pair): Promise<void> {
  for (const { localAddress, peerAddress, isPrivate } of [pair.client, pair.server]) {
    assert.notEqual(localAddress, "");
    assert.notEqual(peerAddress, "");
    assert.equal(isPrivate, true);
  }
}

async function refuse(options: TransportSuiteOptions): Promise<void> {
  const attempt = options.kind.connect(parseAddress(options.deadAddress), { timeoutMs: 5000 });
  await assert.rejects(attempt, (error: Error & { reason?: string }) => {
    assert.equal(error.reason, "connect_failed");
    return error.message.includes(options.deadAddress);
  });
}

async function cancelConnect(options: TransportSuiteOptions): Promise<void> {
  const signal = AbortSignal.abort();
  const attempt = options.kind.connect(parseAddress(options.deadAddress), { timeoutMs: 5000, signal });
  await assert.rejects(attempt, { reason: "cancelled_by_caller" });
}

async function listenTwice(options: TransportSuiteOptions): Promise<void> {
  const listener = await options.kind.listen(parseAddress(options.listenAddress()), () => undefined);
  try {
    const again = options.kind.listen(parseAddress(listener.address), () => undefined);
    await assert.rejects(again, (error: Error) => error.message.includes(listener.address));
  } finally {
    await listener.close();
  }
}

async function reuseAddress(options: TransportSuiteOptions): Promise<void> {
  const pair = await connectPair(options);
  const { server } = startBoth(pair);
  await pair.listener.close();
  await pair.listener.close();
  const again = await options.kind.listen(parseAddress(pair.listener.address), () => undefined);
  pair.client.write(text("alive"));
  assert.equal(await server.text(5), "alive");
  pair.client.abort();
  await again.close();
}

/** Lets everything that is ready happen. */
async function nextTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
