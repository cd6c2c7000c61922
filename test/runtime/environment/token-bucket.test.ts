import { expect, test } from "vitest";
import { TokenBucket } from "../../../runtime/environment/token-bucket.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/index.ts";

function takeAll(bucket: TokenBucket): number {
  let count = 0;
  while (count < 100 && bucket.take()) count++;
  return count;
}

test("gives the burst at once, and then nothing", () => {
  expect(takeAll(new TokenBucket(createVirtualEnvironment(), 5, 10))).toBe(5);
});

test("earns tokens with time, up to the burst", () => {
  const environment = createVirtualEnvironment();
  environment.advance(7_000);
  const bucket = new TokenBucket(environment, 5, 10);
  takeAll(bucket);
  environment.advance(99);
  expect(bucket.take()).toBe(false);
  environment.advance(1);
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  environment.advance(300);
  expect(takeAll(bucket)).toBe(3);
  environment.advance(60_000);
  expect(takeAll(bucket)).toBe(5);
});
