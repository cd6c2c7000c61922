import { expect, test } from "vitest";
import { createReplyHead, toSerialization } from "../../../runtime/connection/reply-head.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";

const header = new HeaderWriter().metadata([["k", "v"]], defaultLimits).finish();

test.each([
  [0, undefined, 0],
  [1, undefined, 0],
  [2, undefined, 0],
  [0, undefined, 4],
  [1, header, 0],
  [2, header, 4],
])("the head of a reply in serialization %d says what the frame said", (serialization, kept, compressor) => {
  const head = createReplyHead(serialization, kept, compressor);
  expect([head.serialization, head.compressor]).toEqual([serialization === 2 ? 2 : 1, compressor]);
  expect(head.metadata()).toEqual(kept === undefined ? [] : [["k", "v"]]);
  expect(head.metadata()).toBe(head.metadata());
});

test("plain replies share their heads", () => {
  expect(createReplyHead(1, undefined)).toBe(createReplyHead(0, undefined));
  expect(createReplyHead(2, undefined)).toBe(createReplyHead(2, undefined, 0));
  expect(createReplyHead(2, undefined)).not.toBe(createReplyHead(1, undefined));
});

test("what is not JSON counts as binary", () => {
  expect([0, 1, 2, 3, 255].map(toSerialization)).toEqual([1, 1, 2, 1, 1]);
});
