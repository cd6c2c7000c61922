import { Multiplexer } from "../../runtime/connection/multiplexer.ts";
import type { VirtualLink, VirtualTransport } from "../../runtime/testing/index.ts";
import type { Verdict } from "./verdict.ts";

/** Bytes that may wait at a transport: what is written in a turn, one frame more than the high water mark, and replies that pass the queues. */
const maxQueuedBytes = 2_000_000;

/** Looks into the two state machines of a connection: their memory, and their accounts of each other. */
export class LinkMonitor {
  private readonly link: VirtualLink;
  private readonly verdict: Verdict;
  private readonly client: { machine: Multiplexer | undefined };
  private readonly server: { machine: Multiplexer | undefined };

  /** @param onServer gets the machine of the server once it has begun */
  constructor(link: VirtualLink, verdict: Verdict, onServer: (machine: Multiplexer) => void = () => undefined) {
    this.link = link;
    this.verdict = verdict;
    this.client = watch(link.client);
    this.server = watch(link.server, onServer);
  }

  /** I-8 and I-9, at any moment: memory has bounds, nobody has less than nothing, and no sender may send more than its receiver expects. */
  look(): void {
    for (const end of [this.link.client, this.link.server]) {
      const { bytesQueued, localAddress } = end;
      this.verdict.expect(bytesQueued <= maxQueuedBytes, "I-8", () => `${bytesQueued} bytes wait at ${localAddress}`);
    }
    this.direction((sender, receiver, where) => {
      const { limits, messages, outbound } = receiver;
      const { outstanding, held } = messages.window;
      const credit = sender.outbound.connectionCredit;
      this.verdict.expect(
        credit >= 0 && outstanding >= credit && held >= 0,
        "I-9",
        () => `${where} may send ${credit}, is expected to send ${outstanding}, and ${held} are held`,
      );
      // A message in chunks gives its credit back on the way, so the last one may come on top of a full window.
      const most = limits.connectionCreditBytes + limits.maxPartialBytes + limits.maxMessageBytes;
      const arrived = held + messages.partialBytes;
      this.verdict.expect(arrived <= most, "I-8", () => `${arrived} bytes of ${where} are kept at its peer`);
      const { waitingBytes } = outbound;
      this.verdict.expect(
        waitingBytes <= limits.maxOutboundBytes,
        "I-8",
        () => `${waitingBytes} bytes wait for ${where}`,
      );
    });
  }

  /** I-5 and I-9, when all calls are over: nothing is held, queued or counted, and both sides agree about credit to the byte. */
  lookAtRest(): void {
    if (!this.link.isOpen) return;
    this.direction((sender, receiver, where) => {
      const { messages, outbound, wheel, memory } = receiver;
      const left = {
        held: messages.window.held,
        partial: messages.partialBytes,
        waiting: outbound.waitingBytes,
        deadlines: wheel.size,
        charged: memory?.usedBytes ?? 0,
      };
      this.verdict.expect(
        Object.values(left).every((count) => count === 0),
        "I-5",
        () => `after the last call the peer of ${where} keeps ${JSON.stringify(left)}`,
      );
      const credit = sender.outbound.connectionCredit;
      this.verdict.expect(
        credit === messages.window.outstanding,
        "I-9",
        () => `at rest ${where} may send ${credit}, but is expected to send ${messages.window.outstanding}`,
      );
    });
  }

  /** For both directions of a connection whose handshake is complete and that is not ending. */
  private direction(visit: (sender: Multiplexer, receiver: Multiplexer, where: string) => void): void {
    const [client, server] = [this.client.machine, this.server.machine];
    if (client === undefined || server === undefined || !isLive(client) || !isLive(server)) return;
    visit(client, server, "the client");
    visit(server, client, "the server");
  }
}

function isLive({ state }: Multiplexer): boolean {
  return state === "open" || state === "draining";
}

/** Whom a connection tells its transport to report to is its state machine. */
function watch(
  end: VirtualTransport,
  onMachine?: (machine: Multiplexer) => void,
): { machine: Multiplexer | undefined } {
  const watched: { machine: Multiplexer | undefined } = { machine: undefined };
  const start = end.start.bind(end);
  end.start = (events) => {
    if (!(events instanceof Multiplexer)) throw new TypeError("The simulation looks into a Multiplexer.");
    watched.machine = events;
    onMachine?.(events);
    start(events);
  };
  return watched;
}
