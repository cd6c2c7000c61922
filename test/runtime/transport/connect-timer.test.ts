import { expect, test } from "vitest";
import type { Environment } from "../../../runtime/environment/environment.ts";
import { parseAddress } from "../../../runtime/transport/address.ts";
import { startConnectTimer } from "../../../runtime/transport/connect-timer.ts";
import { tcpTransport } from "../../../runtime/transport/tcp.ts";
import { createStoppedClock } from "../fixture/stopped-clock.ts";

/** Keeps the thread busy. */
function work(durationMs: number): void {
  const untilMs = performance.now() + durationMs;
  while (performance.now() < untilMs);
}

test("an answer that came while the thread was busy counts, although the time is up", async () => {
  const listener = await tcpTransport.listen(parseAddress("tcp://127.0.0.1:0"), (transport) => transport.abort());
  const connecting = tcpTransport.connect(parseAddress(listener.address), { timeoutMs: 100 });
  work(250);
  (await connecting).abort();
  await listener.close();
});

test("what the time was late by is waited again, after which it is up", async () => {
  const events: string[] = [];
  const timedOut = new Promise<void>((resolve) => {
    startConnectTimer(20, () => {
      events.push("time is up");
      resolve();
    });
  });
  setTimeout(() => setImmediate(() => events.push("a look at the sockets")), 20);
  work(100);
  await timedOut;
  expect(events).toEqual(["a look at the sockets", "time is up"]);
});

test("on a thread that is late each time it is up after twice the time at most", async () => {
  const clock = createStoppedClock();
  const waits: number[] = [];
  const lateMs = 50;
  const environment: Environment = {
    ...clock,
    setTimer(delayMs, action) {
      waits.push(delayMs);
      return clock.setTimer(delayMs + lateMs, action);
    },
  };
  let isOver = false;
  startConnectTimer(120, () => (isOver = true), environment);
  await clock.advance(10_000);
  expect(waits).toEqual([120, 50, 50, 20]);
  expect(isOver).toBe(true);
});

test("nothing happens once it is cancelled, not even in the time that is waited again", async () => {
  let isOver = false;
  const timer = startConnectTimer(20, () => (isOver = true));
  setTimeout(() => timer.cancel(), 20);
  work(100);
  await new Promise<void>((resolve) => startConnectTimer(60, resolve));
  timer.cancel();
  expect(isOver).toBe(false);
});
