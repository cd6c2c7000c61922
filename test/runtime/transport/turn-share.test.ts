import { expect, test } from "vitest";
import type { Environment } from "../../../runtime/environment/environment.ts";
import { type PortionOwner, TurnPortion } from "../../../runtime/transport/turn-portion.ts";
import { mostHeldBytes, TurnShare } from "../../../runtime/transport/turn-share.ts";
import { createStoppedClock } from "../fixture/stopped-clock.ts";

/** A thread whose turns a test begins, and whose time passes only while somebody works. */
class Thread {
  nowMs: number;
  readonly share: TurnShare;
  private actions: (() => void)[];

  constructor() {
    this.nowMs = 1_000;
    this.actions = [];
    const environment: Environment = {
      ...createStoppedClock(),
      now: () => this.nowMs,
      yieldTurn: (action) => void this.actions.push(action),
    };
    this.share = new TurnShare(environment);
  }

  /** @returns false when nobody has asked for another turn */
  turn(): boolean {
    const { actions } = this;
    this.actions = [];
    for (const action of actions) action();
    return actions.length > 0;
  }

  /** Turns until nobody asks for one. */
  rest(): void {
    while (this.turn());
  }
}

interface PeerOptions {
  readonly name?: string;
  readonly log?: string[];
  readonly greets?: boolean;
}

/** A connection whose input takes some time for each byte. */
class Peer implements PortionOwner {
  readonly portion: TurnPortion;
  takesNothing: boolean;
  /** Bytes that it was given, slice by slice. */
  readonly slices: number[];
  msPerByte: number;
  /** What its handlers do after it has returned, in ms per byte. */
  laterMsPerByte: number;
  private readonly thread: Thread;
  private readonly name: string;
  private readonly log: string[];
  private waiting: Uint8Array;

  /** Has said its first line, unless it `greets`. */
  constructor(thread: Thread, msPerByte: number, { name = "", log = [], greets = false }: PeerOptions = {}) {
    this.portion = new TurnPortion(this);
    this.portion.isGreeting = greets;
    this.takesNothing = false;
    this.slices = [];
    this.msPerByte = msPerByte;
    this.laterMsPerByte = 0;
    this.thread = thread;
    this.name = name;
    this.log = log;
    this.waiting = new Uint8Array(0);
  }

  /** Input comes, as a socket hands it over; a line of `lineLength` bytes begins it. @returns how much of it was held back */
  receive(length: number, lineLength = 0): number {
    const { share } = this.thread;
    const bytes = new Uint8Array(length);
    if (lineLength > 0) bytes[lineLength - 1] = 0x0a;
    const used = this.waiting.length === 0 && share.hasRoom(this.portion) ? share.feed(this.portion, bytes) : 0;
    const held = length - used;
    if (held > 0) {
      this.waiting = Buffer.concat([this.waiting, bytes.subarray(used)]);
      share.hold(held);
      share.wait(this.portion);
    }
    this.thread.nowMs += used * this.laterMsPerByte;
    return held;
  }

  deliver(bytes: Uint8Array): void {
    const { length } = bytes;
    this.portion.onDelivered(bytes);
    this.slices.push(length);
    this.log.push(this.name);
    this.thread.nowMs += length * this.msPerByte;
  }

  proceed(): boolean {
    if (this.waiting.length === 0 || this.takesNothing) return false;
    const slice = this.portion.sliceOf(this.waiting);
    this.waiting = this.waiting.subarray(slice.length);
    this.thread.share.release(slice.length);
    this.deliver(slice);
    return this.waiting.length > 0;
  }

  total(): number {
    return this.slices.reduce((sum, length) => sum + length, 0);
  }
}

/** One that has had five slices which cost nothing. */
function trusted(thread: Thread, msPerByte: number, options?: { name: string; log: string[] }): Peer {
  const peer = new Peer(thread, 0, options);
  for (let times = 0; times < 5; times++) {
    peer.receive(10);
    thread.rest();
  }
  expect(peer.portion.class).toBe("trusted");
  peer.slices.length = 0;
  peer.msPerByte = msPerByte;
  return peer;
}

