import { describe, expect, test } from "vitest";
import type { Compressor } from "../../../runtime/compression/compressor.ts";
import { brotli, deflate, gzip, zstd } from "../../../runtime/compression/zlib.ts";
import { createServer } from "../../../runtime/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { frame } from "../connection/world.ts";
import { withPolicies } from "../../security/policies.ts";
import { connectRaw } from "../../security/raw-client.ts";
import { Lab, Note } from "../fixture/lab.ts";
import { collect, createWorld, echoing, errorOf } from "../fixture/world.ts";

const compressors: readonly Compressor[] = [gzip, deflate, brotli, zstd].filter((found) => found !== undefined);
const text = "order;customer;price;".repeat(500);
const long = "order;customer;price;".repeat(20_000);
const noise = createVirtualEnvironment().randomBytes(50_000);
const echoId = Lab.methods.find(({ name }) => name === "echo")?.id as number;
const chatId = Lab.methods.find(({ name }) => name === "chat")?.id as number;

/** Shrinks, but never as much as a bomb. */
function halfNoise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(noise.subarray(0, Math.min(length, 5_000)));
  return bytes;
}

/** A compressor that counts what goes through it. */
function counted(inner: Compressor): Compressor & { readonly counts: { packed: number; unpacked: number } } {
  const counts = { packed: 0, unpacked: 0 };
  const { compressAsync, decompressAsync } = inner;
  return {
    id: inner.id,
    name: inner.name,
    counts,
    compress: (bytes) => (counts.packed++, inner.compress(bytes)),
    decompress: (bytes, max) => (counts.unpacked++, inner.decompress(bytes, max)),
    ...(compressAsync && { compressAsync: (bytes: Uint8Array) => (counts.packed++, compressAsync(bytes)) }),
    ...(decompressAsync && {
      decompressAsync: (bytes: Uint8Array, max: number) => (counts.unpacked++, decompressAsync(bytes, max)),
    }),
  };
}

/** The server's Option has to come before a client may compress. */
const warmed = async (options: Parameters<typeof createWorld>[0]): ReturnType<typeof createWorld> => {
  const world = await createWorld(options);
  await world.lab.ping();
  return world;
};

describe.each(compressors)("with $name", (compressor) => {
  const setUp = async (): Promise<{
    client: ReturnType<typeof counted>;
    world: Awaited<ReturnType<typeof createWorld>>;
  }> => {
    const client = counted(compressor);
    const world = await warmed({
      server: { compression: { compressors: [compressor] } },
      client: { compression: { compressors: [client] } },
    });
    return { client, world };
  };

  test.each([
    ["small", text],
    ["large", long],
  ])("%s requests and replies arrive as they were", async (_, value) => {
    const { client, world } = await setUp();
    await using _world = world;
    for (let round = 0; round < 3; round++)
      expect((await world.lab.echo({ text: value, data: noise })).text).toBe(value);
    expect(client.counts).toEqual({ packed: 3, unpacked: 3 });
  });

  test("items of streams keep their order, large or small, shrinking or not", async () => {
    const { client, world } = await setUp();
    await using _world = world;
    const notes = Array.from({ length: 60 }, (_, count) => ({
      count,
      text: count % 3 === 0 ? long : count % 3 === 1 ? text : "tiny",
      data: count % 7 === 0 ? noise : new Uint8Array(0),
    }));
    const received = await collect(world.lab.chat(notes));
    expect(received.map(({ count, text: { length } }) => [count, length])).toEqual(
      notes.map((note) => [note.count, note.text.length]),
    );
    expect(client.counts.packed).toBeGreaterThan(20);
    expect(client.counts.unpacked).toBeGreaterThan(20);
  });

  test("a request that is a bomb fails with resource_exhausted, and the connection lives", async () => {
    const server = createServer({ compression: { compressors: [compressor] }, limits: { maxMessageBytes: 100_000 } });
    const address = await server.add(Lab, echoing).listen(`memory:bomb-${compressor.name}`);
    const peer = await connectRaw(address, { compressors: [compressor.name] });
    const request = (length: number): void =>
      void peer.request({
        methodId: echoId,
        flags: 0x10 | compressor.id,
        body: compressor.compress(Note.encode({ data: halfNoise(length) })),
      });
    const overhead = Note.encode({ data: new Uint8Array(90_000) }).length - 90_000;
    request(100_000 - overhead);
    expect(await peer.reply()).toMatchObject({ kind: 2 });
    request(100_000 - overhead + 1);
    expect(await peer.reply()).toMatchObject({ kind: 3, code: 8, reason: "limit_exceeded" });
    request(50_000_000);
    expect(await peer.reply()).toMatchObject({ kind: 3, code: 8, reason: "limit_exceeded" });
    request(10);
    expect(await peer.reply()).toMatchObject({ kind: 2 });
    peer.close();
    await server.close({ graceMs: 0 });
  });

  test("an item that is a bomb, or broken, ends its call only", async () => {
    const server = createServer({ compression: { compressors: [compressor] }, limits: { maxMessageBytes: 100_000 } });
    const address = await server.add(Lab, echoing).listen(`memory:items-${compressor.name}`);
    const peer = await connectRaw(address, { compressors: [compressor.name] });
    const bodies: [Uint8Array, object][] = [
      [compressor.compress(Note.encode({ data: new Uint8Array(5_000_000) })), { code: 8, reason: "limit_exceeded" }],
      [Buffer.from("not compressed"), { code: 3, reason: "malformed_message" }],
    ];
    for (const [body, expected] of bodies) {
      const sequence = peer.request({ methodId: chatId, flags: 0 });
      peer.send(frame({ kind: 4, sequence, lane: sequence, serialization: 1, flags: compressor.id, body }));
      expect(await peer.reply()).toMatchObject({ kind: 3, sequence, ...expected });
    }
    peer.request({ methodId: echoId, body: Note.encode({ text: "alive" }) });
    expect(Note.decode((await peer.reply()).body).text).toBe("alive");
    peer.close();
    await server.close({ graceMs: 0 });
  });
});

