import { describe, expect, test } from "vitest";
import { copiedBodyBytes } from "../../../runtime/connection/connection.ts";
import { createMemoryBudget, type MemoryBudget } from "../../../runtime/connection/memory-budget.ts";
import { Outbound } from "../../../runtime/connection/outbound.ts";
import type { OutgoingLane } from "../../../runtime/connection/outgoing-lane.ts";
import { fixedBytes, FrameFlag, FrameKind, maxCredit } from "../../../runtime/protocol/frame.ts";
import { FrameReader } from "../../../runtime/protocol/frame-reader.ts";
import {
  defaultLimits,
  initialConnectionBytes,
  initialStreamBytes,
  type Limits,
} from "../../../runtime/protocol/limits.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import type { Transport } from "../../../runtime/transport/transport.ts";

const kib = 1024;
const chunk = 64 * kib;

/** What leaves a connection whose transport takes all, or is full from the next write on. */
function createStage({
  limits = {},
  memory,
}: { readonly limits?: Partial<Limits>; readonly memory?: MemoryBudget } = {}) {
  const environment = createVirtualEnvironment();
  const seen = {
    frames: [] as string[],
    writes: 0,
    flushes: 0,
    flushed: 0,
    reading: [] as string[],
    first: [] as number[],
  };
  const state = { isFull: false };
  const onFrame = (frame: FrameReader): void => {
    const more = (frame.flags & FrameFlag.moreFollows) === 0 ? "" : "+";
    const id = `${frame.idHigh === 0 ? "" : `${frame.idHigh}:`}${frame.idLow}`;
    const header = frame.bodyStart > frame.headerStart ? " with header" : "";
    seen.first.push(frame.body()[0] ?? -1);
    seen.frames.push(`${id}: ${frame.body().length}${more}${header}`);
  };
  const onFault = (fault: { readonly message: string }): void => {
    throw new Error(fault.message);
  };
  const reader = new FrameReader({ onFrame, onFault }, defaultLimits);
  const transport = {
    bytesQueued: 0,
    bytesWritten: 0,
    write(bytes: Uint8Array, onWritten: () => void) {
      seen.writes++;
      reader.push(bytes);
      onWritten();
      return !state.isFull;
    },
    pause: () => void seen.reading.push("paused"),
    resume: () => void seen.reading.push("resumed"),
  } as unknown as Transport;
  const outbound = new Outbound({
    environment,
    transport,
    limits: { ...defaultLimits, ...limits },
    outboundMemory: memory,
    pausesReading: true,
    onSlowPeer: () => undefined,
    onFlush: () => void seen.flushes++,
    onFlushed: () => void seen.flushed++,
  });
  const lane = (idLow: number, idHigh = 0, assign = (_: OutgoingLane): void => undefined): OutgoingLane =>
    outbound.openLane(idHigh, idLow, { onLaneEmpty: () => undefined, assignId: assign });
  const send = (to: OutgoingLane, bytes: number, kind: number = FrameKind.response, headerBytes = 0): boolean => {
    const header = new Uint8Array(headerBytes).fill(0x80);
    return outbound.send(to, { kind, flags: 0, serialization: 1, header, body: new Uint8Array(bytes).fill(7) });
  };
  /** The frames since the last look, one turn later. */
  const turn = (): readonly string[] => {
    outbound.flush();
    return seen.frames.splice(0);
  };
  const all = (): readonly string[] => {
    environment.flush();
    return seen.frames.splice(0);
  };
  return { outbound, environment, seen, state, lane, send, turn, all };
}

/** A stage where messages wait until `release`, which takes one turn. */
function heldStage(options: Parameters<typeof createStage>[0] = {}) {
  const stage = createStage(options);
  stage.outbound.hold();
  const release = (): readonly string[] => {
    stage.outbound.release();
    return stage.seen.frames.splice(0);
  };
  return { ...stage, release };
}

