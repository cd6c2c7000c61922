import { describe, expect, test } from "vitest";
import { FrameKind, GoawayCode, onewayLane } from "../../../runtime/protocol/frame.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { createRawServerWorld } from "../../hostile/raw-server.ts";
import { credit, frame } from "./world.ts";

/** One-way calls that cross a GOAWAY [GOA-5]: what clients do with them. */
const goawayOf = (code: number, sequence = 0): Uint8Array =>
  frame({ kind: FrameKind.goaway, sequence, header: new HeaderWriter().number(0x0a, code).finish() });

describe("a client that hears GOAWAY", () => {
  const long = Buffer.alloc(500_000, "x");

  /** A long one-way call of which a part was written, and one behind it that has no id yet for want of a place among the messages in chunks. */
  function startLong(code: number, sequence = 0) {
    const world = createRawServerWorld({ limits: { maxChunkedMessages: 1 } });
    const calls = [1, 2].map(() => world.start({ oneway: true, body: long }));
    world.settle(5);
    const sent = world.frames.length;
    world.send(goawayOf(code, sequence));
    world.settle(5);
    return { world, calls, sent };
  }

  test.each([GoawayCode.none, GoawayCode.idle])(
    "with code %i finishes one-way calls that it has begun, and takes the others elsewhere",
    (code) => {
      const { world, calls, sent } = startLong(code);
      expect(sent).toBeGreaterThan(0);
      expect(calls.map(({ error }) => error?.reason)).toEqual([undefined, "draining"]);
      expect([world.frames.length, world.client.state]).toEqual([sent, "draining"]);
      world.send(credit(500_000, 1, onewayLane));
      world.settle(5);
      const body = world.frames.map((one) => one.body).join("");
      expect([body.length, world.frames.at(-1)?.flags, calls[0]?.ended]).toEqual([500_000, 0x30, true]);
      expect([calls.map(({ outcomes }) => outcomes), world.client.state]).toEqual([[1, 1], "closed"]);
    },
  );

  test.each([GoawayCode.protocol, GoawayCode.enhanceCalm, 0x63])(
    "with code %i takes all elsewhere that were not taken: the server reads no more",
    (code) => {
      const { world, calls } = startLong(code);
      expect(calls.map(({ error }) => error?.reason)).toEqual(["draining", "draining"]);
      expect(world.client.state).toBe("closed");
    },
  );

  test("and is cut before it has sent all says so to the caller, once", () => {
    const { world, calls } = startLong(GoawayCode.none);
    world.client.abort();
    world.settle(5);
    expect(calls.map(({ error, outcomes }) => [error?.reason, outcomes])).toEqual([
      ["connection_lost", 1],
      ["draining", 1],
    ]);
  });

  test("does not begin a call again that it wrote just before it read that", () => {
    const world = createRawServerWorld();
    const later: ReturnType<typeof world.start>[] = [];
    world.start({
      receiver: {
        onResponse: () => void later.push(world.start({ oneway: true, body: Buffer.from("once") })),
        onItem: () => undefined,
        onEnd: () => undefined,
        onError: () => undefined,
      },
    });
    world.settle();
    const reply = frame({ kind: FrameKind.response, sequence: 1, serialization: 1, flags: 0x10 });
    world.send(Buffer.concat([reply, goawayOf(GoawayCode.none, 1)]));
    world.settle(5);
    expect(later.map(({ ended, error }) => [ended, error])).toEqual([[true, undefined]]);
    expect([world.frames.at(-1)?.body, world.client.state]).toEqual(["once", "closed"]);
  });
});
