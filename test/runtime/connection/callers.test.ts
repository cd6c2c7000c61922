import { describe, expect, test } from "vitest";
import type { ReplyReceiver } from "../../../runtime/connection/connection.ts";
import type { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { FrameKind } from "../../../runtime/protocol/frame.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";
import { createRawServerWorld, type RawServerWorld, serverOption } from "../../hostile/raw-server.ts";
import { credit, frame, noBody } from "./world.ts";

/** What a caller may do with its call, in which order, and what leaves then. */
const kinds = (world: RawServerWorld): number[] => world.frames.map(({ kind }) => kind);
const reply = (kind: number, flags: number, header = noBody, body = Buffer.from("x")): Uint8Array =>
  frame({ kind, sequence: 1, serialization: 1, flags, header, body: kind === FrameKind.end ? noBody : body });
const withLimit = (name: string, value: number): Uint8Array =>
  Buffer.from(
    Buffer.from(serverOption)
      .toString()
      .replace(new RegExp(`"${name}":\\d+`), `"${name}":${value}`),
  );
const metadata = (value: string): Uint8Array => new HeaderWriter().metadata([["k", value]], defaultLimits).finish();

describe("items", () => {
  test("of a call that has none, or no more, or is over, go nowhere", () => {
    const world = createRawServerWorld();
    const { call: unary } = world.start();
    expect(unary.sendItem(noBody)).toBe(true);
    unary.endItems();
    const { call: stream } = world.start({ hasItems: true });
    stream.sendItem(noBody);
    stream.endItems();
    expect(stream.sendItem(noBody)).toBe(true);
    stream.endItems();
    const { call: over } = world.start({ hasItems: true });
    world.settle();
    over.cancel();
    expect(over.sendItem(noBody)).toBe(true);
    over.endItems();
    world.settle();
    const { request, item, end, cancel } = FrameKind;
    expect(kinds(world)).toEqual([request, request, item, end, request, cancel]);
  });

  test("of a call that is over before it had a place go nowhere, and so does its cancel", () => {
    const world = createRawServerWorld({ option: withLimit("MaxCalls", 1) });
    world.start();
    const waiting = world.start({ hasItems: true });
    waiting.call.cancel();
    expect(waiting.call.sendItem(noBody)).toBe(true);
    world.settle();
    expect([kinds(world), waiting.outcomes]).toEqual([[FrameKind.request], 1]);
  });

  test("may be as long as the server takes, to the byte", () => {
    const world = createRawServerWorld({ option: withLimit("MaxMessageBytes", 100) });
    const outcome = world.start({ hasItems: true });
    outcome.call.sendItem(Buffer.alloc(100));
    expect(outcome.outcomes).toBe(0);
    expect(outcome.call.sendItem(Buffer.alloc(101))).toBe(true);
    world.settle();
    expect(outcome.error).toMatchObject({ reason: "limit_exceeded", origin: "local" });
    expect(kinds(world)).toEqual([FrameKind.request, FrameKind.item, FrameKind.cancel]);
    expect(world.frames.at(-1)?.header.errorCode).toBe(8);
  });

  test("that waited with their call leave with it, and their sender is told when they did", () => {
    for (const [bytes, told] of [
      [10, 1],
      [150_000, 0],
    ] as const) {
      const world = createRawServerWorld({ option: withLimit("MaxCalls", 1) });
      world.start();
      const outcome = world.start({ hasItems: true });
      for (let count = 0; count < 2; count++) expect(outcome.call.sendItem(Buffer.alloc(bytes))).toBe(false);
      world.settle();
      expect([kinds(world), outcome.writable]).toEqual([[FrameKind.request], 0]);
      world.send(reply(FrameKind.response, 0x10));
      world.settle(5);
      expect(outcome.writable).toBe(told);
      world.send(credit(100_000, 2));
      world.settle(5);
      expect(outcome.writable).toBe(1);
    }
  });

  test("that wait for credit need nobody who wants to be told", () => {
    const world = createRawServerWorld();
    const seen: string[] = [];
    const receiver: ReplyReceiver = {
      onResponse: () => void seen.push("response"),
      onItem: () => void seen.push("item"),
      onEnd: () => void seen.push("end"),
      onError: (error) => void seen.push(error.reason),
    };
    const { call } = world.start({ hasItems: true, receiver });
    while (call.sendItem(Buffer.alloc(15_000)));
    world.settle();
    world.send(credit(200_000, 1));
    world.settle();
    world.send(reply(FrameKind.response, 0x10));
    world.settle();
    expect(seen).toEqual(["response"]);
  });
});

test("a request that had to wait for the transport tells nobody that items may be sent", () => {
  const world = createRawServerWorld();
  for (let count = 0; count < 9; count++) world.start({ body: Buffer.alloc(60_000) });
  const outcome = world.start({ body: Buffer.alloc(60_000) });
  world.settle(10);
  expect([world.frames.length, outcome.writable, outcome.outcomes]).toEqual([10, 0, 0]);
});

describe("when a call ends, there leave", () => {
  /** What the server saw of calls for whom it has one place, before and after the first of them ends. */
  function sentAfterOneEnds(line: readonly string[]): readonly string[] {
    const world = createRawServerWorld({ option: withLimit("MaxCalls", 1) });
    world.start();
    world.settle();
    for (const body of line) world.start({ body: Buffer.from(body), oneway: body.startsWith("one-way") });
    world.settle();
    expect(kinds(world)).toEqual([FrameKind.request]);
    world.send(reply(FrameKind.response, 0x10));
    world.settle();
    return world.frames.slice(1).map(({ body }) => body);
  }

  test("the call that waited longest and the one-way calls behind it, which need no place", () => {
    expect(sentAfterOneEnds(["a", "one-way 1", "one-way 2", "b", "one-way 3"])).toEqual([
      "a",
      "one-way 1",
      "one-way 2",
    ]);
  });

  test("as many calls as there are places, whatever one-way calls stand between them", () => {
    const world = createRawServerWorld({ option: withLimit("MaxCalls", 2) });
    for (let count = 0; count < 2; count++) world.start();
    world.settle();
    for (const body of ["a", "one-way", "b"]) world.start({ body: Buffer.from(body), oneway: body === "one-way" });
    for (const sequence of [1, 2]) {
      world.send(frame({ kind: FrameKind.response, sequence, lane: sequence - 1, serialization: 1, flags: 0x10 }));
      world.settle();
    }
    expect(world.frames.slice(2).map(({ body }) => body)).toEqual(["a", "one-way", "b"]);
  });
});

describe("a call has one outcome", () => {
  test("when it is cancelled before it hears that it was refused", () => {
    const world = createRawServerWorld();
    const outcome = world.start({ deadlineMs: world.environment.now() });
    outcome.call.cancel();
    world.settle();
    expect([outcome.outcomes, outcome.error?.reason, world.frames]).toEqual([1, "cancelled_by_caller", []]);
    expect(world.client.callsInProgress).toBe(0);
  });

  test("when it is one-way and cancelled before it left", () => {
    const world = createRawServerWorld();
    const outcome = world.start({ oneway: true });
    outcome.call.cancel();
    world.settle();
    expect([outcome.outcomes, outcome.error?.reason, outcome.ended]).toEqual([1, "cancelled_by_caller", undefined]);
    expect(world.client.callsInProgress).toBe(0);
  });
});

describe("metadata of a reply in chunks", () => {
  test.each([
    ["its first", metadata("first"), noBody, "first"],
    ["its last", noBody, metadata("last"), "last"],
    ["both", metadata("first"), metadata("last"), "first"],
  ])("come with %s", (_, first, last, value) => {
    for (const kind of [FrameKind.response, FrameKind.item]) {
      const world = createRawServerWorld();
      const outcome = world.start();
      world.settle();
      world.send(reply(kind, 0x40, first), reply(kind, 0x40), reply(kind, 0x10, last));
      world.settle();
      expect([outcome.response ?? outcome.items[0], outcome.metadata]).toEqual(["xxx", [["k", value]]]);
    }
  });
});

describe("a receiver that throws", () => {
  const boom = (): never => {
    throw new Error("boom");
  };
  const throwing = (): ReplyReceiver & { readonly errors: RpcError[] } => {
    const errors: RpcError[] = [];
    return {
      errors,
      onResponse: boom,
      onItem: boom,
      onEnd: boom,
      onWritable: boom,
      onError: (error) => errors.push(error),
    };
  };

  test.each([
    ["an item", [reply(FrameKind.item, 0)], true],
    ["the end", [reply(FrameKind.end, 0x10)], false],
    ["a response", [reply(FrameKind.response, 0x10)], false],
    ["the room to write", [credit(200_000, 1)], true],
  ])("at %s hears of it once, and a server that goes on is told to stop", (_, bytes, isCancelled) => {
    const world = createRawServerWorld();
    const receiver = throwing();
    const { call } = world.start({ hasItems: true, receiver });
    while (call.sendItem(Buffer.alloc(15_000)));
    world.settle();
    world.send(...bytes);
    world.settle();
    expect([receiver.errors.map(({ message }) => message), world.client.callsInProgress]).toEqual([
      ["internal error"],
      0,
    ]);
    expect([kinds(world).includes(FrameKind.cancel), world.client.state]).toEqual([isCancelled, "open"]);
  });
});
