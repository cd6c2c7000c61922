import { expect, test } from "vitest";
import { createClient, createServer, type RpcError } from "../../../runtime/index.ts";
import { createVirtualEnvironment, createVirtualNetwork } from "../../../runtime/testing/index.ts";
import { Lab, type LabClient } from "../fixture/lab.ts";
import { collect, echoing, errorOf } from "../fixture/world.ts";

/** A user's own service under faults, as the README of the test kit shows it. */
async function createPlayground(seed = 1, conditions: { delayMs?: () => number; bytesPerMs?: () => number } = {}) {
  const environment = createVirtualEnvironment(seed);
  const network = createVirtualNetwork({
    environment,
    cut: (length) => Math.ceil(length * environment.random()),
    ...conditions,
  });
  const transports = [network.transport];
  const server = createServer({ environment, transports }).add(Lab, echoing);
  await server.listen("memory:lab");
  const lab: LabClient = createClient(Lab, { target: "memory:lab", environment, transports });
  return { environment, network, server, lab };
}

test("a call takes the time of the network there and back", async () => {
  const { environment, lab } = await createPlayground(1, { delayMs: () => 10 });
  const startedMs = environment.now();
  const note = await environment.run(lab.echo({ text: "a" }));
  expect([note.text, environment.now() - startedMs >= 20, environment.now() - startedMs < 60]).toEqual([
    "a",
    true,
    true,
  ]);
});

test("bytes take time on a narrow link", async () => {
  const { environment, lab } = await createPlayground(1, { bytesPerMs: () => 100 });
  const startedMs = environment.now();
  await environment.run(lab.echo({ data: new Uint8Array(50_000) }));
  expect(environment.now() - startedMs).toBeGreaterThan(1_000);
});

test("a lost connection fails the calls on it, and the next call goes over another", async () => {
  const { environment, network, lab } = await createPlayground(1, { delayMs: () => 5 });
  await environment.run(lab.ping());
  const lost = errorOf(lab.echo({ text: "a" }));
  network.reset();
  expect(((await environment.run(lost)) as RpcError).reason).toBe("connection_lost");
  expect((await environment.run(lab.echo({ text: "b" }))).text).toBe("b");
});

test("a cut in one direction is noticed by keepalive, long before the deadline", async () => {
  const { environment, network, lab } = await createPlayground();
  await environment.run(lab.ping());
  network.cut("to_client");
  const startedMs = environment.now();
  const error = (await environment.run(errorOf(lab.echo({}, { timeoutMs: 500_000 })))) as RpcError;
  expect([error.reason, environment.now() - startedMs <= 31_000]).toEqual(["connection_lost", true]);
});

test("what was held back by a cut arrives after it is healed", async () => {
  const { environment, network, lab } = await createPlayground();
  await environment.run(lab.ping());
  network.cut("to_server");
  const call = lab.echo({ text: "late" });
  await environment.advanceAsync(2_000);
  network.heal();
  expect((await environment.run(call)).text).toBe("late");
});

test.each(["refusing", "silent"] as const)("a network that is %s lets nobody connect", async (reachability) => {
  const { environment, network, lab } = await createPlayground();
  network.reachability = reachability;
  expect(((await environment.run(errorOf(lab.ping()))) as RpcError).reason).toBe("connect_failed");
  network.reachability = "up";
  await environment.run(lab.ping({ waitForReady: true }));
});

test("streams of 3 seeds arrive whole and in order however bytes are cut", async () => {
  for (const seed of [1, 2, 3]) {
    const { environment, lab } = await createPlayground(seed, { delayMs: () => seed });
    const notes = await environment.run(collect(lab.list({ count: 200 })));
    expect(notes.map(({ count }) => count)).toEqual(Array.from({ length: 200 }, (_, index) => index));
  }
});

test("the same seed takes the same time", async () => {
  const measure = async (): Promise<number> => {
    const { environment, lab } = await createPlayground(5, { delayMs: () => 3 });
    await environment.run(collect(lab.list({ count: 50, data: new Uint8Array(5_000) })));
    return environment.now();
  };
  expect(await measure()).toBe(await measure());
});

test("work that never settles is told apart by a limit", async () => {
  const environment = createVirtualEnvironment();
  environment.setTimer(10, () => undefined);
  await expect(environment.run(new Promise(() => undefined), 1_000)).rejects.toThrow("has not settled");
});
