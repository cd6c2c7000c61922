import { describe, expect, test } from "vitest";
import type { IncomingCall } from "../../runtime/connection/connection.ts";
import { RpcError } from "../../runtime/errors/rpc-error.ts";
import { createRandom, type VirtualEnvironment } from "../../runtime/testing/virtual-environment.ts";
import { type Outcome, startCall } from "../runtime/connection/world.ts";
import {
  type BareTransport,
  createBareTransport,
  createClientConnection,
  createServerConnection,
  createVirtualEnvironment,
} from "./raw-server.ts";

/**
 * Whole sessions, recorded between a client and a server that keep to the rules, then spoilt at random places and played to one side. Whatever
 * comes out of it: nothing is thrown, every call has one outcome, and nothing is left behind. A failure names its seed.
 */
const mutantsPerSide = 3_000;

interface Session {
  readonly fromClient: Uint8Array;
  readonly fromServer: Uint8Array;
}

/** Calls of every kind and size. */
function startCalls(client: Parameters<typeof startCall>[0]): Outcome[] {
  const streaming = startCall(client, { methodId: 4, hasItems: true, deadlineMs: 60_000 });
  for (const size of [0, 10, 5_000]) streaming.call.sendItem(Buffer.alloc(size, 5));
  streaming.call.endItems();
  const cancelled = startCall(client, { methodId: 9 });
  cancelled.call.cancel();
  return [
    startCall(client, { methodId: 1, body: Buffer.from("small"), metadata: [["tenant", "blue"]], deadlineMs: 9_000 }),
    startCall(client, { methodId: 2, body: Buffer.alloc(70_000, 2) }),
    startCall(client, { methodId: 3 }),
    startCall(client, { methodId: 5, oneway: true, body: Buffer.from("bye") }),
    startCall(client, { methodId: 6 }),
    streaming,
    cancelled,
  ];
}

function serve(call: IncomingCall, body: Uint8Array): void {
  if (call.methodId === 3) call.fail({ error: new RpcError({ reason: "application", message: "no" }) });
  if (call.methodId === 6) for (const size of [1, 200, 66_000]) call.sendItem(Buffer.alloc(size, 6), [["a", "b"]]);
  if (call.methodId === 4) {
    call.receiver = {
      onItem: (item, cost) => (call.sendItem(item), call.consumed(cost)),
      onItemsEnd: () => (call.end(), call.settle()),
      onCancel: () => call.settle(),
    };
    return;
  }
  if (call.methodId === 6) call.end();
  else if (call.methodId !== 3) call.respond(new Uint8Array(body));
  call.settle();
}

function createSides(environment: VirtualEnvironment) {
  const clientEnd = createBareTransport();
  const serverEnd = createBareTransport();
  const server = createServerConnection({ transport: serverEnd, environment, events: { onRequest: serve } });
  const client = createClientConnection({ transport: clientEnd, environment });
  return { clientEnd, serverEnd, client, server };
}

function record(): Session {
  const environment = createVirtualEnvironment();
  const { client, clientEnd, serverEnd } = createSides(environment);
  const outcomes = startCalls(client);
  const seen = { client: 0, server: 0 };
  for (let turn = 0; turn < 200; turn++) {
    environment.advance(1);
    for (; seen.client < clientEnd.written.length; seen.client++)
      serverEnd.feed(clientEnd.written[seen.client] as Uint8Array);
    environment.advance(1);
    for (; seen.server < serverEnd.written.length; seen.server++)
      clientEnd.feed(serverEnd.written[seen.server] as Uint8Array);
  }
  expect(outcomes.map((outcome) => outcome.outcomes)).toEqual(outcomes.map(() => 1));
  return { fromClient: Buffer.concat(clientEnd.written), fromServer: Buffer.concat(serverEnd.written) };
}

/** Where frames begin, the Option first. */
function split(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes);
  let at = buffer.indexOf(10) + 1;
  const parts: Uint8Array[] = [buffer.subarray(0, at)];
  while (at < buffer.length) {
    const end = at + 20 + buffer.readUInt32BE(at + 4);
    parts.push(buffer.subarray(at, end));
    at = end;
  }
  return parts;
}

