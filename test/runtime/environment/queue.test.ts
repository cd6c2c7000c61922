import { expect, test } from "vitest";
import { Queue } from "../../../runtime/environment/queue.ts";

test("what comes first goes first, however long a queue has been or was", () => {
  for (const [pushes, shifts] of [
    [1, 1],
    [3, 2],
    [40, 39],
    [100, 70],
  ] as const) {
    const queue = new Queue<number>();
    let last = 0;
    let first = 0;
    for (let round = 0; round < 5; round++) {
      for (let count = 0; count < pushes; count++) queue.push(last++);
      for (let count = 0; count < shifts; count++) expect([queue.peek(), queue.shift()]).toEqual([first, first++]);
      expect(queue.length).toBe(last - first);
    }
    const rest = Array.from({ length: last - first }, (_, index) => first + index);
    expect(queue.takeAll()).toEqual(rest);
    expect([queue.length, queue.peek(), queue.shift(), queue.takeAll()]).toEqual([0, undefined, undefined, []]);
    queue.push(7);
    expect([queue.length, queue.peek(), queue.takeAll()]).toEqual([1, 7, [7]]);
  }
});

test("an empty queue has nothing, as often as it is asked", () => {
  const queue = new Queue<string>();
  expect([queue.shift(), queue.peek(), queue.shift(), queue.length]).toEqual([undefined, undefined, undefined, 0]);
  queue.push("a");
  queue.shift();
  expect([queue.shift(), queue.peek(), queue.length]).toEqual([undefined, undefined, 0]);
  new Queue<string>().push("b");
  expect(queue.takeAll()).toEqual([]);
});
