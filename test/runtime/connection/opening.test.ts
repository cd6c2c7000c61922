import { expect, test } from "vitest";
import { Opening, type OpeningLink } from "../../../runtime/connection/opening.ts";
import { createOption, encodeOption } from "../../../runtime/protocol/handshake.ts";
import { createLimits, initialPeerLimits } from "../../../runtime/protocol/limits.ts";
import { createLateThread, type LateThread } from "../fixture/late-thread.ts";

interface Watched {
  readonly environment: LateThread;
  readonly link: OpeningLink & { isBehind: boolean };
  readonly opening: Opening;
  readonly losses: readonly string[];
}

function createWatched(): Watched {
  const environment = createLateThread();
  const losses: string[] = [];
  const link = {
    side: "server" as const,
    environment,
    limits: createLimits({}),
    outbound: undefined as never,
    role: { onOption: () => undefined },
    isBehind: false,
    lose: (message: string) => void losses.push(message),
  };
  return { environment, link, opening: new Opening(link, 5_000), losses };
}

const option = encodeOption(createOption([1], initialPeerLimits, undefined));
const tooLong = ["The handshake took longer than 5000 ms."];

test("a handshake that stops half-way is given up when its time is over", () => {
  const { environment, opening, losses } = createWatched();
  opening.push(option.subarray(0, 20));
  environment.advance(4_999);
  expect(losses).toEqual([]);
  environment.advance(1);
  expect(losses).toEqual(tooLong);
});

test("one that has come while the thread was kept from its sockets is none that took too long", () => {
  const { environment, opening, losses } = createWatched();
  environment.arrive(() => expect(opening.push(option).kind).toBe("open"));
  environment.advance(60_000);
  expect(losses).toEqual([]);
  expect(environment.pendingTimers).toBe(0);
});

test("nor is one that waits for its turn", () => {
  const { environment, link, opening, losses } = createWatched();
  link.isBehind = true;
  environment.advance(9_999);
  expect(opening.push(option).kind).toBe("open");
  environment.advance(60_000);
  expect(losses).toEqual([]);
});

test("whoever waits for a turn has twice the time at most", () => {
  const { environment, link, losses } = createWatched();
  link.isBehind = true;
  environment.advance(9_999);
  expect(losses).toEqual([]);
  environment.advance(1);
  expect(losses).toEqual(tooLong);
});

test("no time runs once the connection has ended, not the second one either", () => {
  const { environment, link, opening } = createWatched();
  link.isBehind = true;
  environment.advance(6_000);
  opening.close();
  expect(environment.pendingTimers).toBe(0);
});
