import { expect, test } from "vitest";
import { createGainRecord } from "../../../runtime/compression/gain.ts";

/** Outcomes of so many attempts in a row. */
function outcomes(count: number, plainBytes: number, packedBytes: number, record = createGainRecord()): boolean[] {
  return Array.from({ length: count }, () => record.note(plainBytes, packedBytes));
}

test("what saves a sixteenth is worth sending, a byte less is not", () => {
  expect(createGainRecord().note(1_600, 1_500)).toBe(true);
  expect(createGainRecord().note(1_600, 1_501)).toBe(false);
});

test("what saves nothing is never sent, before a rest and after it", () => {
  expect(outcomes(6, 100, 100)).toEqual([false, false, false, false, false, false]);
});

test("a method rests for 16 messages, 32, and so on up to 1,024", () => {
  const record = createGainRecord();
  outcomes(4, 100, 100, record);
  const rests = Array.from({ length: 9 }, () => {
    let count = 0;
    while (!record.isWorthTrying()) count++;
    record.note(100, 100);
    return count;
  });
  expect(rests).toEqual([16, 32, 64, 128, 256, 512, 1_024, 1_024, 1_024]);
});