test("slices begin with 256 bytes and double while they cost little, up to what a socket reads at once", () => {
  const thread = new Thread();
  const peer = new Peer(thread, 0);
  peer.receive(200_000);
  thread.rest();
  expect(peer.slices).toEqual([256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 65536, 3648]);
});

test("slices of 1 ms stay as they are, those of more than 4 ms are halved, down to 256 bytes", () => {
  const thread = new Thread();
  const peer = trusted(thread, 1 / 8192);
  peer.receive(5 * 8192);
  thread.rest();
  expect(peer.slices).toEqual([8192, 8192, 8192, 8192, 8192]);
  peer.msPerByte = 1;
  peer.receive(16_000);
  thread.rest();
  expect(peer.slices.slice(5, 12)).toEqual([8192, 4096, 2048, 1024, 512, 128]);
  peer.receive(1_000);
  thread.rest();
  expect(peer.slices.slice(11)).toEqual([256, 256, 256, 232]);
});

test("one that is trusted gets all at once while the turn is short", () => {
  const thread = new Thread();
  const peer = trusted(thread, 0);
  expect(peer.receive(1_000_000)).toBe(0);
});

test("a turn that has lasted more than 20 ms takes nothing more, not even of one that is trusted", () => {
  const thread = new Thread();
  const peer = trusted(thread, 1 / 8192);
  // The first 20 ms show that the turn is long, so it is watched from there on.
  expect(peer.receive(60 * 8192)).toBe(18 * 8192);
  expect(peer.slices).toHaveLength(42);
  expect(trusted(thread, 0).portion.class).toBe("trusted");
  thread.rest();
  expect(peer.total()).toBe(60 * 8192);
});

test("whoever is trusted goes first; others wait behind each other, one slice each", () => {
  const thread = new Thread();
  const log: string[] = [];
  const good = trusted(thread, 0, { name: "good", log });
  const [first, second] = ["first", "second"].map((name) => new Peer(thread, 6 / 256, { name, log })) as [Peer, Peer];
  log.length = 0;
  first.receive(512);
  second.receive(512);
  good.receive(10);
  thread.turn();
  good.receive(10);
  thread.rest();
  expect(log).toEqual(["first", "good", "first", "good", "second", "second"]);
});

test("who is new takes turns with who is heavy", () => {
  const thread = new Thread();
  const log: string[] = [];
  const heavy = ["a", "b"].map((name) => new Peer(thread, 6 / 256, { name, log }));
  for (const peer of heavy) peer.receive(1_024);
  while (log.length < 3) thread.turn();
  const fresh = new Peer(thread, 0, { name: "new", log });
  fresh.receive(256);
  thread.rest();
  expect(log.filter((name) => name !== "new")).toEqual(["a", "a", "b", "a", "b", "a", "b", "b"]);
  expect(log.indexOf("new")).toBe(4);
});

/** One whose calls are dear and wait: whatever others send is held back from now on. */
function busyThread(log: string[] = []): { readonly thread: Thread; readonly heavy: Peer } {
  const thread = new Thread();
  const heavy = new Peer(thread, 10 / 256, { name: "heavy", log });
  heavy.receive(100_000);
  thread.turn();
  expect(heavy.portion.class).toBe("heavy");
  return { thread, heavy };
}

test("whoever has come goes before those who wait, up to the end of its first line; the calls behind it wait with the others", () => {
  const log: string[] = [];
  const { thread } = busyThread(log);
  const peers = ["a", "b", "c"].map((name) => new Peer(thread, 0, { greets: true, name, log }));
  log.length = 0;
  for (const peer of peers) peer.receive(200, 150);
  thread.turn();
  expect(log.slice(0, 3)).toEqual(["a", "b", "c"]);
  while (log.length < 9) thread.turn();
  expect(log.slice(3, 9).toSorted()).toEqual(["a", "b", "c", "heavy", "heavy", "heavy"]);
  expect(peers.map(({ slices }) => slices)).toEqual(new Array(3).fill([150, 50]));
});

