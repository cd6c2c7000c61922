import { describe, expect, test } from "vitest";
import type { ServerConnection } from "../../runtime/connection/connection.ts";
import { createMemoryBudget } from "../../runtime/connection/memory-budget.ts";
import { createServerConnection } from "../../runtime/connection/server-connection.ts";
import { FrameKind } from "../../runtime/protocol/frame.ts";
import type { Limits } from "../../runtime/protocol/limits.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../runtime/testing/virtual-network.ts";
import {
  clientOption,
  createRawPeer,
  createWorld,
  frame,
  type RawPeer,
  request,
  type ServedCall,
} from "../runtime/connection/world.ts";

/** Connections that share what memory a server has for messages. */
interface Shared {
  readonly environment: VirtualEnvironment;
  readonly memory: ReturnType<typeof createMemoryBudget>;
  readonly served: ServedCall[];
  connect(): RawPeer & { readonly server: ServerConnection };
}

function createShared(maxBytes: number, limits: Partial<Limits> = {}): Shared {
  const environment = createVirtualEnvironment();
  const memory = createMemoryBudget(maxBytes);
  const served: ServedCall[] = [];
  const onRequest = (call: ServedCall["call"], body: Uint8Array): void => {
    const entry: ServedCall = { call, body: Buffer.from(body).toString(), items: [], writable: 0 };
    call.receiver = {
      onItem: (item) => void entry.items.push(String(item.length)),
      onCancel: (error) => ((entry.cancelled = error), call.settle()),
    };
    served.push(entry);
  };
  return {
    environment,
    memory,
    served,
    connect() {
      const [clientEnd, serverEnd] = createVirtualPair({ environment });
      const server = createServerConnection({
        transport: serverEnd,
        environment,
        limits,
        memory,
        events: { onRequest },
      });
      const peer = createRawPeer(clientEnd);
      peer.send(clientOption);
      environment.advance(1);
      return { ...peer, server };
    },
  };
}

const errors = ({ frames }: RawPeer): (string | undefined)[] =>
  frames.filter(({ kind }) => kind === FrameKind.error).map(({ header }) => header.reason);
const sized = (sequence: number, lane: number, bytes: number): Uint8Array =>
  request(sequence, lane, { body: Buffer.alloc(bytes, 1) });
const part = (sequence: number, lane: number, bytes: number, isFirst = true): Uint8Array =>
  isFirst
    ? request(sequence, lane, { flags: 0x40, body: Buffer.alloc(bytes, 1) })
    : frame({ kind: 1, sequence, lane, serialization: 1, flags: 0x40, body: Buffer.alloc(bytes, 1) });

