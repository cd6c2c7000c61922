import { expect, test } from "vitest";
import { Farewell } from "../../../runtime/connection/farewell.ts";
import { createLateThread } from "../fixture/late-thread.ts";

test("a one-way call that has come while the thread was kept from its sockets keeps the connection", () => {
  const environment = createLateThread();
  const events: string[] = [];
  const link = {
    environment,
    limits: { closeMs: 1_000 },
    isDrained: true,
    isBehind: false,
    closeDrained: () => void events.push("closed"),
    onGraceOver: () => void events.push("grace over"),
  };
  const farewell = new Farewell(link);
  farewell.awaitPeer();
  environment.arrive(() => (link.isDrained = false));
  environment.advance(5_000);
  expect(events).toEqual([]);
  link.isDrained = true;
  farewell.awaitPeer();
  environment.advance(1_000);
  expect(events).toEqual(["closed"]);
});
