import { describe, expect, test } from "vitest";
import { createClientConnection } from "../../../runtime/connection/client-connection.ts";
import { createServerConnection } from "../../../runtime/connection/server-connection.ts";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../../runtime/testing/virtual-network.ts";
import { createWorld, startCall, type World } from "./world.ts";

const enough = new RpcError({ reason: "cancelled_by_caller", message: "enough" });

function openWorld(options: Parameters<typeof createWorld>[0] = {}): World {
  const world = createWorld(options);
  world.environment.advance(5);
  return world;
}

/** Both sides with their events in one list. */
function createNoted(options: { readonly token?: string | Promise<string>; readonly peerName?: string } = {}) {
  const environment = createVirtualEnvironment();
  const [clientEnd, serverEnd] = createVirtualPair({ environment });
  const log: string[] = [];
  const events = (side: string) => ({
    onOpen: () => void log.push(`${side} opens`),
    onDraining: () => void log.push(`${side} drains`),
    onClose: (error: RpcError | undefined) => void log.push(`${side} closes: ${error?.message ?? "politely"}`),
  });
  const server = createServerConnection({
    transport: serverEnd,
    environment,
    events: { ...events("server"), onRequest: (call) => (call.respond(new Uint8Array(1)), call.settle()) },
  });
  const client = createClientConnection({ transport: clientEnd, environment, events: events("client"), ...options });
  return { environment, clientEnd, serverEnd, server, client, log };
}

describe("both sides", () => {
  test("know each other once they are open", () => {
    const { client, server, environment } = createWorld({ serverLimits: { maxCalls: 5, maxFrameBytes: 70_000 } });
    expect([client.state, server.state, client.peerLimits.maxCalls]).toEqual(["opening", "opening", 1_000]);
    environment.advance(5);
    expect([client.state, server.state]).toEqual(["open", "open"]);
    expect(client.peerLimits).toMatchObject({ maxCalls: 5, maxFrameBytes: 70_000 });
    expect(server.peerLimits).toMatchObject({ maxCalls: 1_000, maxFrameBytes: 66_560 });
    expect([client.peer.length > 0, server.peer.length > 0, client.peerCompressors]).toEqual([true, true, []]);
  });

  test("tell of their opening, their draining and their end, each once", () => {
    const { environment, server, log } = createNoted();
    environment.advance(5);
    expect(log.toSorted()).toEqual(["client opens", "server opens"]);
    void server.drain(1_000);
    environment.advance(50);
    expect(log.slice(2).toSorted()).toEqual([
      "client closes: politely",
      "client drains",
      "server closes: politely",
      "server drains",
    ]);
  });

  test.each(["client", "server"] as const)(
    "lose their calls when the %s aborts, with its error where it is known",
    (side) => {
      const world = openWorld();
      const outcome = world.start();
      world.environment.advance(5);
      world[side].abort(enough);
      world[side].abort();
      world.environment.advance(5);
      expect([world.client.state, world.server.state]).toEqual(["closed", "closed"]);
      expect([outcome.outcomes, world.client.callsInProgress]).toEqual([1, 0]);
      expect(outcome.error?.message).toBe(
        side === "client" ? "enough" : "The connection to the server was lost: reset by peer",
      );
      expect(world.served[0]?.cancelled?.message).toBe(
        side === "server" ? "enough" : "The connection to the client was lost: reset by peer",
      );
      expect(world.closed[side]).toBe(enough);
    },
  );

  test("say so when nothing better is known", () => {
    const world = openWorld();
    const outcome = world.start();
    world.client.abort();
    world.environment.advance(5);
    expect(outcome.error).toMatchObject({ reason: "connection_lost", message: "The connection was closed." });
  });

  test("say who closed the connection in the middle of a call", () => {
    for (const side of ["client", "server"] as const) {
      const world = openWorld();
      const outcome = world.start();
      world.environment.advance(5);
      world[`${side}End`].close();
      world.environment.advance(5);
      const told = side === "server" ? outcome.error : world.served[0]?.cancelled;
      expect(told).toMatchObject({ reason: "connection_lost", message: `The ${side} closed the connection.` });
    }
  });

  test("say what the transport said", () => {
    const world = openWorld();
    const outcome = world.start();
    world.environment.advance(5);
    world.clientEnd.abort(new Error("cable cut"));
    world.environment.advance(5);
    expect(outcome.error?.message).toBe("The connection to the server was lost: cable cut");
    expect(outcome.error?.cause).toMatchObject({ message: "cable cut" });
  });
});

