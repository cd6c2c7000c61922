import { expect, test } from "vitest";
import { IncomingLane } from "../../../runtime/connection/incoming-lane.ts";
import { PartialMessages } from "../../../runtime/connection/partial-messages.ts";

const lanes = [1, 2, 3].map(() => new IncomingLane(262_144));
const [first, second, third] = lanes as [IncomingLane, IncomingLane, IncomingLane];

function visited(messages: PartialMessages): [number, number, number][] {
  const seen: [number, number, number][] = [];
  messages.forEach((lane, idHigh, idLow) => void seen.push([lanes.indexOf(lane), idHigh, idLow]));
  return seen;
}

test("the oldest of the messages under way is the one that began first and has not ended", () => {
  const messages = new PartialMessages();
  for (const [at, lane] of lanes.entries()) messages.add(lane, { idHigh: at, idLow: at + 10 });
  const oldest = (): boolean[] => lanes.map((lane) => messages.isOldest(lane));
  expect([oldest(), messages.size]).toEqual([[true, false, false], 3]);
  expect(visited(messages)).toEqual([
    [0, 0, 10],
    [1, 1, 11],
    [2, 2, 12],
  ]);
  messages.delete(second);
  expect([oldest(), messages.size]).toEqual([[true, false, false], 2]);
  messages.delete(first);
  expect([oldest(), visited(messages)]).toEqual([[false, false, true], [[2, 2, 12]]]);
  messages.add(first, { idHigh: 7, idLow: 8 });
  expect(oldest()).toEqual([false, false, true]);
  messages.delete(third);
  expect(visited(messages)).toEqual([[0, 7, 8]]);
});

test("of no messages none is the oldest, before the first and after the last", () => {
  const messages = new PartialMessages();
  for (let round = 0; round < 2; round++) {
    messages.delete(first);
    expect([messages.isOldest(first), messages.size, visited(messages)]).toEqual([false, 0, []]);
    messages.add(first, { idHigh: 0, idLow: 0 });
    messages.delete(first);
  }
});
