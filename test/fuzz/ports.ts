import { createSniffedTransport } from "../../runtime/transport/sniff.ts";
import { checkReaction, readServerFrames } from "./answers.ts";
import { finish } from "./connections.ts";
import { readSessions } from "./corpus.ts";
import type { Lots } from "./mutate.ts";
import { createOpenings } from "./openings.ts";
import { createServer } from "./sides.ts";
import { createStillEnvironment } from "./still-environment.ts";
import { Finding, type Target } from "./target.ts";
import type { Meter } from "./watch.ts";
import { WireEnd } from "./wire-end.ts";

const listed = ["https://app.example.com"];
/** An orchestrator's question that has two answers. */
const probe = (path: string) =>
  path === "/healthz" ? { isGood: true, text: "ok" } : path === "/a" ? { isGood: false, text: "draining" } : undefined;

/**
 * A port that tells its peers apart by their first bytes: requests for WebSockets and what travels in them, other requests, HTTP/2, TLS and
 * what looks like it, and our own. Each gets what the table says, however its bytes are cut, and nothing is left.
 */
export function createPorts(vectors: string): Target {
  const openings = createOpenings(readSessions(`${vectors}/sessions-server.jsonl`));
  return {
    run(lots, meter) {
      const bytes = new Uint8Array(openings.next(lots));
      const origins = lots.below(2) === 0 ? undefined : listed;
      meter.start();
      const answer = play(bytes, origins, lots, meter);
      // Not for all: it is a second case.
      if (lots.below(8) !== 0) return;
      const again = play(bytes, origins, lots, meter);
      if (again !== answer)
        throw new Finding(`cut in another way, the answer has ${again.length} bytes, not ${answer.length}`);
    },
  };
}

/** @returns what is answered, without the frames of WebSockets, which may end elsewhere */
function play(bytes: Uint8Array, origins: readonly string[] | undefined, lots: Lots, meter: Meter): string {
  const end = new WireEnd(true);
  const environment = createStillEnvironment();
  const transport = createSniffedTransport(end, { webSocketPath: "/", origins, probe, maxWebSocketFrameBytes: 66_580 });
  const side = createServer(transport, environment);
  end.feed(bytes, lots);
  environment.flush();
  meter.step(bytes.length);
  const written = Buffer.concat(end.written ?? []);
  checkReaction(bytes, { written, isClosed: end.isClosed }, origins);
  const answer = written.toString("latin1");
  const content = answer.startsWith("HTTP/1.1 101") ? readServerFrames(written) : answer;
  meter.start();
  finish(end, side, environment);
  meter.step(0);
  return content;
}
