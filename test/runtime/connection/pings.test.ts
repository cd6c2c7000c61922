import { describe, expect, test } from "vitest";
import { Pings, type PingsLink } from "../../../runtime/connection/pings.ts";
import { FrameReader } from "../../../runtime/protocol/frame-reader.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";

interface Bench {
  readonly pings: Pings;
  /** `kind:id` of the frames that were written. */
  readonly written: string[];
  readonly outbound: { blocked: boolean };
  /** A ping with this id comes, long after the one before. @returns what is wrong with it */
  receive(id: number, payload?: readonly number[]): string | undefined;
}

function createBench(): Bench {
  const written: string[] = [];
  let nowMs = 0;
  const outbound = {
    blocked: false,
    writeFrame: (kind: number, _serialization: number, _flags: number, idHigh: number, idLow: number) =>
      void written.push(`${kind}:${idHigh.toString(16)}/${idLow}`),
  };
  const environment = { now: () => nowMs };
  const pings = new Pings({ environment, limits: defaultLimits, outbound, hasCalls: false } as unknown as PingsLink);
  return {
    pings,
    written,
    outbound,
    receive(id, payload = []) {
      nowMs += defaultLimits.minIdlePingIntervalMs;
      let fault: string | undefined;
      const sink = {
        onFrame: (frame: FrameReader) => void (fault = pings.onPing(frame)?.message),
        onFault: ({ message }: { readonly message: string }) => void (fault = message),
      };
      const header = [0x3b, 0xef, 1, 8, 0, 0, 0, payload.length, 0, 0, 0, 0];
      new FrameReader(sink, defaultLimits).push(Uint8Array.from([...header, 0xa, 0, 0, 0, 0, 0, 0, id, ...payload]));
      return fault;
    },
  };
}

describe("a ping", () => {
  test("is answered at once, with its id, and once", () => {
    const { pings, written, receive } = createBench();
    pings.answer();
    expect([receive(1), receive(2)]).toEqual([undefined, undefined]);
    pings.answer();
    expect(written).toEqual(["9:a000000/1", "9:a000000/2"]);
  });

  test("waits while the transport is full; of several only the last is answered [PNG-1]", () => {
    const { pings, written, outbound, receive } = createBench();
    outbound.blocked = true;
    for (const id of [1, 2, 3]) receive(id);
    expect(written).toEqual([]);
    outbound.blocked = false;
    pings.answer();
    pings.answer();
    expect(written).toEqual(["9:a000000/3"]);
  });

  test("with a body is a fault and not answered", () => {
    const { written, receive } = createBench();
    expect([receive(1, [0]), written]).toEqual(["A ping has neither header nor body.", []]);
  });

  test("of ours has another id each time", () => {
    const { pings, written } = createBench();
    for (let count = 0; count < 3; count++) pings.send();
    expect(written).toEqual(["8:0/1", "8:0/2", "8:0/3"]);
  });
});
