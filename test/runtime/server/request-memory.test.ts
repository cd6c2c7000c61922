import { afterEach, describe, expect, test } from "vitest";
import { type Channel, createChannel, createServer, type Limits, type ServerLimits } from "../../../runtime/index.ts";
import { decoding, Load, load, loadMethod, loadsService } from "../fixture/load.ts";

// Requests that are short on the wire and large in memory: what a message takes counts, beside its bytes, as long as its handler runs.

const carry = loadMethod("carry", "unary");
const carryAll = loadMethod("carryAll", "client_stream");
const Loads = loadsService([carry, carryAll]);

let servers = 0;
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** A server whose handlers end when they are told to. */
async function open(limits: Partial<Limits & ServerLimits>) {
  const begun: { readonly request: unknown; readonly end: (reply: Load) => void }[] = [];
  const waiting: (() => void)[] = [];
  const hang = (request: unknown): Promise<Load> =>
    new Promise((resolve) => {
      begun.push({ request, end: resolve });
      for (const tell of waiting.splice(0)) tell();
    });
  const server = createServer({ limits }).add(Loads, { carry: hang, carryAll: hang });
  const target = await server.listen(`memory:loads-${++servers}`);
  const channel: Channel = createChannel({ target, limits: { maxRequestBytes: 0 } });
  opened.push({ close: () => server.close({ graceMs: 0 }) }, { close: () => channel.close({ graceMs: 0 }) });
  return {
    begun,
    server,
    invoker: channel.invoker(),
    /** Once so many handlers have begun. */
    async hasBegun(count: number) {
      while (begun.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

function itemsOf(request: unknown): AsyncIterableIterator<Load> {
  return request as AsyncIterableIterator<Load>;
}

describe("the memory of requests whose handlers run", () => {
  const bodyBytes = (bytes: number): number => Load.encode(load(bytes)).length;

  test("counts to the byte, beside their bytes; a call too many is refused before it runs, and ends make room", async () => {
    const bytes = 50_000;
    const { invoker, begun, hasBegun } = await open({ maxRequestBytes: 2 * (bytes + bodyBytes(bytes)) });
    const first = invoker.unary(carry, load(bytes), undefined);
    const second = invoker.unary(carry, load(bytes), undefined);
    await hasBegun(2);
    // Its one byte of body has no room either way; what it takes has not.
    await expect(invoker.unary(carry, load(0), undefined)).rejects.toMatchObject({ reason: "too_many_calls" });
    begun[0]?.end(load(0));
    await first;
    await expect(invoker.unary(carry, load(bytes + 1), undefined)).rejects.toMatchObject({
      reason: "too_many_calls",
      message: expect.stringContaining("too much memory"),
    });
    const third = invoker.unary(carry, load(bytes), undefined);
    await hasBegun(3);
    for (const { end } of begun.slice(1)) end(load(0));
    await Promise.all([second, third]);
  });

  test("counts for all connections together, and near the end of it nothing that may grow is decoded", async () => {
    const { invoker, begun, hasBegun } = await open({ maxInboundBytes: 1_000_000 });
    const first = invoker.unary(carry, load(960_000), undefined);
    await hasBegun(1);
    const before = decoding.count;
    await expect(invoker.unary(carry, load(0, 2_000), undefined)).rejects.toMatchObject({ reason: "too_many_calls" });
    expect(decoding.count).toBe(before);
    const small = invoker.unary(carry, load(0), undefined);
    await hasBegun(2);
    for (const { end } of begun) end(load(0));
    await Promise.all([first, small]);
  });
});

test("items that take many times their bytes wait as they came, the others as messages", async () => {
  const { invoker, begun, hasBegun } = await open({});
  let release = (): void => undefined;
  const allSent = new Promise<void>((resolve) => (release = resolve));
  async function* loads() {
    yield load(100_000);
    yield load(100);
    yield load(200_000);
    release();
    await new Promise(() => undefined);
  }
  const before = decoding.count;
  const reply = invoker.clientStream(carryAll, loads(), { timeoutMs: 10_000 });
  reply.catch(() => undefined);
  await hasBegun(1);
  await allSent;
  // A call behind the items: they have arrived when it is answered.
  const echo = invoker.unary(carry, load(0), undefined);
  await hasBegun(2);
  expect(decoding.count - before).toBe(3 + 1);
  const items = itemsOf(begun[0]?.request);
  const found: number[] = [];
  for (let read = 0; read < 3; read++) found.push(((await items.next()).value as Load).bytes);
  expect(found).toEqual([100_000, 100, 200_000]);
  expect(decoding.count - before).toBe(3 + 1 + 2);
  for (const { end } of begun) end(load(0));
  await Promise.all([echo, reply]);
});

test("an item that its reader waits for is decoded once, however much it takes", async () => {
  const { invoker, begun, hasBegun } = await open({});
  let release = (): void => undefined;
  const isAwaited = new Promise<void>((resolve) => (release = resolve));
  async function* loads() {
    await isAwaited;
    yield load(100_000);
  }
  const reply = invoker.clientStream(carryAll, loads(), undefined);
  await hasBegun(1);
  const before = decoding.count;
  const next = itemsOf(begun[0]?.request).next();
  release();
  expect((await next).value).toMatchObject({ bytes: 100_000 });
  expect(decoding.count - before).toBe(1);
  begun[0]?.end(load(0));
  await reply;
});
