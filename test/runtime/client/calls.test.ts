import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createClient } from "../../../runtime/index.ts";
import { Lab } from "../fixture/lab.ts";
import { collect, createWorld, errorOf } from "../fixture/world.ts";

const folder = mkdtempSync(join(tmpdir(), "rpcgen-"));
let sockets = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paths = [
  { name: "memory", address: () => undefined },
  { name: "tcp", address: () => "tcp://127.0.0.1:0" },
  { name: "unix", address: () => `unix:${folder}/${sockets++}.sock` },
] as const;

describe.each(paths)("over $name", ({ address }) => {
  const world = (client: object = {}) => {
    const at = address();
    return createWorld({ client, ...(at === undefined ? {} : { address: at }) });
  };

  describe.each(["binary", "json"] as const)("in %s", (codec) => {
    test("a unary call is answered", async () => {
      await using here = await world({ codec });
      const reply = await here.lab.echo({ text: "hello", count: 7, data: new Uint8Array([1, 2, 3]) });
      expect(reply).toEqual({ text: "hello", count: 7, data: new Uint8Array([1, 2, 3]) });
    });

    test("a void call is answered", async () => {
      await using here = await world({ codec });
      expect(await here.lab.ping()).toBeUndefined();
    });

    test("a one-way call resolves without an answer", async () => {
      await using here = await world({ codec });
      expect(await here.lab.track({ text: "seen" })).toBeUndefined();
    });

    test("a server stream gives its items in order", async () => {
      await using here = await world({ codec });
      const notes = await collect(here.lab.list({ text: "n", count: 100 }));
      expect(notes.map((note) => note.count)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    });

    test("a client stream is answered once", async () => {
      await using here = await world({ codec });
      expect((await here.lab.sum([{ count: 1 }, { count: 2 }, { count: 39 }])).count).toBe(42);
      expect((await here.lab.sum([])).count).toBe(0);
    });

    test("a bidirectional stream answers item by item", async () => {
      await using here = await world({ codec });
      const texts = (await collect(here.lab.chat([{ text: "a" }, { text: "b" }]))).map((note) => note.text);
      expect(texts).toEqual(["a", "b"]);
    });
  });

  test("large messages that are under way together all arrive as they were sent, also beside ones that are given up", async () => {
    const sizes = [15_000, 20_000, 65_536, 70_000, 300_000];
    const notes = Array.from({ length: 40 }, (_, at) => ({
      count: at,
      data: new Uint8Array(sizes[at % sizes.length] ?? 0).fill(at + 1),
    }));
    const isWhole = ({ count, data }: { count: number; data: Uint8Array }): boolean =>
      data.length === notes[count]?.data.length && data.every((byte) => byte === count + 1);
    await using here = await createWorld({
      ...(address() === undefined ? {} : { address: address() as string }),
      handlers: { list: () => notes },
    });
    const given = new AbortController();
    const lost = notes.map((note) => here.lab.echo(note, { signal: given.signal }).catch(() => "given up"));
    const streams = [collect(here.lab.list({})), collect(here.lab.list({}))];
    const replies = notes.map((note) => here.lab.echo(note));
    const broken = here.lab.list({})[Symbol.asyncIterator]();
    await broken.next();
    given.abort();
    await broken.return?.();
    await Promise.all(lost);
    for (const got of [await Promise.all(replies), ...(await Promise.all(streams))]) {
      expect(got.map(isWhole)).toEqual(notes.map(() => true));
    }
  });

  test("a large message arrives whole and owns its bytes", async () => {
    await using here = await world();
    const data = new Uint8Array(1_000_000).map((_, index) => index % 251);
    const replies = await Promise.all([here.lab.echo({ data }), here.lab.echo({ data: data.toReversed() })]);
    await here.lab.echo({ data: new Uint8Array(1_000_000) });
    expect(Buffer.compare(replies[0].data, data)).toBe(0);
    expect(Buffer.compare(replies[1].data, data.toReversed())).toBe(0);
  });

  test("thousands of calls at once each get their own answer", async () => {
    await using here = await world();
    const calls = Array.from({ length: 5000 }, (_, count) => here.lab.echo({ count }));
    const counts = (await Promise.all(calls)).map((note) => note.count);
    expect(counts).toEqual(calls.map((_, index) => index));
  });
});

test("what a client can do may be taken off it, and the client cannot be changed", async () => {
  await using here = await createWorld();
  const client = createClient(Lab, { target: here.address });
  const { echo, close, ping } = client;
  expect((await echo({ count: 7 })).count).toBe(7);
  await close();
  expect(await errorOf(ping())).toMatchObject({ reason: "client_closed" });
  expect(Object.isFrozen(client)).toBe(true);
});
