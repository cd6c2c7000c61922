import { describe, expect, test } from "vitest";
import type { ConnectionState } from "../../../runtime/connection/connection.ts";
import { IncomingLane } from "../../../runtime/connection/incoming-lane.ts";
import { createMemoryBudget, type MemoryBudget } from "../../../runtime/connection/memory-budget.ts";
import { MessageReceiver, type MessageReceiverLink } from "../../../runtime/connection/message-receiver.ts";
import { FrameFlag, FrameKind } from "../../../runtime/protocol/frame.ts";
import { FrameReader } from "../../../runtime/protocol/frame-reader.ts";
import { createLimits, type Limits } from "../../../runtime/protocol/limits.ts";

interface Bench {
  readonly receiver: MessageReceiver;
  readonly memory: MemoryBudget;
  /** `id:bytes` of the credit that was given; id 0 is the connection. */
  readonly credit: string[];
  readonly faults: string[];
  state: ConnectionState;
  idleFrames: number;
}

function createBench(changes: Partial<Limits> = {}, maxMemoryBytes = Infinity): Bench {
  const memory = createMemoryBudget(maxMemoryBytes);
  const credit: string[] = [];
  const faults: string[] = [];
  const outbound = { writeCredit: (_high: number, low: number, bytes: number) => void credit.push(`${low}:${bytes}`) };
  const link = {
    limits: createLimits(changes),
    outbound,
    memory,
    get state(): ConnectionState {
      return bench.state;
    },
    onFault: ({ code, message }: { readonly code: number; readonly message: string }) =>
      void faults.push(`${code} ${message}`),
    chargeIdle: () => void bench.idleFrames++,
  };
  const receiver = new MessageReceiver(link as unknown as MessageReceiverLink);
  const bench: Bench = { receiver, memory, credit, faults, state: "open", idleFrames: 0 };
  return bench;
}

const newLane = (): IncomingLane => new IncomingLane(262_144);
const { item, response } = FrameKind;
const more = FrameFlag.moreFollows;

/** Calls `visit` with a frame of this many bytes of body. */
function withFrame<T>(kind: number, flags: number, id: number, bytes: number, visit: (reader: FrameReader) => T): T {
  const frame = Buffer.alloc(20 + bytes, id);
  frame.set([0x3b, 0xef, 1, kind, 0, 0, 0, 0, 0, 0, 1, flags, 0, 0, 0, 0, 0, 0, 0, id]);
  frame.writeUInt32BE(bytes, 4);
  const results: T[] = [];
  const sink = { onFrame: (reader: FrameReader) => void results.push(visit(reader)), onFault: () => expect.fail() };
  new FrameReader(sink, { maxFrameBytes: 1_000_000, maxHeaderBytes: 1_000 }).push(frame);
  return results[0] as T;
}

/** Gives a frame to the receiver. @returns the length of the message and what it cost, or why there is none */
function receive(
  { receiver }: Bench,
  lane: IncomingLane,
  kind: number,
  flags: number,
  id: number,
  bytes: number,
): string {
  const found = withFrame(kind, flags, id, bytes, (reader) => receiver.receive(reader, lane));
  return typeof found === "string" ? found : `${found.body.length} for ${found.cost}`;
}

describe("a message in one frame", () => {
  test("costs credit when it is an item, and memory until it was used", () => {
    const bench = createBench();
    const lane = newLane();
    expect(receive(bench, lane, response, 0, 1, 100)).toBe("100 for 0");
    expect([bench.memory.usedBytes, lane.window.outstanding]).toEqual([0, 262_144]);
    expect(receive(bench, lane, item, 0, 1, 100)).toBe("100 for 120");
    expect([bench.memory.usedBytes, lane.window.outstanding, lane.window.held]).toEqual([120, 262_024, 120]);
    bench.receiver.consume(lane, 0, 1, 120);
    expect([bench.memory.usedBytes, lane.window.held, bench.receiver.window.held]).toEqual([0, 0, 0]);
  });

  test("says whose credit it exceeds", () => {
    const ofStream = createBench({ connectionCreditBytes: 2 ** 30 });
    expect(receive(ofStream, newLane(), item, 0, 1, 262_124)).toBe("262124 for 262144");
    expect(receive(ofStream, newLane(), item, 0, 1, 262_125)).toBe("fault");
    expect(ofStream.faults).toEqual(["3 The peer sent more than the credit of the stream allows."]);
    const ofConnection = createBench();
    for (let count = 0; count < 4; count++) receive(ofConnection, newLane(), item, 0, 1, 262_124);
    expect(ofConnection.faults).toEqual([]);
    expect(receive(ofConnection, newLane(), item, 0, 1, 0)).toBe("fault");
    expect(ofConnection.faults).toEqual(["3 The peer sent more than the credit of the connection allows."]);
  });

  test("that no memory is left for is none", () => {
    const bench = createBench({}, 119);
    expect([receive(bench, newLane(), item, 0, 1, 100), bench.memory.usedBytes]).toEqual(["no_memory", 0]);
  });

  test("for a call that is over moves the credit of the connection, which comes back at once", () => {
    const bench = createBench();
    const discard = (bytes: number): boolean =>
      withFrame(item, 0, 1, bytes, (reader) => bench.receiver.discardItem(reader));
    expect([discard(500_000), bench.credit]).toEqual([true, []]);
    expect([discard(30_000), bench.credit]).toEqual([true, ["0:530040"]]);
    bench.receiver.window.outstanding = 10;
    expect([discard(0), bench.faults]).toEqual([
      false,
      ["3 The peer sent more than the credit of the connection allows."],
    ]);
  });
});

