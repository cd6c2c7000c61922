import { describe, expect, test } from "vitest";
import type { OutgoingFailure } from "../../../runtime/connection/connection.ts";
import { decodeFailure, encodeFailure } from "../../../runtime/connection/failure.ts";
import { RpcError, type RpcErrorInit } from "../../../runtime/errors/rpc-error.ts";
import { HeaderTag } from "../../../runtime/protocol/frame.ts";
import { HeaderReader } from "../../../runtime/protocol/header-reader.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";

function read(header: Uint8Array): HeaderReader {
  const reader = new HeaderReader(defaultLimits);
  expect(reader.read(header, 0, header.length)).toBe("ok");
  return reader;
}

/** The header of an error frame, as the other side reads it. */
function sent(init: Partial<RpcErrorInit>, more: Partial<OutgoingFailure> = {}): HeaderReader {
  return read(encodeFailure({ error: new RpcError({ message: "", ...init }), ...more }, defaultLimits));
}

const arrived = (init: Partial<RpcErrorInit>): RpcError => decodeFailure(sent(init));
const tagsOf = (header: HeaderReader): number[] => Object.values(HeaderTag).filter((tag) => header.has(tag));

describe("an error", () => {
  test("travels with what it has, and nothing else", () => {
    const header = sent({ code: 5 });
    expect(tagsOf(header)).toEqual([HeaderTag.errorCode, HeaderTag.errorReason]);
    expect(header.metadataEntries).toBe(0);
    expect(decodeFailure(header)).toMatchObject({
      ...{ code: 5, reason: "application", message: "", errorId: undefined, details: [] },
      ...{ metadata: undefined, retryAfterMs: undefined, origin: "remote" },
    });
  });

  test("arrives as it was", () => {
    const all = {
      code: 9,
      reason: "limit_exceeded",
      message: "größer",
      errorId: "e-1",
      details: [{ a: 1 }, "b"],
    } as const;
    const metadata = [
      ["k", "1"],
      ["k", "2"],
    ] as const;
    expect(arrived({ ...all, metadata, retryAfterMs: 7 })).toMatchObject({ ...all, metadata, retryAfterMs: 7 });
    expect(sent({}, { errorType: "a.v1.Gone" }).text(HeaderTag.errorType)).toBe("a.v1.Gone");
  });

  test("of a frame that says nothing is unknown", () => {
    const failure = decodeFailure(read(new Uint8Array(0)));
    expect([failure.code, failure.reason, failure.message]).toEqual([2, "application", ""]);
    const strange = new HeaderWriter().number(HeaderTag.errorCode, 17).text(HeaderTag.errorReason, "bad_moon").finish();
    expect(decodeFailure(read(strange))).toMatchObject({ code: 2, reason: "application" });
  });

  test("says that its call may be sent again only when no handler has run", () => {
    for (const reason of ["too_many_calls", "draining"] as const)
      for (const [notStarted, shown] of [
        [true, reason],
        [false, "application"],
        [undefined, "application"],
      ] as const)
        expect(sent({ reason }, { notStarted }).text(HeaderTag.errorReason)).toBe(shown);
    expect(sent({ reason: "connection_lost" }).text(HeaderTag.errorReason)).toBe("connection_lost");
  });

  test("whose metadata breaks a rule travels without it", () => {
    expect(arrived({ message: "m", metadata: [["Key", "v"]] })).toMatchObject({ message: "m", metadata: undefined });
  });
});

describe("the message of an error", () => {
  test.each([
    ["x".repeat(1_024), 1_024],
    ["x".repeat(1_025), 1_024],
    ["ü".repeat(512), 1_024],
    [`x${"ü".repeat(512)}`, 1_023],
    [`${"x".repeat(1_022)}☃`, 1_022],
    [`${"x".repeat(1_021)}☃`, 1_024],
    [`${"x".repeat(1_023)}😀`, 1_023],
    ["😀".repeat(2_000), 1_024],
  ])("has at most 1,024 bytes and whole characters: %#", (message, bytes) => {
    const text = sent({ message }).text(HeaderTag.errorMessage) ?? "";
    expect([Buffer.byteLength(text), message.startsWith(text)]).toEqual([bytes, true]);
  });

  test("and its id are cut where they arrive as well", () => {
    const header = new HeaderWriter()
      .text(HeaderTag.errorMessage, "m".repeat(2_000))
      .text(HeaderTag.errorId, "i".repeat(2_000));
    const { message, errorId } = decodeFailure(read(header.finish()));
    expect([message.length, errorId?.length]).toEqual([1_024, 256]);
    expect(sent({ errorId: "i".repeat(300) }).text(HeaderTag.errorId)).toHaveLength(256);
  });
});

describe("the details of an error", () => {
  const ofBytes = (bytes: number): string[] => ["x".repeat(bytes - 4)];

  test("have at most 4 KiB in JSON, or are left out", () => {
    expect(arrived({ details: ofBytes(4_096) }).details).toEqual(ofBytes(4_096));
    for (const details of [ofBytes(4_097), ["ü".repeat(2_047)], [1n], [{ toJSON: () => undefined }, 2n]])
      expect(sent({ details }).has(HeaderTag.errorDetails)).toBe(false);
    expect(arrived({ details: ["ü".repeat(2_046)] }).details).toEqual(["ü".repeat(2_046)]);
  });

  test.each([
    ["[1]", [1]],
    ["{}", []],
    ["5", []],
    ["[1", []],
    ["", []],
    [JSON.stringify(ofBytes(4_096)), ofBytes(4_096)],
    [JSON.stringify(ofBytes(4_097)), []],
  ])("that arrive are an array, or none: %#", (text, details) => {
    const header = new HeaderWriter().text(HeaderTag.errorDetails, text).finish();
    expect(decodeFailure(read(header)).details).toEqual(details);
  });
});

test.each([
  [0, 0],
  [1, 1],
  [1.2, 2],
  [-5, 0],
  [0xfffffffe, 0xfffffffe],
  [0xffffffff, 0xfffffffe],
  [1e20, 0xfffffffe],
  [Infinity, Infinity],
])("a retry after %d ms arrives as %d", (retryAfterMs, wanted) => {
  expect(arrived({ retryAfterMs }).retryAfterMs).toBe(wanted);
});