test("a first line may come in parts, and goes first in each of them", () => {
  const { thread } = busyThread();
  const peer = new Peer(thread, 0, { greets: true });
  peer.receive(100);
  thread.turn();
  peer.receive(1_000, 300);
  thread.turn();
  expect(peer.slices).toEqual([100, 300]);
  expect(peer.portion.class).toBe("fresh");
});

test("first lines get about 5 ms of a turn, so that those who wait go on however many come", () => {
  const { thread, heavy } = busyThread();
  const served = heavy.slices.length;
  const peers = Array.from({ length: 12 }, () => new Peer(thread, 2 / 100, { greets: true }));
  for (const peer of peers) peer.receive(100, 100);
  const greeted = (): number => peers.filter(({ slices }) => slices.length > 0).length;
  thread.turn();
  expect([greeted(), heavy.slices.length]).toEqual([3, served + 1]);
  thread.turn();
  expect([greeted(), heavy.slices.length]).toEqual([6, served + 2]);
});

/** Turns each of which brings a connection, and what the one before it has sent. @returns those in which a call was worked on */
function acceptInTurns(thread: Thread, count: number, log: string[]): number[] {
  const callTurns: number[] = [];
  let previous: Peer | undefined;
  for (let turn = 0; turn < count; turn++) {
    thread.nowMs += 0.1;
    log.length = 0;
    previous?.receive(150, 150);
    thread.share.onArrival();
    previous = new Peer(thread, 0, { greets: true, name: "greeting", log });
    thread.turn();
    expect(log.includes("greeting")).toBe(turn > 0);
    if (log.includes("heavy")) callTurns.push(turn);
  }
  return callTurns;
}

test("as long as each turn brings a connection, dear calls wait for the next one, 5 ms at most", () => {
  const log: string[] = [];
  const { thread, heavy } = busyThread(log);
  const callTurns = acceptInTurns(thread, 300, log);
  const apart = callTurns.slice(1).map((turn, at) => turn - (callTurns[at] ?? 0));
  expect(Math.max(...apart)).toBeLessThanOrEqual(52);
  expect(Math.min(...apart.slice(1))).toBeGreaterThanOrEqual(49);
  expect(heavy.slices.length).toBeGreaterThan(5);
});

test("so do the calls of those who have come, although nobody else waits", () => {
  const thread = new Thread();
  const heavy = new Peer(thread, 30 / 256);
  heavy.receive(256);
  thread.turn();
  thread.share.onArrival();
  const first = new Peer(thread, 0, { greets: true });
  thread.turn();
  first.receive(200, 150);
  thread.share.onArrival();
  thread.turn();
  expect(first.slices).toEqual([150]);
  thread.turn();
  expect(first.slices).toEqual([150, 50]);
});

test("a connection that comes to a thread that is not busy waits for nobody", () => {
  const thread = new Thread();
  thread.share.onArrival();
  expect(thread.turn()).toBe(false);
  const peer = new Peer(thread, 0, { greets: true });
  expect(peer.receive(200, 150)).toBe(0);
});

test("nor on one that was busy an hour ago", () => {
  const { thread } = busyThread();
  thread.rest();
  thread.nowMs += 3_600_000;
  thread.share.onArrival();
  thread.rest();
  const peer = new Peer(thread, 0, { greets: true });
  expect(peer.receive(200, 150)).toBe(0);
});

