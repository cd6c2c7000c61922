import { describe, expect, test } from "vitest";
import { type ItemSink, pumpItems } from "../../../runtime/call/item-pump.ts";

function sink(
  accepts: (sent: number) => boolean = () => true,
): ItemSink<number> & { sent: number[]; outcome: unknown[] } {
  const sent: number[] = [];
  const outcome: unknown[] = [];
  return {
    sent,
    outcome,
    send(item) {
      sent.push(item);
      return accepts(sent.length);
    },
    end: () => outcome.push("end"),
    fail: (error) => outcome.push(error),
  };
}

/** A generator that counts what was asked of it and notes that it was closed. */
function source(length: number): { items: Generator<number>; asked: () => number; closed: () => boolean } {
  let asked = 0;
  let closed = false;
  function* generate(): Generator<number> {
    try {
      for (let index = 0; index < length; index++) {
        asked++;
        yield index;
      }
    } finally {
      closed = true;
    }
  }
  return { items: generate(), asked: () => asked, closed: () => closed };
}

describe("a pump", () => {
  test.each([
    ["an array", [1, 2, 3]],
    ["a set", new Set([1, 2, 3])],
    [
      "an async generator",
      (async function* () {
        yield* [1, 2, 3];
      })(),
    ],
  ])("sends the items of %s, then ends", async (_name, items) => {
    const target = sink();
    await pumpItems(items, target).done;
    expect(target.sent).toEqual([1, 2, 3]);
    expect(target.outcome).toEqual(["end"]);
  });

  test("asks for no item while the sink is full", async () => {
    const { items, asked } = source(10);
    const target = sink((count) => count % 2 === 1);
    const pump = pumpItems(items, target);
    await Promise.resolve();
    expect(asked()).toBe(2);
    pump.writable();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked()).toBe(4);
    pump.stop();
    await pump.done;
  });

  test("stopped while the sink is full, closes the source and tells nobody", async () => {
    const { items, closed } = source(10);
    const target = sink(() => false);
    const pump = pumpItems(items, target);
    pump.stop();
    pump.stop();
    await pump.done;
    expect(closed()).toBe(true);
    expect(target.outcome).toEqual([]);
  });

  test("reports an error of the source", async () => {
    const error = new Error("source");
    const target = sink();
    function* failing(): Generator<number> {
      yield 1;
      throw error;
    }
    await pumpItems(failing(), target).done;
    expect(target.sent).toEqual([1]);
    expect(target.outcome).toEqual([error]);
  });

  test("closes the source when an item cannot be sent", async () => {
    const { items, closed } = source(3);
    const target = sink();
    await pumpItems(items, {
      ...target,
      send: () => {
        throw new Error("does not fit");
      },
    }).done;
    expect(closed()).toBe(true);
    expect(String(target.outcome[0])).toContain("does not fit");
  });

  test("is done although closing the source throws", async () => {
    const items: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ value: 1, done: false }),
        return: async () => {
          throw new Error("nobody cares");
        },
      }),
    };
    const pump = pumpItems(
      items,
      sink(() => false),
    );
    await new Promise((resolve) => setImmediate(resolve));
    pump.stop();
    await expect(pump.done).resolves.toBeUndefined();
  });

  test("sends nothing that a slow source gives after the stop", async () => {
    let give = (_value: IteratorResult<number>): void => undefined;
    const items: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => (give = resolve)) }),
    };
    const target = sink();
    const pump = pumpItems(items, target);
    pump.stop();
    give({ value: 1, done: false });
    await pump.done;
    expect(target.sent).toEqual([]);
  });

  test.each([[undefined], [null], [7], [{}]])("refuses %j as items", (items) => {
    expect(() => pumpItems(items as number[], sink())).toThrow("must be an array, a generator or another iterable");
  });
});
