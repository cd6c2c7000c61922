/** Servers that take connections and never say a word: what they cost their callers. */
import { describe, expect, test } from "vitest";
import {
  type CallOptions,
  type ChannelOptions,
  createChannel,
  createClient,
  createServer,
  type RpcError,
  type TransportKind,
} from "../../../runtime/index.ts";
import { Lab, type LabClient } from "../fixture/lab.ts";
import { createStoppedClock, type StoppedClock } from "../fixture/stopped-clock.ts";
import { echoing } from "../fixture/world.ts";
import { createScriptedTransport, type ScriptedTransport } from "./scripted-transport.ts";

/** What became of a call, and how long it took. */
interface Outcome {
  text: string;
  afterMs: number;
}

interface Scene {
  readonly clock: StoppedClock;
  readonly network: ScriptedTransport;
  readonly lab: LabClient;
  call(options?: CallOptions): Outcome;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A client of `memory:quiet`, unless it is told otherwise, where nobody speaks. */
function createScene(options: Partial<ChannelOptions> = {}, clock: StoppedClock = createStoppedClock()): Scene {
  const network = createScriptedTransport(clock, "silent");
  const channel = createChannel({ target: "memory:quiet", environment: clock, transports: [network.kind], ...options });
  const lab = createClient(Lab, { channel, timeoutMs: Infinity });
  return {
    clock,
    network,
    lab,
    call: (callOptions) => watch(clock, lab.ping(callOptions)),
    async [Symbol.asyncDispose]() {
      const closing = channel.close({ graceMs: 0 });
      await clock.advance(5_000);
      await closing;
    },
  };
}

function watch(clock: StoppedClock, call: Promise<unknown>): Outcome {
  const sinceMs = clock.now();
  const outcome: Outcome = { text: "waits", afterMs: 0 };
  const end = (text: string): void => void Object.assign(outcome, { text, afterMs: clock.now() - sinceMs });
  call.then(
    () => end("answered"),
    (error: RpcError) => end(error.reason),
  );
  return outcome;
}

describe("a server that never says a word costs a call", () => {
  test("connectTimeoutMs and handshakeMs, and the next ones no more", async () => {
    await using scene = createScene();
    for (let count = 0; count < 5; count++) {
      const outcome = scene.call();
      await scene.clock.advance(5_999);
      expect(outcome.text).toBe("waits");
      await scene.clock.advance(1);
      expect(outcome).toEqual({ text: "connection_lost", afterMs: 6_000 });
    }
    expect(scene.network.attemptsMs).toHaveLength(5);
  });

  test("what both were set to", async () => {
    await using scene = createScene({ connectTimeoutMs: 300, limits: { handshakeMs: 400 } });
    const outcome = scene.call();
    await scene.clock.advance(10_000);
    expect(outcome).toEqual({ text: "connection_lost", afterMs: 700 });
  });

  test("the rest of that where another call came before", async () => {
    await using scene = createScene();
    scene.call();
    await scene.clock.advance(4_000);
    const outcome = scene.call();
    await scene.clock.advance(10_000);
    expect(outcome).toEqual({ text: "connection_lost", afterMs: 2_000 });
    expect(scene.network.attemptsMs).toHaveLength(1);
  });

  test("its deadline at most", async () => {
    await using scene = createScene();
    const outcome = scene.call({ timeoutMs: 100 });
    await scene.clock.advance(10_000);
    expect(outcome).toEqual({ text: "deadline_passed", afterMs: 100 });
  });

  test("the pause after failures besides, which ends 1.2 s after the last attempt began", async () => {
    await using scene = createScene({ connectTimeoutMs: 10, limits: { handshakeMs: 20 } });
    const calls = [scene.call()];
    while (scene.network.attemptsMs.length < 20) {
      await scene.clock.advance(1);
      if (calls.at(-1)?.text !== "waits") calls.push(scene.call());
    }
    const outcomes = calls.slice(0, -1);
    expect(outcomes.every(({ text, afterMs }) => text === "connection_lost" && afterMs <= 1_200 + 30)).toBe(true);
    expect(Math.max(...outcomes.map(({ afterMs }) => afterMs))).toBeGreaterThan(700);
  });

  test("that waits for a connection its whole deadline, while it is tried again", async () => {
    await using scene = createScene();
    const outcome = scene.call({ timeoutMs: 20_000, waitForReady: true });
    await scene.clock.advance(30_000);
    expect(outcome).toEqual({ text: "deadline_passed", afterMs: 20_000 });
    expect(scene.network.attemptsMs.length).toBeGreaterThan(2);
  });
});

test("of several instances a silent one costs the calls that come upon it first; then the others are called", async () => {
  const clock = createStoppedClock();
  const [silent, up] = [createScriptedTransport(clock, "silent").kind, createScriptedTransport(clock).kind];
  const server = createServer({ environment: clock, transports: [up] }).add(Lab, echoing);
  await server.listen("memory:good");
  const connect: TransportKind["connect"] = (address, options) =>
    (address.text === "memory:quiet" ? silent : up).connect(address, options);
  const target = "memory:quiet,memory:good";
  await using scene = createScene({ target, transports: [{ ...up, connect }] }, clock);
  const outcomes: Outcome[] = [];
  for (let count = 0; count < 10; count++) {
    outcomes.push(watch(clock, scene.lab.ping()));
    await clock.advance(10_000);
  }
  expect(outcomes.filter(({ text }) => text !== "answered")).toEqual([{ text: "connection_lost", afterMs: 6_000 }]);
  const closing = server.close({ graceMs: 0 });
  await clock.advance(5_000);
  await closing;
});