test("a slice that is dearer than the ones before ends what others get of the turn", () => {
  const thread = new Thread();
  const peers = [1, 2, 3].map(() => new Peer(thread, 1 / 256));
  for (const peer of peers) peer.receive(2_000);
  while (peers.some(({ slices }) => slices.length < 2)) thread.turn();
  const before = peers.map(({ slices }) => slices.length);
  for (const peer of peers) peer.msPerByte = 20 / 256;
  thread.turn();
  const after = peers.map(({ slices }) => slices.length);
  const served = after.map((length, at) => length - (before[at] ?? 0));
  expect(served.reduce((sum, count) => sum + count, 0)).toBe(1);
});

test("after a turn that input has made long, those who wait get nothing before the sockets were looked at, once", () => {
  const thread = new Thread();
  const peer = new Peer(thread, 40 / 256);
  peer.receive(1_000);
  thread.turn();
  expect(peer.slices).toHaveLength(1);
  thread.nowMs += 40;
  thread.turn();
  expect(peer.slices).toHaveLength(2);
  thread.nowMs += 40;
  thread.turn();
  expect(peer.slices).toHaveLength(2);
  thread.turn();
  expect(peer.slices).toHaveLength(3);
});

test("what handlers do after a slice counts for the connection that it was for", () => {
  const thread = new Thread();
  const peer = new Peer(thread, 0);
  peer.laterMsPerByte = 1 / 10;
  peer.receive(100);
  const other = new Peer(thread, 0);
  other.receive(100);
  expect([peer.portion.class, peer.portion.costMs, peer.portion.sliceBytes]).toEqual(["heavy", 10, 256]);
  thread.rest();
  expect([other.portion.class, other.portion.costMs]).toEqual(["fresh", 0]);
});

test("time in which nothing happens counts for nobody", () => {
  const thread = new Thread();
  const peer = new Peer(thread, 0);
  peer.receive(100);
  expect(thread.turn()).toBe(true);
  thread.nowMs += 60_000;
  const other = new Peer(thread, 0);
  other.receive(100);
  thread.rest();
  expect([peer.portion.costMs, other.portion.costMs]).toEqual([0, 0]);
});

test("one dear slice, as a collection of garbage makes it, does not take the trust that many cheap ones have earned", () => {
  const { portion } = new Peer(new Thread(), 0);
  const classes = [...new Array<number>(8).fill(0), 20, 20, 0, 0, 0].map((costMs) => {
    portion.charge(costMs);
    return portion.class;
  });
  const trustedFour = new Array<string>(4).fill("trusted");
  expect(classes).toEqual([
    ...new Array<string>(4).fill("fresh"),
    ...trustedFour,
    "trusted",
    "heavy",
    "fresh",
    "fresh",
    "trusted",
  ]);
});

test("a connection that takes nothing when its turn comes waits until it asks again", () => {
  const thread = new Thread();
  const peer = new Peer(thread, 0);
  peer.receive(1_000);
  peer.takesNothing = true;
  thread.rest();
  expect(peer.slices).toEqual([256]);
  peer.takesNothing = false;
  thread.share.wait(peer.portion);
  thread.share.wait(peer.portion);
  thread.rest();
  expect(peer.slices).toEqual([256, 512, 232]);
});

test("above 16 MiB that wait, input is handed over at once", () => {
  const thread = new Thread();
  const { share } = thread;
  const peer = new Peer(thread, 1);
  share.hold(mostHeldBytes - 1);
  expect(peer.receive(1_000)).toBe(744);
  share.hold(1);
  expect(share.hasRoom(new TurnPortion(peer))).toBe(true);
  const other = new Peer(thread, 1);
  expect(other.receive(1_000)).toBe(0);
  share.release(mostHeldBytes);
  thread.rest();
  expect(peer.total()).toBe(1_000);
});

test("turns without much to do are not watched", () => {
  const thread = new Thread();
  const peer = trusted(thread, 0);
  thread.nowMs += 100;
  peer.receive(10);
  expect(thread.turn()).toBe(true);
  peer.receive(10);
  thread.nowMs += 19;
  peer.receive(10);
  expect(thread.turn()).toBe(false);
});