/** One to four faults: in bytes (mostly of the fixed parts), in the order of frames, in their number, in where the stream ends. */
function spoil(session: Uint8Array, random: () => number): Uint8Array {
  const parts: Buffer[] = split(session).map((part) => Buffer.from(part));
  const pick = (length: number): number => Math.floor(random() * length);
  const at = (): number => pick(parts.length);
  for (let count = 1 + pick(4); count > 0; count--) {
    const index = at();
    const part = parts[index] as Buffer;
    const place = pick(random() < 0.7 ? Math.min(part.length, 40) : part.length);
    const faults = [
      () => part.length > 0 && (part[place] = pick(256)),
      () => part.length > 0 && (part[place] = (part[place] as number) ^ (1 << pick(8))),
      () => part.length > 8 && part.writeUInt32BE([0, 1, 65_535, 66_561, 2 ** 31, 2 ** 32 - 1][pick(6)] as number, 4),
      () => parts.splice(index, 1),
      () => parts.splice(at(), 0, Buffer.from(part)),
      () => parts.splice(at(), 0, parts.splice(index, 1)[0] as Buffer),
      () => (parts[index] = Buffer.from(part.subarray(0, place))),
      () =>
        (parts[index] = Buffer.concat([
          part.subarray(0, place),
          Buffer.alloc(pick(30), pick(256)),
          part.subarray(place),
        ])),
      () => parts.splice(index, parts.length),
    ];
    faults[pick(faults.length)]?.();
    if (parts.length === 0) parts.push(Buffer.alloc(0));
  }
  return Buffer.concat(parts);
}

function play(transport: BareTransport, bytes: Uint8Array, random: () => number, between: () => void): void {
  const isFine = random() < 0.2;
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(random() * (isFine ? 40 : 70_000)));
    transport.feed(bytes.subarray(at, end));
    between();
    at = end;
  }
}

describe("spoilt sessions", () => {
  const session = record();

  test("as recorded they go well", () => {
    expect(session.fromClient.length > 75_000 && session.fromServer.length > 130_000).toBe(true);
  });

  test("leave a client with one outcome for each call, and nothing behind", () => {
    const endings = new Set<string>();
    for (let seed = 1; seed <= mutantsPerSide; seed++) {
      const random = createRandom(seed);
      const environment = createVirtualEnvironment(seed);
      const transport = createBareTransport();
      const client = createClientConnection({ transport, environment });
      const outcomes = startCalls(client);
      environment.advance(1);
      play(transport, spoil(session.fromServer, random), random, () => environment.flush());
      environment.advance(1);
      expect([seed, outcomes.every((outcome) => outcome.outcomes <= 1)]).toEqual([seed, true]);
      transport.end();
      environment.advance(100_000);
      expect([seed, outcomes.map((outcome) => outcome.outcomes)]).toEqual([seed, outcomes.map(() => 1)]);
      expect([seed, client.callsInProgress, environment.pendingTimers]).toEqual([seed, 0, 0]);
      for (const { error } of outcomes) endings.add(error?.reason ?? "well");
    }
    // The faults are not all of one kind.
    expect([...endings].sort()).toEqual(expect.arrayContaining(["connection_lost", "protocol_violated", "well"]));
  });

  test("leave a server with no call in progress, and nothing behind", () => {
    const frames = { answered: 0 };
    for (let seed = 1; seed <= mutantsPerSide; seed++) {
      const random = createRandom(seed + 1_000_000);
      const environment = createVirtualEnvironment(seed);
      const transport = createBareTransport();
      const server = createServerConnection({ transport, environment, events: { onRequest: serve } });
      play(transport, spoil(session.fromClient, random), random, () => environment.flush());
      environment.advance(1);
      frames.answered += transport.written.length;
      transport.end();
      environment.advance(100_000);
      expect([seed, server.state, server.callsInProgress, environment.pendingTimers]).toEqual([seed, "closed", 0, 0]);
    }
    expect(frames.answered).toBeGreaterThan(mutantsPerSide);
  });
});
