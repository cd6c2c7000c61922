import { expect, test } from "vitest";
import { Pressure, type ReplyProgress } from "../../../runtime/connection/pressure.ts";
import { createLimits } from "../../../runtime/protocol/limits.ts";
import { createLateThread, type LateThread } from "../fixture/late-thread.ts";

const limits = createLimits({ outboundPauseBytes: 1_000, slowPeerMs: 500 });

/** A transport that is nothing but its counters. */
interface Counters {
  bytesWritten: number;
  bytesQueued: number;
  isPaused: boolean;
  isBehind: boolean;
}

function createWatched(pausesReading = true): {
  readonly environment: LateThread;
  readonly transport: Counters;
  readonly pressure: Pressure;
  isGivenUp(): boolean;
} {
  const environment = createLateThread();
  let givenUp = 0;
  const transport = {
    bytesWritten: 0,
    bytesQueued: 0,
    isPaused: false,
    isBehind: false,
    pause: () => void (transport.isPaused = true),
    resume: () => void (transport.isPaused = false),
  };
  const pressure = new Pressure({
    environment,
    transport: transport as never,
    limits,
    pausesReading,
    onSlowPeer: () => void givenUp++,
  });
  return { environment, transport, pressure, isGivenUp: () => givenUp > 0 };
}

test("reading goes on at outboundPauseBytes, what the transport holds included, and stops one byte above", () => {
  const { transport, pressure } = createWatched();
  transport.bytesQueued = 400;
  const isPausedAt = (waitingBytes: number, isBlocked = true): boolean => (
    pressure.check(isBlocked, waitingBytes),
    transport.isPaused
  );
  expect([isPausedAt(600), isPausedAt(601), isPausedAt(600)]).toEqual([false, true, false]);
  expect(isPausedAt(601, false)).toBe(false);
});

test("a client never stops reading", () => {
  const { transport, pressure } = createWatched(false);
  pressure.check(true, 1_000_000);
  expect(transport.isPaused).toBe(false);
});

test("a peer that takes no byte for slowPeerMs is given up then, not a millisecond before", () => {
  const { environment, transport, pressure, isGivenUp } = createWatched();
  transport.bytesWritten = transport.bytesQueued = 100;
  pressure.onBlocked();
  environment.advance(499);
  expect(isGivenUp()).toBe(false);
  environment.advance(1);
  expect(isGivenUp()).toBe(true);
});

test("one that took a byte has slowPeerMs again", () => {
  const { environment, transport, pressure, isGivenUp } = createWatched();
  transport.bytesWritten = transport.bytesQueued = 100;
  pressure.onBlocked();
  environment.advance(499);
  transport.bytesQueued = 99;
  environment.advance(500);
  expect(isGivenUp()).toBe(false);
  environment.advance(1);
  expect(isGivenUp()).toBe(true);
});

test("so has one of whose replies a byte left; one that gives no credit is given up after slowPeerMs", () => {
  const { environment, pressure, isGivenUp } = createWatched();
  const progress = { waitingReplies: 1, repliedBytes: 0 } satisfies ReplyProgress;
  pressure.onReplyWaits(progress);
  environment.advance(499);
  progress.repliedBytes = 1;
  environment.advance(500);
  expect(isGivenUp()).toBe(false);
  environment.advance(1);
  expect(isGivenUp()).toBe(true);
});

test("nobody is given up once all was taken, or the connection has ended", () => {
  const { environment, pressure, isGivenUp } = createWatched();
  pressure.onBlocked();
  pressure.onReplyWaits({ waitingReplies: 1, repliedBytes: 0 });
  pressure.onDrain();
  pressure.onRepliesGone();
  expect(environment.pendingTimers).toBe(0);
  pressure.onBlocked();
  pressure.onReplyWaits({ waitingReplies: 1, repliedBytes: 0 });
  pressure.close();
  pressure.onBlocked();
  environment.advance(10_000);
  expect([environment.pendingTimers, isGivenUp()]).toEqual([0, false]);
});

test("what a peer has taken while the thread was kept from its sockets counts", () => {
  const { environment, transport, pressure, isGivenUp } = createWatched();
  const progress = { waitingReplies: 1, repliedBytes: 0 } satisfies ReplyProgress;
  transport.bytesWritten = 100;
  transport.bytesQueued = 100;
  pressure.onBlocked();
  environment.arrive(() => (transport.bytesQueued = 99));
  environment.advance(999);
  pressure.onDrain();
  pressure.onReplyWaits(progress);
  environment.arrive(() => (progress.repliedBytes = 1));
  environment.advance(999);
  expect(isGivenUp()).toBe(false);
});

test("a peer whose credit may be among what waits for its turn is not given up", () => {
  const { environment, transport, pressure, isGivenUp } = createWatched();
  pressure.onReplyWaits({ waitingReplies: 1, repliedBytes: 0 });
  transport.isBehind = true;
  environment.advance(1_999);
  expect(isGivenUp()).toBe(false);
  transport.isBehind = false;
  environment.advance(1);
  expect(isGivenUp()).toBe(true);
});