describe("a message in chunks", () => {
  test("is whole with its last chunk; the parts of it are memory until then", () => {
    const bench = createBench();
    for (const [kind, wanted, held] of [
      [response, "300 for 0", 0],
      [item, "300 for 360", 360],
    ] as const) {
      const lane = newLane();
      expect([100, 150].map((bytes) => receive(bench, lane, kind, more, 1, bytes))).toEqual(["more", "more"]);
      expect([bench.receiver.partialBytes, bench.memory.usedBytes]).toEqual([250, 250]);
      expect(receive(bench, lane, kind, 0, 1, 50)).toBe(wanted);
      expect([bench.receiver.partialBytes, bench.memory.usedBytes, lane.window.held]).toEqual([0, held, held]);
      bench.receiver.closeLane(lane);
      expect([bench.memory.usedBytes, lane.window.held, bench.receiver.window.held]).toEqual([0, 0, 0]);
    }
    expect(bench.idleFrames).toBe(0);
  });

  test("that is given up gives its memory back", () => {
    const bench = createBench({ maxMessageBytes: 120 }, 400);
    const [first, second, third] = [newLane(), newLane(), newLane()];
    expect(receive(bench, first, item, more, 1, 100)).toBe("more");
    expect(receive(bench, first, item, more, 1, 21)).toBe("too_long");
    expect(receive(bench, second, item, more, 2, 110)).toBe("more");
    expect(receive(bench, third, item, more, 3, 170)).toBe("no_memory");
    for (const lane of [first, second, third]) bench.receiver.closeLane(lane);
    expect([bench.memory.usedBytes, bench.receiver.partialBytes]).toEqual([0, 0]);
  });

  test("that no memory is left for as an item fails with its last chunk", () => {
    const bench = createBench({}, 139);
    const lane = newLane();
    expect(receive(bench, lane, item, more, 1, 100)).toBe("more");
    expect([receive(bench, lane, item, 0, 1, 0), bench.memory.usedBytes]).toEqual(["no_memory", 0]);
  });

  test("may not be interrupted by one of another kind, nor be one too many", () => {
    const bench = createBench({ maxChunkedMessages: 2 });
    const [first, second, third] = [newLane(), newLane(), newLane()];
    receive(bench, first, item, more, 1, 10);
    expect(receive(bench, first, response, 0, 1, 10)).toBe("fault");
    receive(bench, second, item, more, 2, 10);
    expect(receive(bench, third, item, more, 3, 10)).toBe("fault");
    expect(bench.faults).toEqual([
      "1 A message in chunks was interrupted.",
      "1 More than 2 messages are under way in chunks.",
    ]);
  });

  test("of no bytes brings nothing forward", () => {
    const bench = createBench();
    expect(receive(bench, newLane(), item, more, 1, 0)).toBe("more");
    expect(bench.idleFrames).toBe(1);
  });

  test("gives its credit back as it comes, half a window at a time, and none once the connection is closed", () => {
    const bench = createBench();
    const lane = newLane();
    expect([receive(bench, lane, response, more, 7, 131_051), bench.credit]).toEqual(["more", []]);
    expect([receive(bench, lane, response, more, 7, 0), bench.credit]).toEqual(["more", ["7:131091"]]);
    bench.state = "closed";
    expect(receive(bench, lane, response, more, 7, 200_000)).toBe("fault");
    bench.receiver.closeLane(lane);
    expect(bench.credit).toEqual(["7:131091"]);
  });

  test("waits for the oldest when too much has come in part, and goes on after it", () => {
    const bench = createBench({ maxPartialBytes: 200_000 });
    const [first, second, third] = [newLane(), newLane(), newLane()];
    receive(bench, first, response, more, 1, 140_000);
    expect(bench.credit).toEqual(["1:140020"]);
    receive(bench, second, response, more, 2, 150_000);
    receive(bench, third, response, more, 3, 150_000);
    receive(bench, first, response, more, 1, 140_000);
    expect(bench.credit).toEqual(["1:140020", "1:140020"]);
    receive(bench, first, response, 0, 1, 0);
    expect(bench.credit.slice(2)).toEqual(["2:150020"]);
    bench.receiver.closeLane(second);
    expect(bench.credit.slice(3)).toEqual(["3:150020"]);
  });

  test("that is an item whose reader is slow holds up no reply", () => {
    const bench = createBench({ maxPartialBytes: 200_000 });
    const [stream, reply, other] = [newLane(), newLane(), newLane()];
    receive(bench, stream, item, 0, 1, 140_000);
    receive(bench, stream, item, more, 1, 110_000);
    receive(bench, reply, response, more, 2, 140_000);
    receive(bench, other, response, more, 3, 140_000);
    expect(bench.credit).toEqual(["2:140020"]);
    bench.receiver.closeLane(reply);
    expect(bench.credit.slice(1)).toEqual(["3:140020"]);
  });

  test("that ends on a connection that is closed lets nobody go on", () => {
    const bench = createBench({ maxPartialBytes: 200_000 });
    const [first, second] = [newLane(), newLane()];
    receive(bench, first, response, more, 1, 140_000);
    receive(bench, second, response, more, 2, 150_000);
    bench.state = "closed";
    bench.receiver.closeLane(first);
    expect(bench.credit).toEqual(["1:140020"]);
  });
});
