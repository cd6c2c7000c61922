import { describe, expect, test } from "vitest";
import { FrameKind } from "../../../runtime/protocol/frame.ts";
import { createConnectionSet } from "../../../runtime/server/connection-set.ts";
import { checkServerOptions, type ServerOptions } from "../../../runtime/server/server-options.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../../runtime/testing/virtual-network.ts";
import { clientOption, createRawPeer, type RawPeer, request } from "../connection/world.ts";

interface Door {
  readonly environment: VirtualEnvironment;
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
