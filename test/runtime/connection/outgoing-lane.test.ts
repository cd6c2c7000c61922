import { expect, test } from "vitest";
import { copiedBodyBytes } from "../../../runtime/connection/connection.ts";
import { copySmall, OutgoingLane } from "../../../runtime/connection/outgoing-lane.ts";

const owner = { onLaneEmpty: () => undefined, assignId: () => undefined };

test.each([1, copiedBodyBytes])("a body of %i bytes that has to wait is a copy, whose memory is its own", (length) => {
  const body = Buffer.alloc(length, 7);
  const copy = copySmall(body);
  body.fill(0);
  expect([copy.length, new Set(copy)]).toEqual([length, new Set([7])]);
});

test.each([0, copiedBodyBytes + 1])("a body of %i bytes is kept as it is", (length) => {
  const body = new Uint8Array(length);
  expect(copySmall(body)).toBe(body);
});

test("a lane begins with nothing to send, nothing sent and no place among the messages in chunks", () => {
  const lane = new OutgoingLane(1, 2, 300, owner);
  expect(lane).toEqual({
    idHigh: 1,
    idLow: 2,
    owner,
    state: "idle",
    credit: 300,
    messages: [],
    offset: 0,
    isChunking: false,
  });
});
