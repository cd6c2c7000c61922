import { describe, expect, test } from "vitest";
import { createLineLimiter, type LineLimiter } from "../../../runtime/environment/line-limiter.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";

/** What the limiter says of so many lines at once. */
function answers(limiter: LineLimiter, count: number, kind = "a"): (number | undefined)[] {
  return Array.from({ length: count }, () => limiter(kind));
}

const written = (count: number): readonly number[] => new Array<number>(count).fill(0);

test("ten lines of a kind are written at once, and not an eleventh; other kinds have their own ten", () => {
  const limiter = createLineLimiter(createVirtualEnvironment());
  expect(answers(limiter, 11)).toEqual([...written(10), undefined]);
  expect(answers(limiter, 11, "b")).toEqual([...written(10), undefined]);
});

test("after a tenth of a second one more is, with the number of those that were left out", () => {
  const environment = createVirtualEnvironment();
  const limiter = createLineLimiter(environment);
  answers(limiter, 13);
  environment.advance(99);
  expect(limiter("a")).toBe(undefined);
  environment.advance(1);
  expect(answers(limiter, 2)).toEqual([4, undefined]);
  environment.advance(100);
  expect(limiter("a")).toBe(1);
  environment.advance(100);
  expect(limiter("a")).toBe(0);
});

test("in ten seconds of 405 lines 110 are written, and the others counted", () => {
  const environment = createVirtualEnvironment();
  const limiter = createLineLimiter(environment);
  const given = answers(limiter, 5);
  for (let step = 0; step < 80; step++) {
    environment.advance(125);
    given.push(...answers(limiter, 5));
  }
  const told = given.filter((each) => each !== undefined);
  expect(told).toHaveLength(110);
  const lastAt = given.findLastIndex((each) => each !== undefined);
  expect(told.reduce((sum, leftOut) => sum + leftOut)).toBe(lastAt + 1 - 110);
});

test("silence, however long, is worth ten lines", () => {
  const environment = createVirtualEnvironment();
  const limiter = createLineLimiter(environment);
  environment.advance(3_600_000);
  expect(answers(limiter, 11)).toEqual([...written(10), undefined]);
  environment.advance(3_600_000);
  expect(answers(limiter, 11)).toEqual([1, ...written(9), undefined]);
});

describe("another number a second:", () => {
  test.each([
    [0, 0],
    [0.5, 1],
    [1, 1],
    [3, 3],
    [Infinity, 1_000],
  ])("%d: of 1,000 lines at once %i are written", (perSecond, count) => {
    const limiter = createLineLimiter(createVirtualEnvironment(), perSecond);
    expect(answers(limiter, 1_000).filter((each) => each !== undefined)).toHaveLength(count);
  });

  test("one every two seconds", () => {
    const environment = createVirtualEnvironment();
    const limiter = createLineLimiter(environment, 0.5);
    answers(limiter, 1);
    environment.advance(1_999);
    expect(limiter("a")).toBe(undefined);
    environment.advance(1);
    expect(limiter("a")).toBe(1);
  });

  test("none stays none", () => {
    const environment = createVirtualEnvironment();
    const limiter = createLineLimiter(environment, 0);
    limiter("a");
    environment.advance(3_600_000);
    expect(limiter("a")).toBe(undefined);
  });
});
