import { describe, expect, test } from "vitest";
import { maxChunkBytes } from "../../../runtime/connection/outbound.ts";
import { createWorld, noBody } from "./world.ts";

/** How many bytes of large messages a small one has before it, counted on the transport: no clock is asked. */

const megabyte = 1024 * 1024;
const highWaterBytes = 64 * 1024;
/** What is with the transport already, and what a turn had written when the small message came. */
const mostAhead = highWaterBytes + 128 * 1024 + 3 * maxChunkBytes;

describe("a small message has little before it", () => {
  test("when 50 MB of requests are on their way in the same direction", () => {
    const world = createWorld({
      network: () => ({ highWaterBytes, bytesPerMs: () => 100_000 }),
      onRequest: ({ call }) => void (call.respond(noBody), call.settle()),
    });
    world.environment.advance(1);
    const large = Array.from({ length: 16 }, () => world.start({ body: Buffer.alloc(3 * megabyte) }));
    world.environment.advance(20);
    const before = world.serverEnd.bytesRead;
    const small = world.start({ body: Buffer.from("small") });
    while (small.outcomes === 0) world.environment.advance(1);
    const ahead = world.serverEnd.bytesRead - before;
    expect(large.some(({ outcomes }) => outcomes === 0)).toBe(true);
    expect(ahead).toBeLessThan(mostAhead + 100_000);
    world.environment.advance(2_000);
    expect(large.every(({ response }) => response === "")).toBe(true);
  });

  test("when a stream of 50 MB comes the same way as its reply", () => {
    const world = createWorld({
      network: () => ({ highWaterBytes, bytesPerMs: () => 100_000 }),
      onRequest({ call, body }) {
        if (body === "small") call.respond(Buffer.from("reply"));
        else {
          let left = 800;
          const send = (): void => {
            while (left-- > 0) if (!call.sendItem(Buffer.alloc(65_536))) return;
            call.end();
          };
          send();
          return { onWritable: send };
        }
        call.settle();
        return undefined;
      },
    });
    world.environment.advance(1);
    const stream = world.start();
    world.environment.advance(20);
    const before = world.clientEnd.bytesRead;
    expect(before).toBeGreaterThan(megabyte);
    const small = world.start({ body: Buffer.from("small") });
    while (small.outcomes === 0) world.environment.advance(1);
    expect([small.response, stream.outcomes]).toEqual(["reply", 0]);
    expect(world.clientEnd.bytesRead - before).toBeLessThan(mostAhead + 200_000);
    world.environment.advance(2_000);
    expect([stream.ended, stream.items.length]).toEqual([true, 800]);
  });
});

describe("streams that nobody reads hold up no unary call [FLW-3]", () => {
  test.each([
    ["many of them, and a reply of two chunks", 12, [100_000]],
    ["one, and more replies than may be there in part", 1, [3_000_000, 3_000_000, 3_000_000]],
  ])("%s", (_title, streamCount, replies) => {
    const world = createWorld({
      onRequest({ call, body }) {
        if (body !== "stream") {
          call.respond(Buffer.alloc(Number(body)));
          call.settle();
          return undefined;
        }
        const send = (): void => void (call.sendItem(Buffer.alloc(100_000)) && send());
        send();
        return { onWritable: send };
      },
    });
    world.environment.advance(1);
    for (let at = 0; at < streamCount; at++) world.start({ body: Buffer.from("stream"), consume: false });
    world.environment.advance(100);
    const calls = replies.map((length) => world.start({ body: Buffer.from(String(length)) }));
    world.environment.advance(100);
    expect(calls.map(({ response }) => response?.length)).toEqual(replies);
  });
});
