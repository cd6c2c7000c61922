import { describe, expect, test } from "vitest";
import { Code, RpcError } from "../../../runtime/index.ts";
import type { NoteInit } from "../fixture/lab.ts";
import { settle } from "../fixture/stopped-clock.ts";
import { collect, createSignal, createWorld, errorOf } from "../fixture/world.ts";

const kilobyte = new Uint8Array(1024);

/** Items for ever, counted, with a note when the source is closed. */
function endless(): { items: AsyncGenerator<NoteInit>; produced: () => number; closed: Promise<void> } {
  let produced = 0;
  const closed = createSignal();
  async function* generate(): AsyncGenerator<NoteInit> {
    try {
      for (;;) {
        produced++;
        yield { data: kilobyte };
      }
    } finally {
      closed.resolve();
    }
  }
  return { items: generate(), produced: () => produced, closed: closed.promise };
}

describe.each(["memory", "tcp"] as const)("back-pressure over %s", (transport) => {
  const address = transport === "tcp" ? { address: "tcp://127.0.0.1:0" } : {};

  test("a client that does not read stops the handler's source at the credit of the stream", async () => {
    const source = endless();
    await using world = await createWorld({ ...address, handlers: { list: () => source.items } });
    const stream = world.lab.list({})[Symbol.asyncIterator]();
    await stream.next();
    for (let before = -1; before !== source.produced(); await settle()) before = source.produced();
    const stalled = source.produced();
    expect(stalled).toBeLessThan(1_000);
    for (let count = 0; count < 600; count++) await stream.next();
    expect(source.produced()).toBeGreaterThan(stalled);
    await stream.return?.();
    await source.closed;
  });

  test("a handler that does not read stops the client's source at the credit of the stream", async () => {
    const source = endless();
    const release = createSignal();
    await using world = await createWorld({
      ...address,
      handlers: {
        async sum(notes) {
          await release.promise;
          let count = 0;
          for await (const _note of notes) if (++count === 600) break;
          return { count };
        },
      },
    });
    const call = world.lab.sum(source.items);
    await world.lab.ping();
    for (let before = -1; before !== source.produced(); await settle()) before = source.produced();
    expect(source.produced()).toBeLessThan(1_000);
    release.resolve();
    expect((await call).count).toBe(600);
    await source.closed;
  });

  test("one stalled stream does not hold up other calls", async () => {
    await using world = await createWorld({ ...address, handlers: { list: () => endless().items } });
    const stalled = world.lab.list({})[Symbol.asyncIterator]();
    await stalled.next();
    const replies = await Promise.all(Array.from({ length: 200 }, (_, count) => world.lab.echo({ count })));
    expect(replies.length).toBe(200);
    await stalled.return?.();
  });
});

describe("a stream", () => {
  test("starts when it is called, before anybody iterates", async () => {
    const entered = createSignal();
    await using world = await createWorld({
      handlers: {
        *list() {
          entered.resolve();
          yield {};
        },
      },
    });
    const stream = world.lab.list({});
    await entered.promise;
    expect((await collect(stream)).length).toBe(1);
  });

  test("that nobody iterates fails without an unhandled rejection", async () => {
    await using world = await createWorld({
      server: { onError: () => undefined },
      handlers: {
        list() {
          throw new Error("fault");
        },
      },
    });
    world.lab.list({});
    await world.lab.ping();
    await settle();
  });

  test("can be iterated once only", async () => {
    await using world = await createWorld();
    const stream = world.lab.list({ count: 1 });
    await collect(stream);
    expect(() => stream[Symbol.asyncIterator]()).toThrow("iterated once only");
  });

  test("of many items keeps their order while other calls run", async () => {
    await using world = await createWorld();
    const reading = collect(world.lab.list({ count: 5_000 }));
    await Promise.all(Array.from({ length: 100 }, () => world.lab.ping()));
    expect((await reading).map((note) => note.count)).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  });

  test("of items larger than a frame arrives whole", async () => {
    const data = new Uint8Array(300_000).map((_, index) => index % 253);
    await using world = await createWorld();
    const echoed = await collect(world.lab.chat([{ data }, { data, count: 1 }]));
    expect(echoed.map((note) => Buffer.compare(note.data, data))).toEqual([0, 0]);
  });

  test("both ways answers while the client still sends", async () => {
    await using world = await createWorld();
    const questions = [createSignal<NoteInit>(), createSignal<NoteInit>()];
    async function* ask(): AsyncGenerator<NoteInit> {
      for (const question of questions) yield await question.promise;
    }
    const answers = world.lab.chat(ask())[Symbol.asyncIterator]();
    questions[0]?.resolve({ text: "first" });
    expect((await answers.next()).value).toMatchObject({ text: "first" });
    questions[1]?.resolve({ text: "second" });
    expect((await answers.next()).value).toMatchObject({ text: "second" });
    expect((await answers.next()).done).toBe(true);
  });

  test("whose handler answers before it has read everything ends the client's source", async () => {
    const source = endless();
    await using world = await createWorld({ handlers: { sum: () => ({ text: "enough" }) } });
    expect((await world.lab.sum(source.items)).text).toBe("enough");
    await source.closed;
  });

  test("whose source throws is cancelled and says why", async () => {
    const seen = createSignal<unknown>();
    const arrived = createSignal();
    await using world = await createWorld({
      handlers: {
        async sum(notes) {
          try {
            for await (const _note of notes) arrived.resolve();
          } catch (error) {
            seen.resolve(error);
          }
          return {};
        },
      },
    });
    async function* broken(): AsyncGenerator<NoteInit> {
      yield { count: 1 };
      await arrived.promise;
      throw new Error("disk full");
    }
    const error = await errorOf(world.lab.sum(broken()));
    expect(RpcError.is(error) && [error.code, error.message.includes("disk full")]).toEqual([Code.cancelled, true]);
    expect(RpcError.is(await seen.promise)).toBe(true);
  });

  test.each([[undefined], [7], [{}]])("of %j instead of items is refused", async (items) => {
    await using world = await createWorld();
    await expect(world.lab.sum(items as unknown as NoteInit[])).rejects.toThrow("must be an array, a generator");
    await expect(collect(world.lab.chat(items as unknown as NoteInit[]))).rejects.toThrow(
      "must be an array, a generator",
    );
    await world.lab.ping();
  });

  test("may be made of a sync generator, whose finally runs", async () => {
    let closed = false;
    function* notes(): Generator<NoteInit> {
      try {
        yield { count: 1 };
        yield { count: 2 };
      } finally {
        closed = true;
      }
    }
    await using world = await createWorld();
    expect((await world.lab.sum(notes())).count).toBe(3);
    expect(closed).toBe(true);
  });

  test("handler that returns no items is hidden as a fault of the server", async () => {
    const reported: unknown[] = [];
    await using world = await createWorld({
      server: { onError: (error) => reported.push(error) },
      handlers: { list: () => 7 as unknown as NoteInit[] },
    });
    const error = await errorOf(collect(world.lab.list({})));
    expect(RpcError.is(error) && error.message).toBe("internal error");
    expect(String(reported[0])).toContain("must be an array, a generator");
  });
});
