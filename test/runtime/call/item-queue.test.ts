import { describe, expect, test } from "vitest";
import { ItemQueue } from "../../../runtime/call/item-queue.ts";

function queueWithLog(): { queue: ItemQueue<number>; consumed: number[]; abandoned: () => number } {
  const consumed: number[] = [];
  let abandoned = 0;
  const queue = new ItemQueue<number>({ consumed: (cost) => consumed.push(cost), abandoned: () => abandoned++ });
  return { queue, consumed, abandoned: () => abandoned };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("an item queue", () => {
  test("gives items in order, pushed before or after they are asked for", async () => {
    const { queue } = queueWithLog();
    queue.push(1, 10);
    const reading = collect(queue);
    await Promise.resolve();
    queue.push(2, 10);
    queue.push(3, 10);
    queue.end();
    expect(await reading).toEqual([1, 2, 3]);
  });

  test("gives credit back only as items are taken", async () => {
    const { queue, consumed } = queueWithLog();
    queue.push(1, 10);
    queue.push(2, 20);
    expect(consumed).toEqual([]);
    await queue.next();
    expect(consumed).toEqual([10]);
    await queue.next();
    expect(consumed).toEqual([10, 20]);
  });

  test("fails after what was queued", async () => {
    const { queue } = queueWithLog();
    const error = new Error("lost");
    queue.push(1, 1);
    queue.fail(error);
    expect(await queue.next()).toEqual({ value: 1, done: false });
    await expect(queue.next()).rejects.toBe(error);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  test("rejects the first of several waiting readers and ends the others", async () => {
    const { queue } = queueWithLog();
    const waiting = [queue.next(), queue.next()];
    queue.fail(new Error("lost"));
    await expect(waiting[0]).rejects.toThrow("lost");
    expect(await waiting[1]).toEqual({ value: undefined, done: true });
  });

  test("left early, returns the credit of what was queued and of what still comes, and says so once", async () => {
    const { queue, consumed, abandoned } = queueWithLog();
    queue.push(1, 1);
    queue.push(2, 2);
    queue.push(3, 4);
    for await (const item of queue) if (item === 1) break;
    queue.push(4, 8);
    await queue.return();
    expect(consumed).toEqual([1, 2, 4, 8]);
    expect(abandoned()).toBe(1);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  test("left after its end, does not report an early leave", async () => {
    const { queue, abandoned } = queueWithLog();
    queue.push(1, 1);
    queue.end();
    await queue.return();
    expect(abandoned()).toBe(0);
  });

  test("left by throw(), rejects with that error", async () => {
    const { queue, abandoned } = queueWithLog();
    await expect(queue.throw(new Error("mine"))).rejects.toThrow("mine");
    expect(abandoned()).toBe(1);
  });

  test("ends a reader that waits when another one leaves", async () => {
    const { queue } = queueWithLog();
    const waiting = queue.next();
    await queue.return();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });

  test("can be iterated once only", async () => {
    const { queue } = queueWithLog();
    queue.end();
    await collect(queue);
    expect(() => queue[Symbol.asyncIterator]()).toThrow("iterated once only");
  });

  test("keeps order over many items", async () => {
    const { queue, consumed } = queueWithLog();
    const numbers = Array.from({ length: 5000 }, (_, index) => index);
    for (const number of numbers) queue.push(number, 1);
    queue.end();
    expect(await collect(queue)).toEqual(numbers);
    expect(consumed.length).toBe(5000);
  });
});
