import { describe, expect, test } from "vitest";
import { FrameKind } from "../../../runtime/protocol/frame.ts";
import { type ConnectionSet, createConnectionSet } from "../../../runtime/server/connection-set.ts";
import { checkServerOptions, type ServerOptions } from "../../../runtime/server/server-options.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../../runtime/testing/virtual-network.ts";
import { clientOption, createRawPeer, type RawPeer, request } from "../connection/world.ts";

interface Door {
  readonly environment: VirtualEnvironment;
  readonly set: ConnectionSet;
  /** A peer that has connected, and introduced itself unless it is `silent`. */
  connect(manner?: "silent"): RawPeer;
  /** Which of them the server has closed. */
  closed(): readonly boolean[];
}

function open(options: ServerOptions): Door {
  const environment = createVirtualEnvironment();
  const dispatcher = { dispatch: () => undefined, drop: () => undefined, report: () => undefined };
  const set = createConnectionSet(checkServerOptions({ environment, ...options }), dispatcher as never);
  const peers: RawPeer[] = [];
  return {
    environment,
    set,
    connect(manner) {
      const [clientEnd, serverEnd] = createVirtualPair({ environment });
      const peer = createRawPeer(clientEnd);
      set.accept(serverEnd);
      if (manner !== "silent") peer.send(clientOption);
      environment.advance(1);
      peers.push(peer);
      return peer;
    },
    closed: () => (environment.advance(1), peers.map((peer) => peer.isClosed())),
  };
}

describe("peers that have not introduced themselves", () => {
  test("are as many as maxHandshakes; one more pushes out the oldest, and no other", () => {
    const door = open({ limits: { maxHandshakes: 3 } });
    for (let count = 0; count < 3; count++) door.connect("silent");
    expect(door.closed()).toEqual([false, false, false]);
    door.connect("silent");
    expect(door.closed()).toEqual([true, false, false, false]);
  });

  test("do not count any more when they have, and make room for others while there are as many connections as there may be", () => {
    const door = open({ limits: { maxHandshakes: 1, maxConnections: 3 } });
    door.connect();
    door.connect();
    door.connect("silent");
    expect(door.closed()).toEqual([false, false, false]);
    door.connect();
    expect(door.closed()).toEqual([false, false, true, false]);
  });
});

test("connections are as many as maxConnections; one more is closed, and a place is free when one ends", () => {
  const door = open({ limits: { maxConnections: 2 } });
  const first = door.connect();
  door.connect();
  door.connect();
  expect(door.closed()).toEqual([false, false, true]);
  first.send(new Uint8Array(20));
  door.environment.advance(2_000);
  door.connect();
  expect(door.closed()).toEqual([true, false, true, false]);
});

test.each([
  [949, false],
  [950, true],
])("with %i of 1,000 bytes of maxInboundBytes taken, new peers are closed: %s", (bytes, isClosed) => {
  const door = open({ limits: { maxInboundBytes: 1_000 } });
  door.connect().send(request(1, 0, { flags: 0x40, body: Buffer.alloc(bytes) }));
  door.environment.advance(1);
  door.connect();
  expect(door.closed()).toEqual([false, isClosed]);
});

test("a place of an address is free again when its connection ends", () => {
  const door = open({ limits: { maxConnectionsPerAddress: 1 } });
  const first = door.connect();
  door.connect();
  expect(door.closed()).toEqual([false, true]);
  first.send(new Uint8Array(20));
  door.environment.advance(2_000);
  door.connect();
  expect(door.closed()).toEqual([true, true, false]);
});

test.each([true, "yes" as unknown as boolean, 1 as unknown as boolean, undefined as unknown as boolean])(
  "onAccept lets in by true alone: %o",
  (answer) => {
    const door = open({ onAccept: () => answer });
    door.connect();
    expect(door.closed()).toEqual([answer !== true]);
  },
);