test("nothing is offered, and nothing compressed, unless somebody asked for it", async () => {
  const server = createServer();
  const address = await server.add(Lab, echoing).listen("memory:quiet");
  const peer = await connectRaw(address, { compressors: ["gzip"] });
  peer.request({ methodId: echoId, body: Note.encode({ text }) });
  expect(await peer.reply()).toMatchObject({ kind: 2, flags: 0x10 });
  expect(peer.option()).not.toContain("Compressors");
  peer.request({ methodId: echoId, flags: 0x11, body: gzip.compress(Note.encode({ text })) });
  expect(await peer.reply()).toMatchObject({ kind: 3, code: 12, reason: "unsupported" });
  peer.close();
  await server.close({ graceMs: 0 });
});

test.each([2, 3, 15])("the compressor %i, which was not offered, fails its call and no other", async (id) => {
  const server = createServer({ compression: { compressors: ["gzip"] } });
  const address = await server.add(Lab, echoing).listen(`memory:unknown-${id}`);
  const peer = await connectRaw(address);
  peer.request({ methodId: echoId, flags: 0x10 | id, body: deflate.compress(Note.encode({ text })) });
  expect(await peer.reply()).toMatchObject({ kind: 3, code: 12, reason: "unsupported" });
  const sequence = peer.request({ methodId: chatId, flags: 0 });
  peer.send(frame({ kind: 4, sequence, lane: sequence, serialization: 1, flags: id, body: Uint8Array.of(1) }));
  expect(await peer.reply()).toMatchObject({ kind: 3, code: 12, sequence });
  // It offered nothing itself, so nothing compressed comes back.
  peer.request({ methodId: echoId, flags: 0x11, body: gzip.compress(Note.encode({ text })) });
  expect(await peer.reply()).toMatchObject({ kind: 2, flags: 0x10 });
  peer.close();
  await server.close({ graceMs: 0 });
});

test("methods marked with @compress are compressed without any option", async () => {
  const server = createServer();
  const address = await server.add(withPolicies(Lab, { echo: { compress: true } }), echoing).listen("memory:marked");
  const peer = await connectRaw(address, { compressors: ["gzip"] });
  peer.request({ methodId: echoId, body: Note.encode({ text }) });
  expect(await peer.reply()).toMatchObject({ kind: 2, flags: 0x11 });
  peer.close();
  await server.close({ graceMs: 0 });
});

test("a call may be exempted, or be the only one", async () => {
  const client = counted(gzip);
  await using world = await warmed({
    server: { compression: { compressors: ["gzip"] } },
    client: { compression: { compressors: [client], methods: "schema" } },
  });
  await world.lab.echo({ text });
  expect(client.counts.packed).toBe(0);
  await world.lab.echo({ text }, { compress: true });
  expect(client.counts.packed).toBe(1);
});

test("a large call that is cancelled while it is being compressed is never sent", async () => {
  let seen = 0;
  await using world = await warmed({
    server: { compression: true },
    client: { compression: true },
    handlers: { echo: (note) => (seen++, note) },
  });
  const controller = new AbortController();
  const call = world.lab.echo({ text: long }, { signal: controller.signal });
  controller.abort();
  expect(await errorOf(call)).toMatchObject({ reason: "cancelled_by_caller" });
  await world.lab.ping();
  expect(seen).toBe(0);
});

test("decompressed requests count against the memory of their connection", async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const server = createServer({ compression: true, limits: { maxRequestBytes: 150_000 } });
  const address = await server.add(Lab, { ...echoing, echo: () => held.then(() => ({})) }).listen("memory:charged");
  const peer = await connectRaw(address, { compressors: ["gzip"] });
  const body = gzip.compress(Note.encode({ data: new Uint8Array(60_000) }));
  for (let index = 0; index < 3; index++) peer.request({ methodId: echoId, flags: 0x11, body });
  expect(await peer.reply()).toMatchObject({ kind: 3, code: 8, sequence: 3 });
  release();
  expect(await peer.reply()).toMatchObject({ kind: 2, sequence: 1 });
  peer.close();
  await server.close({ graceMs: 0 });
});

test("a reply in a compressor that the client did not offer fails the call", async () => {
  const server = createServer({ compression: { compressors: [{ ...gzip, name: "br" }] } });
  const address = await server.add(Lab, echoing).listen("memory:liar");
  await using world = await createWorld({ client: { target: address, compression: { compressors: ["br"] } } });
  await world.lab.ping();
  expect(await errorOf(world.lab.echo({ text }, { compress: false }))).toMatchObject({ reason: "unsupported" });
  await world.lab.ping();
  await server.close({ graceMs: 0 });
});
