import { expect, test } from "vitest";
import { copyBytes, isText, joinBytes } from "../../../runtime/protocol/bytes.ts";

const counting = Uint8Array.from({ length: 200 }, (_, index) => index);

test.each([0, 1, 63, 64, 65, 100])(
  "a copy of %d bytes is what lies between its bounds, in memory of its own",
  (length) => {
    const copy = copyBytes(counting, 7, 7 + length);
    expect(copy).toEqual(counting.slice(7, 7 + length));
    expect(copy.buffer).not.toBe(counting.buffer);
  },
);

test("parts are joined in their order", () => {
  expect(joinBytes([counting.subarray(0, 3), new Uint8Array(0), counting.subarray(9, 11)], 5)).toEqual(
    Uint8Array.of(0, 1, 2, 9, 10),
  );
});

test.each([
  ["", true],
  ["68c3a969", true],
  ["e282ac", true],
  ["80", false],
  ["6880", false],
  ["c3", false],
  ["c080", false],
  ["eda080", false],
  ["ff", false],
])("%s is text: %s", (hex, isFine) => {
  expect(isText(Buffer.from(hex, "hex"), 0, hex.length / 2)).toBe(isFine);
});

test("only what lies between the bounds has to be text", () => {
  const bytes = Uint8Array.of(0xff, 0x68, 0xc3, 0xa9, 0xff);
  expect([isText(bytes, 1, 4), isText(bytes, 1, 2), isText(bytes, 1, 3), isText(bytes, 1, 5)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
