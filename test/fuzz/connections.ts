import { readFileSync } from "node:fs";
import { createClientConnection } from "../../runtime/connection/client-connection.ts";
import type { ClientConnection, IncomingCall } from "../../runtime/connection/connection.ts";
import { createServerConnection } from "../../runtime/connection/server-connection.ts";
import type { Environment } from "../../runtime/environment/environment.ts";
import { type BareTransport, createBareTransport } from "../hostile/raw-server.ts";
import { type Lots, mutate } from "./mutate.ts";
import { Finding, type Target } from "./target.ts";

/** Sequences of frames at the state machine of a connection, in both roles: nothing thrown, one outcome for each call, and nothing is left. */
export function createFrames(vectors: string): Target {
  const fromClient = read(`${vectors}/sessions-server.jsonl`, "send");
  const fromServer = read(`${vectors}/sessions-client.jsonl`, "send");
  return {
    run(lots) {
      const isServer = lots.below(2) === 0;
      const scripts = isServer ? fromClient : fromServer;
      const script = lots.pick(scripts);
      const other = lots.pick(lots.pick(scripts));
      const end = createBareTransport();
      const environment = createStillEnvironment();
      const side = isServer ? createServer(end, environment) : createClient(end, environment);
      const spoilt = 1 + lots.below(Math.max(1, script.length - 1));
      for (let step = 0; step < script.length; step++) {
        const bytes = script[step] as Uint8Array;
        feed(end, step === spoilt || lots.below(6) === 0 ? mutate(bytes, other, lots) : bytes, lots);
        environment.flush();
      }
      end.end();
      side.check();
      environment.flush();
      if (environment.timers !== 0) throw new Finding(`${environment.timers} timers are left`);
    },
  };
}

/** The first bytes of a connection, whole or spoilt, in both roles. */
export function createHandshakes(vectors: string): Target {
  const options = [
    ...read(`${vectors}/handshakes.jsonl`, "hex"),
    ...read(`${vectors}/sessions-server.jsonl`, "send").map((script) => script.slice(0, 1)),
  ].flat();
  return {
    run(lots) {
      const end = createBareTransport();
      const environment = createStillEnvironment();
      const side = lots.below(2) === 0 ? createServer(end, environment) : createClient(end, environment);
      feed(end, mutate(lots.pick(options), lots.pick(options), lots), lots);
      environment.flush();
      end.end();
      side.check();
      environment.flush();
      if (environment.timers !== 0) throw new Finding(`${environment.timers} timers are left`);
    },
  };
}

interface Side {
  /** After the transport has ended. */
  check(): void;
}

function createServer(end: BareTransport, environment: Environment): Side {
  const calls: IncomingCall[] = [];
  const server = createServerConnection({
    transport: end,
    environment,
    events: {
      onRequest(call, body) {
        calls.push(call);
        call.receiver = {
          onItem: (item, cost) => (call.sendItem(item), call.consumed(cost)),
          onItemsEnd: () => call.end(),
          onCancel: () => call.settle(),
        };
        if (call.hasItems) return;
        call.respond(body);
        call.settle();
      },
    },
  });
  return {
    check() {
      for (const call of calls) call.settle();
      if (server.state !== "closed" || server.callsInProgress !== 0)
        throw new Finding(`the server is ${server.state} with ${server.callsInProgress} calls`);
    },
  };
}

function createClient(end: BareTransport, environment: Environment): Side {
  const client = createClientConnection({ transport: end, environment });
  const outcomes = Array.from({ length: 4 }, (_, index) => start(client, index));
  return {
    check() {
      if (outcomes.some(({ count }) => count !== 1))
        throw new Finding(`calls have ${outcomes.map(({ count }) => count).join(", ")} outcomes`);
      if (client.state !== "closed" || client.callsInProgress !== 0)
        throw new Finding(`the client is ${client.state} with ${client.callsInProgress} calls`);
    },
  };
}

function start(client: ClientConnection, index: number): { count: number } {
  const outcome = { count: 0 };
  const call = client.startCall({
    methodId: index,
    body: new Uint8Array(index * 3),
    hasItems: index === 2,
    receiver: {
      onResponse: (_, head) => (outcome.count++, void head.metadata()),
      onItem: (_, cost) => call.consumed(cost),
      onEnd: () => void outcome.count++,
      onError: () => void outcome.count++,
    },
  });
  return outcome;
}

function feed(end: BareTransport, bytes: Uint8Array, lots: Lots): void {
  const at = lots.below(bytes.length + 1);
  if (at > 0) end.feed(bytes.subarray(0, at));
  if (at < bytes.length) end.feed(bytes.subarray(at));
}

interface StillEnvironment extends Environment {
  readonly timers: number;
  flush(): void;
}

/** Time stands still; what is deferred runs when it is told to. */
function createStillEnvironment(): StillEnvironment {
  let timers = 0;
  let deferred: (() => void)[] = [];
  return {
    get timers() {
      return timers;
    },
    now: () => 1_000,
    wallClock: () => 1_700_000_000_000,
    setTimer: () => {
      let isSet = true;
      timers++;
      const cancel = (): void => {
        if (isSet) timers--;
        isSet = false;
      };
      return { cancel, ref: () => undefined, unref: () => undefined };
    },
    defer: (action) => void deferred.push(action),
    yieldTurn: (action) => void deferred.push(action),
    random: () => 0.5,
    randomBytes: (count) => new Uint8Array(count),
    flush() {
      for (let rounds = 0; deferred.length > 0; rounds++) {
        if (rounds > 1_000) throw new Finding("what is deferred never ends");
        const actions = deferred;
        deferred = [];
        for (const action of actions) action();
      }
    },
  };
}

/** The bytes that scripts of sessions send, or that vectors consist of. */
function read(file: string, name: "send" | "hex"): Uint8Array[][] {
  const found: Uint8Array[][] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const vector = JSON.parse(line) as {
      readonly hex?: string;
      readonly steps?: readonly { readonly send?: unknown }[];
    };
    const texts = name === "hex" ? [vector.hex] : (vector.steps ?? []).map(({ send }) => send);
    const script = texts.filter((text) => typeof text === "string" && text.length < 8_000);
    if (script.length > 0) found.push(script.map((text) => new Uint8Array(Buffer.from(text as string, "hex"))));
  }
  return found;
}