describe("a client", () => {
  test("that drains finishes its calls, starts none, and ends politely", () => {
    const world = openWorld();
    const outcome = world.start();
    world.environment.advance(5);
    void world.client.drain(1_000);
    world.environment.advance(5);
    expect([world.client.state, outcome.outcomes]).toEqual(["draining", 0]);
    const late = world.start();
    world.environment.advance(1);
    expect([late.error?.reason, late.error?.message]).toEqual(["draining", "The connection is draining."]);
    const [served] = world.served;
    served?.call.respond(Buffer.from("done"));
    served?.call.settle();
    world.environment.advance(20);
    expect([outcome.response, world.client.state, world.closed]).toEqual([
      "done",
      "closed",
      { client: "polite", server: "polite" },
    ]);
    const after = world.start();
    world.environment.advance(1);
    expect(after.error?.message).toBe("The connection is closed.");
  });

  test("gives its calls the grace that it was given, and no more", () => {
    const world = openWorld();
    const outcome = world.start();
    void world.client.drain(1_000);
    void world.client.drain(5_000);
    world.environment.advance(990);
    expect(outcome.outcomes).toBe(0);
    world.environment.advance(20);
    expect([outcome.outcomes, world.client.state]).toEqual([1, "closed"]);
  });

  test("sends no call whose deadline has passed, and one whose deadline has not", () => {
    const world = openWorld();
    const nowMs = world.environment.now();
    const outcomes = [nowMs - 1, nowMs, nowMs + 50].map((deadlineMs) => world.start({ deadlineMs }));
    world.environment.advance(10);
    expect(outcomes.map(({ error }) => error?.reason)).toEqual(["deadline_passed", "deadline_passed", undefined]);
    expect(world.served.length).toBe(1);
    world.environment.advance(50);
    expect(outcomes[2]?.error?.code).toBe(outcomes[0]?.error?.code);
  });

  test("counts one-way calls until they are sent", () => {
    const world = openWorld();
    const outcome = world.start({ oneway: true });
    expect(world.client.callsInProgress).toBe(1);
    world.environment.advance(5);
    expect([outcome.outcomes, world.client.callsInProgress, world.served[0]?.call.oneway]).toEqual([1, 0, true]);
  });

  test("sends the trace of a call, without the parts that are too long", () => {
    const world = openWorld();
    const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };
    world.start({ trace: ids });
    world.start({ trace: { ...ids, state: "s".repeat(512), baggage: "b".repeat(8_192) }, attempt: 3, priority: 2 });
    world.start({ trace: { ...ids, state: "s".repeat(513), baggage: "b".repeat(8_193) } });
    world.start({ trace: { ...ids, state: "", baggage: "" } });
    world.environment.advance(10);
    const without = { ...ids, state: undefined, baggage: undefined };
    expect(world.served.map(({ call }) => call.trace)).toEqual([
      without,
      { ...ids, state: "s".repeat(512), baggage: "b".repeat(8_192) },
      without,
      without,
    ]);
    expect(world.served.map(({ call }) => [call.attempt, call.priority])).toEqual([
      [0, undefined],
      [3, 2],
      [0, undefined],
      [0, undefined],
    ]);
  });

  test("lets calls wait that the server has no place for, in their order, and drops those that are cancelled", () => {
    const world = openWorld({ serverLimits: { maxCalls: 2 } });
    const outcomes = ["a", "b", "c", "d"].map((body) => world.start({ body: Buffer.from(body) }));
    world.environment.advance(5);
    expect([world.served.map(({ body }) => body), world.client.callsInProgress]).toEqual([["a", "b"], 4]);
    outcomes[2]?.call.cancel();
    world.served[0]?.call.respond(new Uint8Array(0));
    world.served[0]?.call.settle();
    world.environment.advance(10);
    expect([world.served.map(({ body }) => body), world.client.callsInProgress]).toEqual([["a", "b", "d"], 2]);
  });

  test("has to speak a serialization", () => {
    const environment = createVirtualEnvironment();
    const [transport] = createVirtualPair({ environment });
    expect(() => createClientConnection({ transport, environment, serializations: [] })).toThrow("at least one");
    expect(() =>
      createServerConnection({ transport, environment, serializations: [], events: { onRequest: () => undefined } }),
    ).toThrow("at least one");
  });
});

describe("a token", () => {
  test("goes to the server, at once or when it is there", async () => {
    const token = Promise.resolve("secret");
    for (const given of ["secret", token]) {
      const { environment, server, client } = createNoted({ token: given });
      await token;
      environment.advance(5);
      expect([server.peerToken, client.state]).toEqual(["secret", "open"]);
    }
  });

  test("that cannot be had ends the connection with its error", async () => {
    const token = Promise.reject(enough);
    const { environment, client, log } = createNoted({ token });
    const outcome = startCall(client);
    await token.catch(() => undefined);
    environment.advance(5);
    expect([client.state, outcome.error?.message]).toEqual(["closed", "enough"]);
    expect(log).toContain("client closes: enough");
  });

  test("that comes after the end is not sent", async () => {
    const token = Promise.resolve("late");
    const { environment, client, server } = createNoted({ token });
    client.abort();
    await token;
    environment.advance(5);
    expect([client.state, server.peerToken]).toEqual(["closed", undefined]);
  });
});
