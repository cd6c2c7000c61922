import { expect, test } from "vitest";
import { createServer } from "../../runtime/index.ts";
import { FrameKind } from "../../runtime/protocol/frame.ts";
import { createRawWorld, credit, type RawWorld, request } from "../runtime/connection/world.ts";
import { Lab } from "../runtime/fixture/lab.ts";
import { echoing } from "../runtime/fixture/world.ts";
import { methodIdFromPath } from "../../runtime/descriptor/method-id.ts";
import { connectRaw, type RawClient, type RawReply } from "../security/raw-client.ts";

/** Who asks for much and takes nothing, although its transport takes every byte. */

const megabyte = Buffer.alloc(1_000_000);
const slowPeerMs = 10_000;

function worldOf(answer: "response" | "items"): RawWorld {
  const world = createRawWorld({
    serverLimits: { keepaliveMs: 0 },
    onRequest({ call }) {
      if (answer === "response") call.respond(megabyte);
      else for (let count = 0; count < 5; count++) call.sendItem(Buffer.alloc(65_000));
      call.settle();
    },
  });
  world.settle();
  return world;
}

test("a server closes a connection on which replies wait for credit and none comes for slowPeerMs; not before", () => {
  const world = worldOf("response");
  world.send(request(1, 1), request(2, 2));
  world.settle(slowPeerMs);
  expect([world.server.state, world.isClosed()]).toEqual(["open", false]);
  // It looks once in slowPeerMs, and the first look saw the bytes that needed no credit leave.
  world.settle(slowPeerMs + 2);
  expect([world.server.state, world.isClosed(), world.environment.pendingTimers]).toEqual(["closed", true, 0]);
});

test("a byte that leaves of any reply is enough", () => {
  const world = worldOf("response");
  world.send(request(1, 1), request(2, 2));
  for (let times = 0; times < 10; times++) {
    world.settle(slowPeerMs - 100);
    world.send(credit(20_000, 1, 1));
  }
  world.settle();
  expect(world.server.state).toBe("open");
});

test("once no reply waits nothing watches any more", () => {
  const world = worldOf("response");
  const idle = world.environment.pendingTimers;
  world.send(request(1, 1));
  world.settle();
  expect(world.environment.pendingTimers).toBe(idle + 1);
  world.send(credit(1_000_000, 1, 1));
  world.settle();
  expect([world.environment.pendingTimers, world.server.callsInProgress]).toEqual([idle, 0]);
});

test("items of a stream may wait for their reader as long as it likes", () => {
  const world = worldOf("items");
  world.send(request(1, 1));
  world.settle(slowPeerMs * 10);
  expect([world.server.state, world.isClosed()]).toEqual(["open", false]);
});

test("what waits on all connections together is limited, and comes back when one of them ends", async () => {
  const server = createServer({ limits: { maxTotalOutboundBytes: 2_500_000 } }).add(Lab, {
    ...echoing,
    echo: () => ({ data: megabyte }),
  });
  const address = await server.listen("memory:slow-readers");
  const methodId = methodIdFromPath("/lab.v1.Lab/Echo");
  const [first, second] = [await connectRaw(address), await connectRaw(address)];
  const firstWord = async (peer: RawClient, sequence: number): Promise<RawReply> => {
    for (;;) {
      const reply = await peer.reply();
      if (reply.sequence === sequence) return reply;
    }
  };
  // A quarter of each reply leaves, but all of it is held for credit that nobody gives, and counts.
  first.request({ methodId });
  await firstWord(first, first.request({ methodId }));
  expect(await firstWord(second, second.request({ methodId }))).toMatchObject({
    kind: FrameKind.error,
    reason: "limit_exceeded",
  });
  first.close();
  expect(await firstWord(second, second.request({ methodId }))).toMatchObject({ kind: FrameKind.response });
  await server.close({ graceMs: 0 });
});