describe("the order in which messages leave", () => {
  test("is that of small ones first, and large ones by turns, a chunk each", () => {
    const { lane, send, release, turn, all, outbound } = heldStage();
    for (const id of [1, 2]) expect(send(lane(id), 100 * kib)).toBe(false);
    send(lane(3), 16 * kib);
    expect(all()).toEqual([]);
    expect(release()).toEqual([`3: ${16 * kib}`, `1: ${chunk}+`, `2: ${chunk}+`]);
    expect(turn()).toEqual([`1: ${36 * kib}`, `2: ${36 * kib}`]);
    expect(outbound.isEmpty).toBe(true);
  });

  test("takes a chunk of a large one when half of a turn's bytes are small ones", () => {
    const { lane, send, release } = heldStage();
    send(lane(1), 100 * kib);
    for (let id = 2; id <= 8; id++) send(lane(id), 16 * kib);
    const small = (id: number): string => `${id}: ${16 * kib}`;
    expect(release()).toEqual([small(2), small(3), small(4), small(5), `1: ${chunk}+`]);
  });

  test("counts one byte more than 16 KiB as large", () => {
    const { lane, send, release } = heldStage();
    send(lane(1), 16 * kib + 1);
    send(lane(2), 16 * kib);
    expect(release()).toEqual([`2: ${16 * kib}`, `1: ${16 * kib + 1}`]);
  });

  test("keeps the messages of a lane in theirs, and the rest of a large one behind small ones", () => {
    const { lane, send, release, turn } = heldStage();
    const first = lane(1);
    send(first, 130 * kib);
    send(first, 5);
    send(lane(2), 130 * kib);
    expect(release()).toEqual([`1: ${chunk}+`, `2: ${chunk}+`]);
    send(lane(3), 6);
    expect(turn()).toEqual(["3: 6", `1: ${chunk}+`, `2: ${chunk}+`]);
    expect(turn()).toEqual([`1: ${2 * kib}`, "1: 5", `2: ${2 * kib}`]);
  });

  test("goes on by itself, turn after turn, and says when all has left", () => {
    const { lane, send, outbound, all, seen } = createStage();
    send(lane(1), 250 * kib);
    expect(all()).toHaveLength(4);
    expect(seen.writes).toBeGreaterThan(1);
    expect([seen.flushed > 0, outbound.isEmpty]).toEqual([true, true]);
  });
});

describe("messages in chunks", () => {
  test("have their header in the first frame, and fit the frame exactly without any", () => {
    const { lane, send, all } = createStage();
    send(lane(1), chunk + 1, FrameKind.response, 9);
    send(lane(2), chunk, FrameKind.response, 9);
    expect(all()).toEqual([`1: ${chunk}+ with header`, `2: ${chunk} with header`, "1: 1"]);
  });

  test("are no more at a time than the limit: the next begins when one has ended", () => {
    const { lane, send, all } = createStage({ limits: { maxChunkedMessages: 2 } });
    const lanes = [1, 2, 3].map((id) => lane(id));
    for (const each of lanes) send(each, 100 * kib);
    expect(all()).toEqual(
      [1, 2]
        .map((id) => `${id}: ${chunk}+`)
        .concat(`1: ${36 * kib}`, `2: ${36 * kib}`, `3: ${chunk}+`, `3: ${36 * kib}`),
    );
    for (const each of lanes) send(each, 100 * kib);
    expect(all().filter((frame) => frame.endsWith("+"))).toHaveLength(3);
  });

  test("make room when their call ends, for one that waits and whose call does not", () => {
    const { lane, send, outbound, turn, all } = createStage({ limits: { maxChunkedMessages: 1 } });
    const [first, second, third] = [lane(1), lane(2), lane(3)];
    for (const each of [first, second, third]) send(each, 200 * kib);
    expect(turn()).toContain(`1: ${chunk}+`);
    expect([second.state, third.state]).toEqual(["waiting", "waiting"]);
    outbound.closeLane(second);
    outbound.closeLane(first);
    expect([third.state, first.isChunking]).toEqual(["queued", false]);
    expect(all()).toEqual([`3: ${chunk}+`, `3: ${chunk}+`, `3: ${chunk}+`, `3: ${8 * kib}`]);
    expect(outbound.isEmpty).toBe(true);
  });
});

describe("items in chunks that their readers do not read", () => {
  /** As many streams, each with an item of which a part has left and for the rest of which there is no credit. */
  function stuckStage(count: number, maxChunkedMessages: number) {
    const stage = createStage({ limits: { maxChunkedMessages } });
    const streams = Array.from({ length: count }, (_, at) => stage.lane(at + 1));
    for (const stream of streams) {
      stream.credit = chunk;
      stage.send(stream, 100 * kib, FrameKind.item);
    }
    stage.all();
    return { ...stage, streams };
  }

  test("leave half of the places to replies", () => {
    const { streams, lane, send, all, outbound } = stuckStage(6, 8);
    expect(streams.map(({ state }) => state)).toEqual([...new Array<string>(4).fill("parked"), "waiting", "waiting"]);
    for (let id = 11; id <= 15; id++) send(lane(id), 100 * kib);
    expect(all()).toHaveLength(10);
    outbound.addLaneCredit(streams[2] as OutgoingLane, 100 * kib);
    expect(all()).toEqual([`3: ${36 * kib + fixedBytes}`, `5: ${chunk - fixedBytes}+`]);
    outbound.closeLane(streams[0] as OutgoingLane);
    expect(all()).toEqual([`6: ${chunk - fixedBytes}+`]);
  });

  test("have the only place where there is one, and give it to others in turns", () => {
    const { streams, lane, send, all, outbound } = stuckStage(3, 1);
    const replies = [lane(11), lane(12)];
    for (const reply of replies) send(reply, 100 * kib);
    expect(all()).toEqual([]);
    for (const stream of streams) outbound.addLaneCredit(stream, 100 * kib);
    const ends = all().filter((frame) => !frame.endsWith("+"));
    expect(ends.map((frame) => parseInt(frame))).toEqual([1, 2, 11, 3, 12]);
  });
});

