import { readSessions, readVectors } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { createClient, createServer, type Side } from "./sides.ts";
import { createStillEnvironment, type StillEnvironment } from "./still-environment.ts";
import { Finding, type Target } from "./target.ts";
import { WireEnd } from "./wire-end.ts";

/** Sequences of frames at the state machine of a connection, in both roles: nothing thrown, one outcome for each call, and nothing is left. */
export function createFrames(vectors: string): Target {
  const fromClient = readSessions(`${vectors}/sessions-server.jsonl`);
  const fromServer = readSessions(`${vectors}/sessions-client.jsonl`);
  return {
    run(lots, meter) {
      const isServer = lots.below(2) === 0;
      const scripts = isServer ? fromClient : fromServer;
      const script = lots.pick(scripts);
      const other = lots.pick(lots.pick(scripts));
      const end = new WireEnd();
      const environment = createStillEnvironment();
      const side = isServer ? createServer(end, environment) : createClient(end, environment);
      const spoilt = 1 + lots.below(Math.max(1, script.length - 1));
      for (let step = 0; step < script.length; step++) {
        const fine = script[step] as Uint8Array;
        const bytes = step === spoilt || lots.below(6) === 0 ? mutate(fine, other, lots) : fine;
        end.feed(bytes, lots);
        environment.flush();
        meter.step(bytes.length);
      }
      finish(end, side, environment);
      meter.step(0);
    },
  };
}

/** The first bytes of a connection, whole or spoilt, in both roles. */
export function createHandshakes(vectors: string): Target {
  const options = [
    ...readVectors(`${vectors}/handshakes.jsonl`),
    ...readSessions(`${vectors}/sessions-server.jsonl`).flatMap((script) => script.slice(0, 1)),
  ];
  return {
    run(lots, meter) {
      const end = new WireEnd();
      const environment = createStillEnvironment();
      const side = lots.below(2) === 0 ? createServer(end, environment) : createClient(end, environment);
      const bytes = mutate(lots.pick(options), lots.pick(options), lots);
      end.feed(bytes, lots);
      environment.flush();
      meter.step(bytes.length);
      finish(end, side, environment);
      meter.step(0);
    },
  };
}

/** Ends the connection; nothing of it may be left. */
export function finish(end: WireEnd, side: Side, environment: StillEnvironment): void {
  end.end();
  side.check();
  environment.flush();
  if (environment.timers !== 0) throw new Finding(`${environment.timers} timers are left`);
}
