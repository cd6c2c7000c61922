import { FrameFlag, FrameKind, fixedBytes, laneMask, onewayLane } from "../../runtime/protocol/frame.ts";
import { FrameReader } from "../../runtime/protocol/frame-reader.ts";
import { HeaderReader } from "../../runtime/protocol/header-reader.ts";
import { defaultLimits, initialCredit } from "../../runtime/protocol/limits.ts";
import type { VirtualLink, VirtualTransport } from "../../runtime/testing/index.ts";
import type { Verdict } from "./verdict.ts";

/** What both sides said about one call. */
interface Lane {
  readonly id: string;
  readonly isOneway: boolean;
  isCancelled: boolean;
  isOver: boolean;
  hasMore: boolean;
  itemsEnded: boolean;
}

interface Account {
  sent: number;
  granted: number;
}

/** Milliseconds after which no call is left that began before the limits were known. */
const settlingMs = 2_000;

/** Reads along on a link, knows the protocol and nothing of its implementation's state, and reports what must not be on the wire. */
export function monitor(link: VirtualLink, maxCalls: number, verdict: Verdict, now: () => number): WireMonitor {
  const made = new WireMonitor(maxCalls, verdict);
  // Until the server's Option has arrived, the client goes by the numbers that the protocol begins with.
  // Calls that were begun before keep the place they got.
  let knownSinceMs = Infinity;
  const knowsLimits = (): boolean => {
    if (server.optionBytes > 0 && link.client.bytesRead >= server.optionBytes)
      knownSinceMs = Math.min(knownSinceMs, now());
    return now() - knownSinceMs > settlingMs;
  };
  tap(link.client, (reader, header) => made.onClientFrame(reader, header, knowsLimits()));
  const server = tap(link.server, (reader, header) => made.onServerFrame(reader, header));
  return made;
}

export class WireMonitor {
  frames = 0;
  readonly #maxCalls: number;
  readonly #verdict: Verdict;
  readonly #lanes: Map<string, Lane>;
  readonly #accounts: Map<string, Account>;
  readonly #partial: Set<string>;
  #lastId: number;
  #goawayId: number | undefined;

  constructor(maxCalls: number, verdict: Verdict) {
    this.#maxCalls = maxCalls;
    this.#verdict = verdict;
    this.#lanes = new Map();
    this.#accounts = new Map();
    this.#partial = new Set();
    this.#lastId = -1;
    this.#goawayId = undefined;
  }

  /** Calls that the last GOAWAY promised to answer and that were neither answered nor cancelled. */
  unanswered(): string[] {
    if (this.#goawayId === undefined) return [];
    const last = this.#goawayId;
    return [...this.#lanes.values()]
      .filter((lane) => !lane.isOver && !lane.isCancelled && !lane.isOneway && sequenceOf(lane.id) <= last)
      .map(({ id }) => id);
  }

  onClientFrame(reader: FrameReader, header: HeaderReader, knowsLimits: boolean): void {
    this.frames++;
    const id = idOf(reader);
    if (reader.kind === FrameKind.request) this.#onRequest(reader, id, knowsLimits);
    else if (reader.kind === FrameKind.cancel) {
      const lane = this.#lanes.get(id);
      if (lane !== undefined) lane.isCancelled = true;
    } else if (reader.kind === FrameKind.item || reader.kind === FrameKind.end) this.#onClientItem(reader, id);
    this.#account("client", reader, header, id);
  }

  onServerFrame(reader: FrameReader, header: HeaderReader): void {
    this.frames++;
    const id = idOf(reader);
    if (reader.kind === FrameKind.goaway) this.#goawayId = sequenceOf(id);
    if (reader.kind >= FrameKind.response && reader.kind <= FrameKind.end) this.#onReply(reader, id);
    this.#account("server", reader, header, id);
  }

  #onRequest(reader: FrameReader, id: string, knowsLimits: boolean): void {
    const known = this.#lanes.get(id);
    const hasMore = (reader.flags & FrameFlag.moreFollows) !== 0;
    if (known !== undefined) {
      this.#verdict.expect(known.hasMore || known.isOver, "I-7", () => `the request ${id} was sent twice`);
      known.hasMore = hasMore;
      return;
    }
    this.#verdict.expect(sequenceOf(id) > this.#lastId, "I-2", () => `the id ${id} does not rise`);
    this.#lastId = sequenceOf(id);
    const place = reader.idLow & laneMask;
    this.#verdict.expect(
      !knowsLimits || place === onewayLane || place < this.#maxCalls,
      "I-8",
      () => `lane ${place} of ${this.#maxCalls} is used`,
    );
    const itemsEnded = (reader.flags & FrameFlag.endOfStream) !== 0;
    this.#lanes.set(id, { id, isOneway: place === onewayLane, isCancelled: false, isOver: false, hasMore, itemsEnded });
  }

