import { expect, test } from "vitest";
import { Liveness } from "../../../runtime/connection/liveness.ts";
import { createLimits } from "../../../runtime/protocol/limits.ts";
import { createLateThread } from "../fixture/late-thread.ts";
import { createRandom, createVirtualEnvironment } from "../../../runtime/testing/index.ts";

test.each([
  [500, 3_000],
  [3_000, 500],
])(
  "an answer puts nothing off: silence after it is noticed in keepalive (%i) and timeout (%i)",
  (keepaliveMs, keepaliveTimeoutMs) => {
    const environment = createVirtualEnvironment(1);
    const deaths: string[] = [];
    let pings = 0;
    const liveness = new Liveness({
      environment,
      limits: createLimits({ keepaliveMs, keepaliveTimeoutMs }),
      isBusy: true,
      isPartial: false,
      isBehind: false,
      sendPing: () => void pings++,
      lose: (message) => void deaths.push(message),
    });
    liveness.onBusy();
    environment.advance(keepaliveMs);
    expect(pings).toBe(1);
    environment.advance(10);
    liveness.onRead(environment.now());
    environment.advance(keepaliveMs - 1);
    expect(pings).toBe(1);
    environment.advance(1);
    expect(pings).toBe(2);
    environment.advance(keepaliveTimeoutMs - 1);
    expect(deaths).toEqual([]);
    environment.advance(1);
    expect([pings, deaths]).toEqual([2, [`The peer did not answer a ping within ${keepaliveTimeoutMs} ms.`]]);
  },
);

test("asks a silent peer once, on clocks whose sums are not exact", () => {
  const random = createRandom(1);
  const limits = createLimits({ keepaliveMs: 20_000, keepaliveTimeoutMs: 10_000 });
  for (let round = 0; round < 500; round++) {
    const clock = createVirtualEnvironment(round);
    let timers = 0;
    const environment = {
      ...clock,
      setTimer(delayMs: number, action: () => void) {
        if (++timers > 10) throw new Error(`round ${round}: a timer of ${delayMs} ms comes back for ever`);
        return clock.setTimer(delayMs, action);
      },
    };
    let pings = 0;
    const deaths: string[] = [];
    const liveness = new Liveness({
      environment,
      limits,
      isBusy: true,
      isPartial: false,
      isBehind: false,
      sendPing: () => void pings++,
      lose: (message) => void deaths.push(message),
    });
    clock.advance((random() * 200_000) / 3);
    liveness.onBusy();
    clock.advance((random() * 60_000) / 3);
    liveness.onRead(clock.now());
    clock.advance(20_002);
    expect([pings, deaths.length]).toEqual([1, 0]);
    clock.advance(10_000);
    expect([pings, deaths.length]).toEqual([1, 1]);
  }
});

test("a peer whose answer may be among what we have not got to is not given up", () => {
  const environment = createVirtualEnvironment(1);
  const deaths: string[] = [];
  let pings = 0;
  const link = {
    environment,
    limits: createLimits({ keepaliveMs: 500, keepaliveTimeoutMs: 500 }),
    isBusy: true,
    isPartial: false,
    isBehind: true,
    sendPing: () => void pings++,
    lose: (message: string) => void deaths.push(message),
  };
  const liveness = new Liveness(link);
  liveness.onBusy();
  environment.advance(10_000);
  expect(pings).toBeGreaterThan(5);
  expect(deaths).toEqual([]);
  link.isBehind = false;
  environment.advance(2_000);
  expect(deaths).toEqual(["The peer did not answer a ping within 500 ms."]);
});

test("an answer that has come while the thread was kept from its sockets counts", () => {
  const environment = createLateThread();
  const deaths: string[] = [];
  const liveness = new Liveness({
    environment,
    limits: createLimits({ keepaliveMs: 1_000, keepaliveTimeoutMs: 500 }),
    isBusy: true,
    isPartial: false,
    isBehind: false,
    sendPing: () => undefined,
    lose: (message) => void deaths.push(message),
  });
  liveness.onBusy();
  environment.advance(1_000);
  environment.arrive(() => liveness.onRead(environment.now()));
  environment.advance(500);
  expect(deaths).toEqual([]);
  environment.advance(1_500);
  expect(deaths).toEqual(["The peer did not answer a ping within 500 ms."]);
});

test("so does the rest of a frame", () => {
  const environment = createLateThread();
  const deaths: string[] = [];
  const link = {
    environment,
    limits: createLimits({ partialFrameMs: 1_000 }),
    isBusy: false,
    isPartial: true,
    isBehind: false,
    sendPing: () => undefined,
    lose: (message: string) => void deaths.push(message),
  };
  const liveness = new Liveness(link);
  liveness.onRead(environment.now());
  environment.arrive(() => (link.isPartial = false));
  environment.advance(60_000);
  expect(deaths).toEqual([]);
});
