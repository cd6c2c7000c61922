import { afterEach, describe, expect, test } from "vitest";
import { type MessageType, messageType, type MethodType } from "../../../runtime/codegen/index.ts";
import { createChannel, createServer, RpcError } from "../../../runtime/index.ts";
import { Reader } from "../../../runtime/wire/reader.ts";
import { heapBytes } from "../fixture/heap.ts";
import { Load, load, loadMethod, loadsService } from "../fixture/load.ts";
import { createSignal } from "../fixture/world.ts";

// Items that are short on the wire and large in memory: what a client has not read shall not take much more than its credit says.

type Kind = "server_stream" | "bidi_stream";

let servers = 0;
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** A stream whose server sends `items` at once; resolves when its client has decoded as many, or failed to. */
async function received<Reply>(kind: Kind, response: MessageType<Reply, Reply>, items: readonly Reply[]) {
  const counted = createCounted(response, items.length);
  const method: MethodType<Load, Load, Reply, Reply> = loadMethod("bring", kind, response);
  const server = createServer().add(loadsService([method]), { bring: () => items });
  const channel = createChannel({ target: await server.listen(`memory:replies-${++servers}`) });
  opened.push({ close: () => server.close({ graceMs: 0 }) }, { close: () => channel.close({ graceMs: 0 }) });
  const known = loadMethod("bring", kind, counted.type);
  const invoker = channel.invoker();
  const stream =
    kind === "server_stream"
      ? invoker.serverStream(known, load(0), undefined)
      : invoker.bidiStream(known, [], undefined);
  return { reader: stream[Symbol.asyncIterator](), decoded: () => counted.count, all: counted.all };
}

/** The same type that counts what is decoded. */
function createCounted<T>(type: MessageType<T, T>, expected: number) {
  const { resolve, promise } = createSignal();
  const read = (reader: Reader): T => {
    if (++counted.count === expected) resolve();
    return type.read(reader);
  };
  const counted = {
    count: 0,
    all: promise,
    type: { ...type, read, decode: (bytes: Uint8Array) => read(new Reader(bytes)) },
  };
  return counted;
}

describe.each(["server_stream", "bidi_stream"] as const)("items of a %s that nobody has read", (kind) => {
  test("wait as they came when they take many times their bytes, the others as messages", async () => {
    const sizes = [100_000, 100, 200_000];
    const { reader, decoded, all } = await received(
      kind,
      Load,
      sizes.map((bytes) => load(bytes)),
    );
    await all;
    expect(decoded()).toBe(3);
    const found: number[] = [];
    for (let read = 0; read < 3; read++) found.push(((await reader.next()).value as Load).bytes);
    expect([found, (await reader.next()).done]).toEqual([sizes, true]);
    expect(decoded()).toBe(3 + 2);
  });

  test("wait as messages up to the limit, to the byte", async () => {
    const frameBytes = 20;
    const most = 8 * (Load.encode(load(1_300)).length + frameBytes) + 1_024;
    const { reader, decoded, all } = await received(kind, Load, [load(most), load(most + 1)]);
    await all;
    await reader.next();
    expect(decoded()).toBe(2);
    await reader.next();
    expect(decoded()).toBe(3);
  });

  test("are decoded once when their reader waits for them", async () => {
    const { reader, decoded } = await received(kind, Load, [load(100_000)]);
    expect((await reader.next()).value).toMatchObject({ bytes: 100_000 });
    expect(decoded()).toBe(1);
  });

  test("are followed by the error of one that cannot be read", async () => {
    const broken = 700;
    const type: MessageType<Load, Load> = {
      ...Load,
      read(reader) {
        const found = Load.read(reader);
        if (found.bytes === broken) throw new RpcError({ reason: "malformed_message", message: "no such load" });
        return found;
      },
    };
    const { reader, all } = await received(kind, type, [load(100_000), load(1), load(broken)]);
    await all;
    expect((await reader.next()).value).toMatchObject({ bytes: 100_000 });
    expect((await reader.next()).value).toMatchObject({ bytes: 1 });
    await expect(reader.next()).rejects.toMatchObject({ message: expect.stringContaining("no such load") });
  });
});

interface Crowd {
  readonly members: readonly object[];
}

/** Two bytes for each member, as an empty message in a list. */
const Crowd: MessageType<Crowd, Crowd> = messageType<Crowd, Crowd>({
  typeName: "load.v1.Crowd",
  write(writer, { members }) {
    for (const _member of members) writer.string(10, "");
  },
  read(reader) {
    const members: object[] = [];
    while (reader.pos < reader.end) {
      reader.skip(reader.tag());
      reader.hold(64);
      members.push({ id: 0, name: "", isKnown: false, age: 0, score: 0 });
    }
    return { members };
  },
  toJson: () => ({}),
  fromJson: () => ({ members: [] }),
  create: () => ({ members: [] }),
  validate: () => [],
  equals: (one, other) => one === other,
});

test("items of two bytes for each object that nobody has read leave less in the heap than one of them", async () => {
  const wire = Crowd.encode({ members: Array.from({ length: 20_000 }, () => ({})) });
  const before = heapBytes();
  const kept = Crowd.decode(wire);
  const one = heapBytes() - before;
  expect([kept.members.length, one > 10 * wire.length]).toEqual([20_000, true]);

  const { reader, all, decoded } = await received("server_stream", Crowd, Array(5).fill(kept));
  const atFirst = heapBytes();
  await all;
  expect(heapBytes() - atFirst).toBeLessThan(one);
  for (let read = 0; read < 5; read++) expect((await reader.next()).value.members).toHaveLength(20_000);
  expect(decoded()).toBe(10);
});
