import { expect, test } from "vitest";
import { type LaneCall, LaneTable } from "../../../runtime/connection/lane-table.ts";

function call(lane: number, sequence: number = 1): LaneCall {
  return { idHigh: 7, idLow: sequence * 65_536 + lane, lane };
}

test("finds a call by its whole id", () => {
  const table = new LaneTable<LaneCall>(true);
  const found = call(3, 2);
  table.set(found);
  expect(table.get(7, found.idLow)).toBe(found);
  expect(table.get(8, found.idLow)).toBeUndefined();
  expect(table.get(7, call(3, 1).idLow)).toBeUndefined();
  expect(table.get(7, call(2, 2).idLow)).toBeUndefined();
  expect([table.at(3), table.at(2), table.at(4)]).toEqual([found, undefined, undefined]);
  expect(table.all()).toEqual([found]);
});

test("gives lanes out in their order, those that are free again first", () => {
  const table = new LaneTable<LaneCall>(true);
  const calls = [0, 1, 2].map((lane) => call(lane));
  for (const each of calls) {
    expect(table.takeLane(3)).toBe(each.lane);
    table.set(each);
  }
  expect([table.size, table.takeLane(3), table.takeLane(4)]).toEqual([3, -1, 3]);
  table.delete(calls[1] as LaneCall);
  expect([table.size, table.takeLane(3)]).toEqual([2, 1]);
});

test("gives no lane at or above the count, also not one that is free, and finds a lower one that was passed over", () => {
  const table = new LaneTable<LaneCall>(true);
  const calls = [0, 1, 2, 3].map((lane) => call(lane));
  for (const each of calls) table.set(each);
  table.delete(calls[0] as LaneCall);
  table.delete(calls[3] as LaneCall);
  expect(table.takeLane(3)).toBe(0);
  expect(table.takeLane(3)).toBe(0);
  table.set(call(0, 2));
  expect([table.size, table.takeLane(3)]).toEqual([3, -1]);
});

test("never gives the lane of one-way calls", () => {
  const table = new LaneTable<LaneCall>(true);
  table.set(call(65_533));
  expect(table.takeLane(70_000)).toBe(65_534);
  table.set(call(65_534));
  expect(table.takeLane(70_000)).toBe(0);
});

test("takes a call out once, and none that is not in", () => {
  const table = new LaneTable<LaneCall>(true);
  const found = call(0);
  table.set(found);
  table.delete(call(0));
  expect(table.size).toBe(1);
  table.delete(found);
  table.delete(found);
  expect([table.size, table.takeLane(10), table.takeLane(10)]).toEqual([0, 0, 1]);
});

test("keeps no list of free lanes for who does not choose them", () => {
  const table = new LaneTable<LaneCall>(false);
  const found = call(0);
  table.set(found);
  table.set(call(1));
  table.delete(found);
  expect(table.takeLane(10)).toBe(2);
});