  #onClientItem(reader: FrameReader, id: string): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return this.#verdict.breach("I-2", `an item names the unknown call ${id}`);
    this.#verdict.expect(!lane.isCancelled, "I-6", () => `an item of ${id} follows its cancel`);
    if (reader.kind === FrameKind.end) {
      this.#verdict.expect(!lane.itemsEnded, "I-3", () => `the items of ${id} ended twice`);
      lane.itemsEnded = true;
    }
  }

  #onReply(reader: FrameReader, id: string): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return this.#verdict.breach("I-2", `a reply names the unknown call ${id}`);
    this.#verdict.expect(!lane.isOver, "I-1", () => `frame kind ${reader.kind} of ${id} follows its last word`);
    this.#verdict.expect(!lane.isOneway, "I-1", () => `the one-way call ${id} was answered`);
    this.#verdict.expect(
      this.#goawayId === undefined || sequenceOf(id) <= this.#goawayId,
      "I-10",
      () => `${id} was answered although GOAWAY named ${this.#goawayId}`,
    );
    if (reader.kind !== FrameKind.item && (reader.flags & FrameFlag.moreFollows) === 0) lane.isOver = true;
  }

  /** Grants count from when they are written, so that a breach here is one by any reading of the protocol. */
  #account(side: "client" | "server", reader: FrameReader, header: HeaderReader, id: string): void {
    const other = side === "client" ? "server" : "client";
    if (reader.kind === FrameKind.credit) {
      const isConnection = reader.idHigh === 0 && reader.idLow === 0;
      const account = this.#accountOf(isConnection ? other : `${other} ${id}`);
      account.granted += header.credit;
      const window = isConnection ? initialCredit.connectionBytes : initialCredit.streamBytes;
      this.#verdict.expect(
        account.granted - account.sent <= window,
        "I-9",
        () =>
          `${side} granted ${account.granted - account.sent} above what was sent on ${isConnection ? "the connection" : id}`,
      );
    }
    const name = `${side} ${id}`;
    // Free, and the end of what was under way in chunks [FLW-1].
    if (reader.kind === FrameKind.error) this.#partial.delete(name);
    if (reader.kind > FrameKind.item || reader.kind === FrameKind.error) return;
    const hasMore = (reader.flags & FrameFlag.moreFollows) !== 0;
    // Whole requests and replies are free; their chunks cost credit of the stream, items that of the connection as well.
    if (reader.kind === FrameKind.item) this.#spend(side, reader, initialCredit.connectionBytes);
    if (reader.kind === FrameKind.item || hasMore || this.#partial.has(name))
      this.#spend(name, reader, initialCredit.streamBytes);
    if (hasMore) this.#partial.add(name);
    else this.#partial.delete(name);
  }

  #spend(name: string, reader: FrameReader, initial: number): void {
    const account = this.#accountOf(name);
    account.sent += fixedBytes + reader.bodyEnd - reader.headerStart;
    this.#verdict.expect(account.sent <= account.granted + initial, "I-9", () => `${name} overdrew its credit`);
  }

  #accountOf(name: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) this.#accounts.set(name, (account = { sent: 0, granted: 0 }));
    return account;
  }
}

function tap(
  end: VirtualTransport,
  onFrame: (reader: FrameReader, header: HeaderReader) => void,
): { readonly optionBytes: number } {
  const header = new HeaderReader(defaultLimits);
  const reader = new FrameReader(
    {
      onFrame(frame) {
        header.read(frame.bytes, frame.headerStart, frame.bodyStart);
        onFrame(frame, header);
      },
      onFault: (fault) => {
        throw new Error(`The wire holds what is no frame: ${fault.message}`);
      },
    },
    { maxFrameBytes: 2 ** 30, maxHeaderBytes: 65_535 },
  );
  const write = end.write.bind(end);
  const seen = { optionBytes: 0 };
  end.write = (bytes, onWritten) => {
    let at = 0;
    if (seen.optionBytes === 0) seen.optionBytes = at = bytes.indexOf(10) + 1;
    if (seen.optionBytes > 0) reader.push(bytes.subarray(at));
    return write(bytes, onWritten);
  };
  return seen;
}

function idOf({ idHigh, idLow }: FrameReader): string {
  return `${idHigh}.${idLow >>> 16}.${idLow & laneMask}`;
}

function sequenceOf(id: string): number {
  const [high, low] = id.split(".");
  return Number(high) * 65_536 + Number(low);
}