describe("credit", () => {
  test.each([
    [0, "whole"],
    [9, "with a header"],
  ])("of a stream is paid to the byte: %i bytes of header", (headerBytes) => {
    const { lane, send, outbound, all } = createStage();
    const one = lane(1);
    one.credit = 10;
    expect(send(one, 100, FrameKind.item, headerBytes)).toBe(false);
    expect([all(), one.state]).toEqual([[], "parked"]);
    outbound.addLaneCredit(one, fixedBytes + 100 + headerBytes - 11);
    expect([all(), one.state]).toEqual([[], "parked"]);
    outbound.addLaneCredit(one, 1);
    expect(all()).toHaveLength(1);
    expect([one.credit, one.state]).toEqual([0, "idle"]);
    expect(outbound.connectionCredit).toBe(initialConnectionBytes - fixedBytes - 100 - headerBytes);
  });

  test("of the connection is waited for by all, and by nobody who has ended", () => {
    const { lane, send, outbound, all } = createStage();
    const [one, two, three] = [lane(1), lane(2), lane(3)];
    outbound.connectionCredit = 0;
    for (const each of [one, two, three]) send(each, 100, FrameKind.item);
    expect([all(), one.state, two.state]).toEqual([[], "parked", "parked"]);
    outbound.closeLane(two);
    outbound.addConnectionCredit(240);
    expect([all(), two.state, outbound.connectionCredit]).toEqual([["1: 100", "3: 100"], "closed", 0]);
    outbound.addConnectionCredit(1_000);
    expect(all()).toEqual([]);
  });

  test("of the connection is for items only", () => {
    const { lane, send, outbound, all } = createStage();
    outbound.connectionCredit = 0;
    send(lane(1), 100);
    send(lane(2), 100 * kib);
    expect(all()).toEqual(["1: 100", `2: ${chunk}+`, `2: ${36 * kib}`]);
    expect(outbound.connectionCredit).toBe(0);
  });

  test("does not wake a lane that waits for that of its stream when some comes for the connection", () => {
    const { lane, send, outbound, all } = createStage();
    const one = lane(1);
    one.credit = 0;
    outbound.connectionCredit = 0;
    send(one, 100, FrameKind.item);
    expect(all()).toEqual([]);
    outbound.addConnectionCredit(1_000);
    expect([all(), one.state]).toEqual([[], "parked"]);
    outbound.addLaneCredit(one, 120);
    expect(all()).toEqual(["1: 100"]);
  });

  test("lets part of a long message go from 16 KiB on", () => {
    const { lane, send, outbound, all } = createStage();
    const one = lane(1);
    one.credit = fixedBytes + 9 + 16 * kib - 1;
    send(one, 100 * kib, FrameKind.item, 9);
    expect(all()).toEqual([]);
    outbound.addLaneCredit(one, 1);
    expect([all(), one.credit]).toEqual([[`1: ${16 * kib}+ with header`], 0]);
    outbound.addLaneCredit(one, 200 * kib);
    expect(all()).toEqual([`1: ${chunk}+`, `1: ${20 * kib}`]);
    expect(one.credit).toBe(200 * kib - 84 * kib - 2 * fixedBytes);
  });

  test("is at most 2^31 - 1 in sum", () => {
    const { lane, outbound } = createStage();
    const one = lane(1);
    expect(outbound.addLaneCredit(one, maxCredit - initialStreamBytes)).toBe(true);
    expect(outbound.addLaneCredit(one, 1)).toBe(false);
    expect(outbound.addConnectionCredit(maxCredit - initialConnectionBytes)).toBe(true);
    expect(outbound.addConnectionCredit(1)).toBe(false);
  });
});