test.each([
  [
    "at once",
    398,
    () => {
      throw new Error("nobody");
    },
  ],
  ["later", 399, () => Promise.reject(new Error("nobody"))],
])("who is not known, %s, and asks for nothing is let go after handshakeMs", async (_, waitMs, authenticate) => {
  const door = open({ limits: { handshakeMs: 400 }, authenticate });
  const peer = door.connect();
  await new Promise((resolve) => setImmediate(resolve));
  const goaways = (): number => peer.frames.filter(({ kind }) => kind === FrameKind.goaway).length;
  door.environment.advance(waitMs);
  expect(goaways()).toBe(0);
  door.environment.advance(1);
  expect(goaways()).toBe(1);
});

test("who is known stays, however long it asks for nothing", () => {
  const door = open({ limits: { handshakeMs: 400 }, authenticate: () => ({ id: "ann" }) });
  const peer = door.connect();
  door.environment.advance(10_000);
  expect([door.closed(), peer.frames]).toEqual([[false], []]);
});

test("the connections are listed, the oldest first, with who is at the other end", () => {
  const door = open({ authenticate: ({ token }) => (token === undefined ? { id: "ann" } : undefined) });
  door.connect();
  door.environment.advance(99);
  door.connect("silent");
  expect(door.set.list()).toEqual([
    { peer: "left", state: "open", ageMs: 101, callsInProgress: 0, principal: "ann" },
    { peer: "left", state: "opening", ageMs: 1, callsInProgress: 0, principal: undefined },
  ]);
});

describe("the door, for peers that have a handshake before they are accepted,", () => {
  test("counts them by where they come from", () => {
    const { door } = open({ limits: { maxConnectionsPerAddress: 1, maxHandshakes: 7 } }).set;
    expect(door.maxHandshakes).toBe(7);
    expect([door.enter("10.0.0.1:1"), door.enter("10.0.0.1:2"), door.enter("10.0.0.2:1")]).toEqual([true, false, true]);
    door.leave("10.0.0.1:1");
    expect(door.enter("10.0.0.1:3")).toBe(true);
  });

  test("asks onAccept, and does not count whom that refuses", () => {
    let isOpen = false;
    const { door } = open({ limits: { maxConnectionsPerAddress: 1 }, onAccept: () => isOpen }).set;
    expect(door.enter("10.0.0.1:1")).toBe(false);
    isOpen = true;
    expect(door.enter("10.0.0.1:1")).toBe(true);
  });

  test("has been asked for those that are accepted after it", () => {
    const asked: string[] = [];
    const door = open({ onAccept: ({ address }) => asked.push(address) > 0 });
    const accept = (wasAsked: boolean): void => {
      const [, end] = createVirtualPair({ environment: door.environment }, ["10.0.0.1:1", "here"]);
      door.set.accept(end, wasAsked);
    };
    accept(true);
    expect(asked).toEqual([]);
    accept(false);
    expect(asked).toEqual(["10.0.0.1:1"]);
  });
});

test("an onAccept that throws lets nobody in, and is reported", () => {
  const fault = new Error("no list");
  const reports: unknown[] = [];
  const door = open({
    onAccept() {
      throw fault;
    },
    onError: (error, report) => void reports.push(error, report),
  });
  door.connect();
  expect(door.closed()).toEqual([true]);
  expect(reports).toEqual([fault, { method: "(onAccept)", peer: "left", errorId: undefined }]);
});

test("who comes in while all others are told to go is told the same, and later ones are cut off", async () => {
  const door = open({});
  const first = door.connect();
  const drained = door.set.drain(10_000);
  const second = door.connect();
  const goaways = (peer: RawPeer): number => peer.frames.filter(({ kind }) => kind === FrameKind.goaway).length;
  expect([goaways(first), goaways(second)]).toEqual([1, 1]);
  await door.environment.run(drained);
  const third = door.connect("silent");
  expect([third.isClosed(), goaways(third)]).toEqual([true, 0]);
});
