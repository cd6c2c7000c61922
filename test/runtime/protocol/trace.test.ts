import { describe, expect, test } from "vitest";
import { HeaderTag } from "../../../runtime/protocol/frame.ts";
import { HeaderReader } from "../../../runtime/protocol/header-reader.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";
import { decodeTraceIds, encodeTraceIds, isTraceContext } from "../../../runtime/protocol/trace.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("identifiers of a trace", () => {
  test("are 16 and 8 bytes and one of flags, and come back", () => {
    const bytes = encodeTraceIds({ traceId, spanId, flags: 0x81 });
    expect(Buffer.from(bytes).toString("hex")).toBe(`${traceId}${spanId}81`);
    expect(decodeTraceIds(bytes)).toEqual({ traceId, spanId, flags: 0x81 });
  });

  test.each([
    [{ traceId, spanId, flags: 0 }, true],
    [{ traceId, spanId, flags: 255 }, true],
    [{ traceId: `${"0".repeat(31)}1`, spanId: `${"0".repeat(15)}a`, flags: 1 }, true],
    [{ traceId: `1${"0".repeat(31)}`, spanId: `a${"0".repeat(15)}`, flags: 1 }, true],
    [{ traceId, spanId, flags: 256 }, false],
    [{ traceId, spanId, flags: -1 }, false],
    [{ traceId, spanId, flags: 1.5 }, false],
    [{ traceId: "0".repeat(32), spanId, flags: 1 }, false],
    [{ traceId, spanId: "0".repeat(16), flags: 1 }, false],
    [{ traceId: traceId.slice(1), spanId, flags: 1 }, false],
    [{ traceId: `${traceId}0`, spanId, flags: 1 }, false],
    [{ traceId, spanId: spanId.slice(1), flags: 1 }, false],
    [{ traceId, spanId: `${spanId}0`, flags: 1 }, false],
    [{ traceId: traceId.toUpperCase(), spanId, flags: 1 }, false],
    [{ traceId: `x${traceId.slice(1)}`, spanId, flags: 1 }, false],
    [{ traceId: `${traceId.slice(1)}x`, spanId, flags: 1 }, false],
    [{ traceId, spanId: `x${spanId.slice(1)}`, flags: 1 }, false],
    [{ traceId, spanId: `${spanId.slice(1)}x`, flags: 1 }, false],
  ])("%j may travel: %s", (context, mayTravel) => {
    expect(isTraceContext(context)).toBe(mayTravel);
  });

  test("of zeros mean none", () => {
    expect(decodeTraceIds(new Uint8Array(25).fill(1, 16))).toBeUndefined();
    expect(decodeTraceIds(new Uint8Array(25).fill(1, 0, 16))).toBeUndefined();
  });
});

describe("a header", () => {
  const read = (writer: HeaderWriter): HeaderReader => {
    const reader = new HeaderReader(defaultLimits);
    const bytes = writer.finish();
    expect(reader.read(bytes, 0, bytes.length)).toBe("ok");
    return reader;
  };
  const ids = encodeTraceIds({ traceId, spanId, flags: 1 });

  test("tells where its call stands in a trace, first tag or not", () => {
    const first = new HeaderWriter().raw(HeaderTag.traceContext, ids);
    expect(read(first).trace()).toEqual({ traceId, spanId, flags: 1, state: undefined, baggage: undefined });
    const later = new HeaderWriter().text(HeaderTag.traceState, "a=1").raw(HeaderTag.traceContext, ids);
    expect(read(later.text(HeaderTag.baggage, "tenant=blue")).trace()).toEqual({
      traceId,
      spanId,
      flags: 1,
      state: "a=1",
      baggage: "tenant=blue",
    });
  });

  test("without a trace, or with one of zeros, tells none", () => {
    expect(read(new HeaderWriter().text(HeaderTag.traceState, "a=1")).trace()).toBeUndefined();
    expect(read(new HeaderWriter().raw(HeaderTag.traceContext, new Uint8Array(25))).trace()).toBeUndefined();
  });

  test("is written anew after a reset", () => {
    const writer = new HeaderWriter().raw(HeaderTag.traceContext, ids).reset().number(HeaderTag.attempt, 5);
    expect(Buffer.from(writer.finish()).toString("hex")).toBe("810105");
  });
});