describe("what waits", () => {
  test("is counted until all of it has left or its call ends", () => {
    const memory = createMemoryBudget(10_000_000);
    const { lane, send, outbound, release, turn } = heldStage({ memory });
    const [one, two, three] = [lane(1), lane(2), lane(3)];
    send(one, 200 * kib);
    send(two, 200 * kib, FrameKind.item);
    send(three, 1_000);
    const counts = () => [outbound.waitingBytes, memory.usedBytes, outbound.waitingReplies, outbound.repliedBytes];
    expect(counts()).toEqual([400 * kib + 1_000, 400 * kib + 1_000, 2, 0]);
    outbound.closeLane(three);
    expect(counts()).toEqual([400 * kib, 400 * kib, 1, 1_000]);
    release();
    expect(counts()).toEqual([400 * kib, 400 * kib, 1, 1_000 + chunk]);
    while (!outbound.isEmpty) turn();
    expect(counts()).toEqual([0, 0, 0, 1_000 + 200 * kib]);
    outbound.closeLane(one);
    expect([one.state, send(one, 5), turn()]).toEqual(["closed", true, []]);
  });

  test("has room up to the limits of the connection and of all", () => {
    const memory = createMemoryBudget(1_500);
    const { lane, send, outbound } = heldStage({ limits: { maxOutboundBytes: 1_000 }, memory });
    expect([outbound.hasRoom(1_000), outbound.hasRoom(1_001)]).toEqual([true, false]);
    send(lane(1), 400);
    expect([outbound.hasRoom(600), outbound.hasRoom(601)]).toEqual([true, false]);
    memory.charge(1_000);
    expect([outbound.hasRoom(100), outbound.hasRoom(101)]).toEqual([true, false]);
  });

  test("is a copy where it is small, as its memory may be used again", () => {
    const { lane, outbound, release, seen } = heldStage();
    const bodies = [copiedBodyBytes, copiedBodyBytes + 1].map((bytes) => new Uint8Array(bytes).fill(7));
    for (const [index, body] of bodies.entries()) {
      outbound.send(lane(index + 1), {
        kind: FrameKind.response,
        flags: 0,
        serialization: 1,
        header: new Uint8Array(0),
        body,
      });
      body.fill(8);
    }
    release();
    expect(seen.first).toEqual([7, 8]);
  });

  test("stops the reading while the transport is full, above the limit", () => {
    const { lane, send, outbound, seen, state, all } = createStage({ limits: { outboundPauseBytes: 1_000 } });
    state.isFull = true;
    send(lane(1), 10);
    all();
    expect([outbound.blocked, outbound.isReadingPaused, seen.flushed]).toEqual([true, false, 0]);
    send(lane(2), 1_001);
    expect([outbound.isReadingPaused, seen.reading, all()]).toEqual([true, ["paused"], []]);
    state.isFull = false;
    outbound.onDrain();
    expect([outbound.isReadingPaused, seen.reading]).toEqual([false, ["paused", "resumed"]]);
    expect(all()).toEqual(["2: 1001"]);
  });
});

describe("a turn", () => {
  test("is asked for once, and not any more when the connection has ended", () => {
    const { outbound, environment, seen } = createStage();
    outbound.wake();
    outbound.wake();
    environment.flush();
    expect(seen.flushes).toBe(1);
    outbound.close();
    outbound.wake();
    environment.flush();
    expect(seen.flushes).toBe(1);
  });

  test("writes nothing while everything is held, not even what is asked for in between", () => {
    const { outbound, seen, all, release } = heldStage();
    outbound.writeCredit(0, 1, 5);
    outbound.blocked = false;
    expect([all(), outbound.isEmpty]).toEqual([[], false]);
    expect([release().length, seen.writes, outbound.isEmpty]).toEqual([1, 1, true]);
  });

  test("writes past the queues what fits a frame, while not too much was written", () => {
    const { outbound, lane, send, turn } = createStage();
    expect([outbound.canWrite(chunk), outbound.canWrite(chunk + 1)]).toEqual([true, false]);
    const each = 16 * kib - fixedBytes;
    for (let id = 1; id < 32; id++) expect(send(lane(id), each)).toBe(true);
    expect(outbound.canWrite(1)).toBe(true);
    send(lane(32), each);
    expect([outbound.writer.waitingBytes, outbound.canWrite(1)]).toEqual([512 * kib, false]);
    expect(turn()).toHaveLength(32);
    outbound.blocked = true;
    expect(outbound.canWrite(1)).toBe(false);
  });

  test("gives a lane its id with its first frame only", () => {
    const { lane, send, all } = createStage();
    const assigned: number[] = [];
    const assign = (one: OutgoingLane): void => {
      assigned.push(one.idLow);
      one.idLow = 9;
    };
    const fresh = lane(0, 0, assign);
    send(fresh, 100 * kib);
    send(lane(0, 1, assign), 100 * kib);
    send(lane(0, 2, assign), 5);
    expect(all()).toEqual(["2:0: 5", `9: ${chunk}+`, `1:0: ${chunk}+`, `9: ${36 * kib}`, `1:0: ${36 * kib}`]);
    expect(assigned).toEqual([0]);
  });
});