describe("memory that connections share", () => {
  test("is taken to the byte by requests that run; one byte more is refused as retryable, and settling gives it back", () => {
    const { connect, environment, served, memory } = createShared(1_000);
    const [one, two] = [connect(), connect()];
    one.send(sized(1, 0, 600));
    two.send(sized(1, 0, 400), sized(2, 1, 1));
    environment.advance(1);
    expect([served.length, memory.usedBytes, errors(two)]).toEqual([2, 1_000, ["too_many_calls"]]);
    served[0]?.call.respond(new Uint8Array(0));
    served[0]?.call.settle();
    two.send(sized(3, 1, 600));
    environment.advance(1);
    expect([served.length, memory.usedBytes, two.server.state]).toEqual([3, 1_000, "open"]);
  });

  test("is taken by parts of messages and by items nobody has read", () => {
    const { connect, environment, memory, served } = createShared(100_000);
    const [one, two] = [connect(), connect()];
    one.send(part(1, 0, 60_000));
    two.send(request(1, 0, { flags: 0 }));
    two.send(frame({ kind: 4, sequence: 1, serialization: 1, body: Buffer.alloc(39_980) }));
    environment.advance(1);
    expect([memory.usedBytes, served[0]?.items]).toEqual([100_000, ["39980"]]);
    one.send(part(1, 0, 1, false));
    environment.advance(1);
    expect([errors(one), memory.usedBytes, one.server.callsInProgress]).toEqual([["too_many_calls"], 40_000, 0]);
  });

  test("an item that does not fit fails its call, whose handler hears of it", () => {
    const { connect, environment, served, memory } = createShared(10_000);
    const peer = connect();
    peer.send(request(1, 0, { flags: 0 }));
    const item = (bytes: number): Uint8Array =>
      frame({ kind: 4, sequence: 1, serialization: 1, body: Buffer.alloc(bytes) });
    peer.send(item(9_980), item(0));
    environment.advance(1);
    // It did run, so the caller is not told that it may simply try again.
    expect([errors(peer), served[0]?.cancelled?.reason]).toEqual([["application"], "too_many_calls"]);
    expect([memory.usedBytes, peer.server.state]).toEqual([0, "open"]);
  });

  test("is given back whatever ends a call: its answer, a cancel, a lost connection", () => {
    const { connect, environment, memory, served } = createShared(10_000_000);
    const peers = Array.from({ length: 3 }, () => connect());
    for (const peer of peers) {
      peer.send(sized(1, 0, 5_000), part(2, 1, 50_000), request(3, 2, { flags: 0 }));
      peer.send(frame({ kind: 4, sequence: 3, lane: 2, serialization: 1, body: Buffer.alloc(7_000) }));
    }
    environment.advance(1);
    expect(memory.usedBytes).toBe(3 * (5_000 + 50_000 + 7_020));
    for (const lane of [0, 1, 2]) peers[0]?.send(frame({ kind: FrameKind.cancel, sequence: lane + 1, lane }));
    peers[1]?.server.abort();
    environment.advance(1);
    for (const { call, cancelled } of served) if (cancelled === undefined) call.settle();
    peers[2]?.send(frame({ kind: FrameKind.cancel, sequence: 2, lane: 1 }));
    environment.advance(1);
    expect(memory.usedBytes).toBe(0);
  });

  test("is nearly full at 95 %, not below", () => {
    const memory = createMemoryBudget(1_000);
    expect([memory.take(949), memory.isNearlyFull, memory.take(1), memory.isNearlyFull]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect([memory.take(51), memory.take(50), memory.usedBytes]).toEqual([false, true, 1_000]);
  });
});

describe("messages in parts", () => {
  test("above the memory for them, only the oldest gets credit; the next one when that is complete", () => {
    const { connect, environment } = createShared(Infinity, { maxPartialBytes: 200_000 });
    const peer = connect();
    const granted = (sequence: number): number =>
      peer.frames
        .filter(({ kind, id }) => kind === FrameKind.credit && BigInt(id) >> 16n === BigInt(sequence))
        .reduce((sum, { header }) => sum + header.credit, 0);
    for (let round = 0; round < 3; round++)
      for (const lane of [0, 1]) peer.send(part(lane + 1, lane, 60_000, round === 0));
    environment.advance(1);
    expect([granted(1) > 0, granted(2)]).toEqual([true, 0]);
    peer.send(frame({ kind: 1, sequence: 1, lane: 0, serialization: 1, flags: 0x10, body: Buffer.alloc(60_000) }));
    environment.advance(1);
    expect(granted(2)).toBeGreaterThan(0);
  });

  test("of many large messages at once all arrive, with little in memory", () => {
    const world = createWorld({
      serverLimits: { maxPartialBytes: 500_000 },
      network: () => ({ delayMs: () => 1 }),
      onRequest: ({ call }) => (call.respond(Buffer.from("ok")), call.settle()),
    });
    const outcomes = Array.from({ length: 20 }, () => world.start({ body: Buffer.alloc(3_000_000, 1) }));
    let most = 0;
    const { messages } = (world.server as unknown as { link: { messages: { partialBytes: number } } }).link;
    for (let elapsed = 0; elapsed < 3_000; elapsed++) {
      world.environment.advance(1);
      most = Math.max(most, messages.partialBytes);
    }
    expect(outcomes.map(({ response }) => response)).toEqual(outcomes.map(() => "ok"));
    // The oldest, and what the others had credit for from the beginning.
    expect([most > 3_000_000, most < 3_000_000 + 8 * 270_000 + 500_000]).toEqual([true, true]);
  });
});

test("requests that wait to be sent are bounded to the byte at the client", () => {
  const world = createWorld({ clientLimits: { maxOutboundBytes: 400_000 } });
  const { outbound } = (world.client as unknown as { link: { outbound: { waitingBytes: number } } }).link;
  world.environment.advance(1);
  world.serverEnd.pause();
  const first = world.start({ body: Buffer.alloc(300_000) });
  world.environment.advance(5);
  const room = 400_000 - outbound.waitingBytes;
  expect(room).toBeLessThan(400_000);
  const refused = world.start({ body: Buffer.alloc(room + 1) });
  const last = world.start({ body: Buffer.alloc(room) });
  world.environment.advance(5);
  expect([first.error, refused.error?.reason, last.error, outbound.waitingBytes]).toEqual([
    undefined,
    "too_many_calls",
    undefined,
    400_000,
  ]);
});
