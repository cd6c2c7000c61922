/** Calls through code that the compiler generates, not through a fixture written by hand. */
import * as codegen from "@rpcgen/runtime/codegen";
import { transformSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { type Channel, createChannel, createClient, createServer, RpcError } from "../../../runtime/index.ts";
import type { ServiceType } from "../../../runtime/call/method-type.ts";
import { renderText } from "../../templates/render.ts";
import { collect, errorOf } from "../fixture/world.ts";

const schema = `edition 2026;
package warehouse.v1;

enum Shelf { unspecified = 0; low = 1; high = 2; }

message Item {
  id: uint64 = 1;
  name: string = 2 @len(1..10);
  shelf: Shelf = 3;
  labels: map<string, string> = 4;
  photo: bytes = 5;
}

error NoSuchItem(not_found) { id: uint64 = 1; }

service Warehouse throws NoSuchItem {
  get(id: uint64 = 1): Item;
  list(shelf: Shelf = 1): stream Item;
  store(stream Item): { stored: int32 = 1; };
  swap(stream Item): stream Item;
  @oneway
  seen(id: uint64 = 1): void;
  ping(): void;
}
`;

interface Item {
  readonly id: bigint;
  readonly name: string;
  readonly shelf: string;
  readonly labels: Map<string, string>;
  readonly photo: Uint8Array;
}

interface WarehouseClient {
  get(request: object): Promise<Item>;
  list(request: object): AsyncIterable<Item>;
  store(items: Iterable<object>): Promise<{ readonly stored: number }>;
  swap(items: Iterable<object>): AsyncIterable<Item>;
  seen(request: object): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Generated {
  readonly Warehouse: ServiceType<WarehouseClient, object>;
  readonly NoSuchItem: {
    new (data: object): Error;
    is(error: unknown): error is Error & { readonly data: { id: bigint } };
  };
}

const generated = load(renderText(schema));
const { Warehouse, NoSuchItem } = generated;

function load(source: string): Generated {
  const script = transformSync(source, { loader: "ts", format: "cjs", target: "es2023" }).code;
  const module = { exports: {} };
  const run = new Function("module", "exports", "require", script) as (...parameters: unknown[]) => void;
  run(module, module.exports, () => codegen);
  return module.exports as Generated;
}

const item = {
  id: 2n ** 63n,
  name: "bolt",
  shelf: "high",
  labels: new Map([["size", "M8"]]),
  photo: new Uint8Array([1, 2]),
};

let warehouses = 0;

async function open(codec: "binary" | "json"): Promise<{
  readonly warehouse: WarehouseClient;
  readonly channel: Channel;
  readonly seen: bigint[];
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const seen: bigint[] = [];
  const handlers = {
    get({ id }: { id: bigint }) {
      if (id !== item.id) throw new NoSuchItem({ id });
      return item;
    },
    *list({ shelf }: { shelf: string }) {
      yield { ...item, shelf };
      yield { ...item, shelf, id: 1n };
    },
    async store(items: AsyncIterable<Item>) {
      return { stored: (await collect(items)).length };
    },
    async *swap(items: AsyncIterable<Item>) {
      for await (const given of items) yield { ...given, name: [...given.name].toReversed().join("") };
    },
    seen: ({ id }: { id: bigint }) => void seen.push(id),
    ping: () => undefined,
  };
  const server = createServer().add(Warehouse, handlers);
  const channel = createChannel({ target: await server.listen(`memory:warehouse-${warehouses++}`), codec });
  return {
    warehouse: createClient(Warehouse, { channel }),
    channel,
    seen,
    async [Symbol.asyncDispose]() {
      await channel.close();
      await server.close();
    },
  };
}

describe.each(["binary", "json"] as const)("generated code in %s", (codec) => {
  test("makes unary calls with values of every kind", async () => {
    await using here = await open(codec);
    expect(await here.warehouse.get({ id: item.id })).toEqual(item);
    expect(await here.warehouse.ping()).toBeUndefined();
  });

  test("makes streams of all three kinds", async () => {
    await using here = await open(codec);
    expect((await collect(here.warehouse.list({ shelf: "low" }))).map(({ id, shelf }) => [id, shelf])).toEqual([
      [item.id, "low"],
      [1n, "low"],
    ]);
    expect(await here.warehouse.store([item, item, item])).toEqual({ stored: 3 });
    expect((await collect(here.warehouse.swap([item]))).map(({ name }) => name)).toEqual(["tlob"]);
  });

  test("makes one-way calls", async () => {
    await using here = await open(codec);
    await here.warehouse.seen({ id: 5n });
    await here.warehouse.ping();
    expect(here.seen).toEqual([5n]);
  });

  test("revives declared errors and shows violations", async () => {
    await using here = await open(codec);
    const missing = await errorOf(here.warehouse.get({ id: 9n }));
    expect(NoSuchItem.is(missing) && missing.data).toEqual({ id: 9n });
    const broken = await errorOf(here.warehouse.store([{ ...item, name: "much too long" }]));
    expect(RpcError.is(broken) && broken.violations.map(({ path, rule }) => [path, rule])).toEqual([["name", "len"]]);
  });
});
