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

const firsts = (messages: PartialMessages): boolean[] => lanes.map((lane) => messages.isFirst(lane));

test("the first of the messages under way is the one that began first and has not ended", () => {
  const messages = new PartialMessages();
  for (const [at, lane] of lanes.entries()) messages.add(lane, { idHigh: at, idLow: at + 10, isItem: false });
  expect([firsts(messages), messages.size]).toEqual([[true, false, false], 3]);
  expect(visited(messages)).toEqual([
    [0, 0, 10],
    [1, 1, 11],
    [2, 2, 12],
  ]);
  messages.delete(second);
  expect([firsts(messages), messages.size]).toEqual([[true, false, false], 2]);
  messages.delete(first);
  expect([firsts(messages), visited(messages)]).toEqual([[false, false, true], [[2, 2, 12]]]);
  messages.add(first, { idHigh: 7, idLow: 8, isItem: false });
  expect(firsts(messages)).toEqual([false, false, true]);
  messages.delete(third);
  expect(visited(messages)).toEqual([[0, 7, 8]]);
});

test("items come after all others, and not before their reader has used what waits", () => {
  const messages = new PartialMessages();
  for (const lane of [first, second]) messages.add(lane, { idHigh: 0, idLow: 1, isItem: true });
  expect(firsts(messages)).toEqual([true, false, false]);
  first.window.hold(131_072);
  expect(firsts(messages)).toEqual([true, false, false]);
  first.window.hold(1);
  expect(firsts(messages)).toEqual([false, true, false]);
  messages.add(third, { idHigh: 0, idLow: 1, isItem: false });
  expect(firsts(messages)).toEqual([false, false, true]);
  messages.delete(third);
  second.window.hold(131_073);
  expect(firsts(messages)).toEqual([false, false, false]);
  for (const lane of [first, second]) lane.window.release(131_073);
  expect(firsts(messages)).toEqual([true, false, false]);
});

test("of no messages none is the first, before the first and after the last", () => {
  const messages = new PartialMessages();
  for (let round = 0; round < 2; round++) {
    messages.delete(first);
    expect([messages.isFirst(first), messages.size, visited(messages)]).toEqual([false, 0, []]);
    messages.add(first, { idHigh: 0, idLow: 0, isItem: false });
    messages.delete(first);
  }
});
