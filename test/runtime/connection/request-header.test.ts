import { describe, expect, test } from "vitest";
import type { OutgoingRequest } from "../../../runtime/connection/connection.ts";
import { encodeRequestHeader, writeExtra } from "../../../runtime/connection/request-header.ts";
import { HeaderTag } from "../../../runtime/protocol/frame.ts";
import { decodeMetadata, headerEntries, HeaderReader } from "../../../runtime/protocol/header-reader.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";

function extraOf(request: Partial<OutgoingRequest>): Uint8Array {
  const header = new HeaderWriter();
  writeExtra(
    header,
    { methodId: 1, body: new Uint8Array(0), receiver: {}, ...request } as OutgoingRequest,
    defaultLimits,
  );
  return header.finish();
}

function read(header: Uint8Array): HeaderReader {
  const reader = new HeaderReader(defaultLimits);
  expect(reader.read(header, 0, header.length)).toBe("ok");
  return reader;
}

const tagsOf = (header: Uint8Array): number[] => [...headerEntries(header, 0, header.length)].map(([tag]) => tag);
const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };

describe("the rarer part of a request's header", () => {
  test("is empty for a request that has nothing rare, a first attempt among them", () => {
    expect(tagsOf(extraOf({}))).toEqual([]);
    expect(tagsOf(extraOf({ attempt: 0, metadata: [], priority: undefined }))).toEqual([]);
  });

  test("holds what the request has", () => {
    const metadata = [["k", "v"]] as const;
    const header = extraOf({ methodPath: "/a.B/C", attempt: 2, priority: 0, trace, metadata });
    const reader = read(header);
    expect(reader).toMatchObject({ attempt: 2, priority: 0 });
    expect([reader.text(HeaderTag.methodPath), decodeMetadata(reader.retainMetadata())]).toEqual(["/a.B/C", metadata]);
    expect(reader.trace()).toEqual({ ...trace, state: undefined, baggage: undefined });
  });

  test("has no trace that is not valid, and no state or baggage that is empty or too long", () => {
    expect(tagsOf(extraOf({ trace: { ...trace, traceId: "0".repeat(32) } }))).toEqual([]);
    for (const [state, baggage, tags] of [
      ["s", "b", [0x83, 0x84, 0x85]],
      ["", "", [0x83]],
      ["s".repeat(512), "b".repeat(8_192), [0x83, 0x84, 0x85]],
      ["s".repeat(513), "b".repeat(8_193), [0x83]],
    ] as const) {
      const header = extraOf({ trace: { ...trace, state, baggage } });
      expect(tagsOf(header)).toEqual(tags);
      if (tags.length > 1) expect(read(header).trace()).toEqual({ ...trace, state, baggage });
    }
  });
});

test("the header of a request that waited has method, deadline and the rest", () => {
  const extra = extraOf({ attempt: 3 });
  for (const [hasDeadline, rest, hex] of [
    [false, new Uint8Array(0), "010481020304"],
    [true, new Uint8Array(0), "010481020304030485060708"],
    [false, extra, "010481020304810103"],
    [true, extra, "010481020304030485060708810103"],
  ] as const) {
    const header = encodeRequestHeader(0x81020304, hasDeadline, 0x85060708, rest);
    expect(Buffer.from(header).toString("hex")).toBe(hex);
  }
});
