import { expect, test } from "vitest";
import { createMemoryBudget } from "../../../runtime/connection/memory-budget.ts";

test("gives what there is, to the byte, and charges nothing for what it refuses", () => {
  const budget = createMemoryBudget(100);
  expect([budget.hasRoom(100), budget.hasRoom(101)]).toEqual([true, false]);
  expect([budget.take(60), budget.take(41), budget.usedBytes]).toEqual([true, false, 60]);
  expect([budget.hasRoom(40), budget.hasRoom(41)]).toEqual([true, false]);
  expect([budget.take(40), budget.usedBytes]).toEqual([true, 100]);
  budget.give(30);
  expect(budget.usedBytes).toBe(70);
});

test("charges who has asked before, room or not", () => {
  const budget = createMemoryBudget(100);
  budget.charge(150);
  expect([budget.usedBytes, budget.hasRoom(0), budget.take(0)]).toEqual([150, false, false]);
});

test("is nearly full from 95 % on", () => {
  const budget = createMemoryBudget(1_000);
  budget.charge(949);
  expect(budget.isNearlyFull).toBe(false);
  budget.charge(1);
  expect(budget.isNearlyFull).toBe(true);
});
