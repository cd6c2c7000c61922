import { FrameFlag, FrameKind, fixedBytes, laneMask, onewayLane } from "../../runtime/protocol/frame.ts";
import { FrameReader } from "../../runtime/protocol/frame-reader.ts";
import { HeaderReader } from "../../runtime/protocol/header-reader.ts";
import { defaultLimits, initialConnectionBytes, initialStreamBytes } from "../../runtime/protocol/limits.ts";
import type { VirtualLink, VirtualTransport } from "../../runtime/testing/index.ts";
import type { Verdict } from "./verdict.ts";

type Side = "client" | "server";

/** What a side has sent on the connection or in a call, and what it was allowed to. */
interface Account {
  sent: number;
  granted: number;
  /** A message is under way in chunks. */
  isPartial: boolean;
}

/** What both sides said about one call. */
interface Lane {
  readonly id: number;
  readonly isOneway: boolean;
  readonly client: Account;
  readonly server: Account;
  isCancelled: boolean;
  isOver: boolean;
  hasMore: boolean;
  itemsEnded: boolean;
}

/** Reads along on a link, knows the protocol and nothing of its implementation's state, and reports what must not be on the wire. */
export function monitor(link: VirtualLink, maxCalls: number, verdict: Verdict): WireMonitor {
  const made = new WireMonitor(maxCalls, verdict);
  // Until the server's Option has arrived, the client goes by the numbers that the protocol begins with.
  const knowsLimits = (): boolean => server.optionBytes > 0 && link.client.bytesRead >= server.optionBytes;
  tap(link.client, (reader, header) => made.onClientFrame(reader, header, knowsLimits()));
  const server = tap(link.server, (reader, header) => made.onServerFrame(reader, header));
  return made;
}

export class WireMonitor {
  frames = 0;
  private readonly maxCalls: number;
  private readonly verdict: Verdict;
  private readonly lanes: Map<number, Lane>;
  private readonly connection: Record<Side, Account>;
  private readonly lateLanes: Set<number>;
  private lastId: number;
  private goawayId: number | undefined;

  constructor(maxCalls: number, verdict: Verdict) {
    this.maxCalls = maxCalls;
    this.verdict = verdict;
    this.lanes = new Map();
    this.connection = { client: createAccount(), server: createAccount() };
    this.lateLanes = new Set();
    this.lastId = -1;
    this.goawayId = undefined;
  }

  /** Calls that the last GOAWAY promised to answer and that were neither answered nor cancelled. */
  unanswered(): string[] {
    if (this.goawayId === undefined) return [];
    const last = this.goawayId;
    return [...this.lanes.values()]
      .filter((lane) => !lane.isOver && !lane.isCancelled && !lane.isOneway && sequenceOf(lane.id) <= last)
      .map(({ id }) => nameOf(id));
  }

  /** One-way calls that were begun and neither finished nor given up. */
  unfinished(): string[] {
    return [...this.lanes.values()]
      .filter((lane) => lane.isOneway && lane.hasMore && !lane.isCancelled)
      .map(({ id }) => nameOf(id));
  }

  onClientFrame(reader: FrameReader, header: HeaderReader, knowsLimits: boolean): void {
    this.frames++;
    const id = idOf(reader);
    const lane = this.lanes.get(id);
    if (reader.kind === FrameKind.request) this.onRequest(reader, id, lane, knowsLimits);
    else if (reader.kind === FrameKind.cancel) {
      if (lane !== undefined) lane.isCancelled = true;
    } else if (reader.kind === FrameKind.item || reader.kind === FrameKind.end) this.onClientItem(reader, id, lane);
    this.account("client", reader, header, id);
  }

  onServerFrame(reader: FrameReader, header: HeaderReader): void {
    this.frames++;
    const id = idOf(reader);
    if (reader.kind === FrameKind.goaway) this.goawayId = sequenceOf(id);
    if (reader.kind >= FrameKind.response && reader.kind <= FrameKind.end) this.onReply(reader, id);
    this.account("server", reader, header, id);
  }

  private onRequest(reader: FrameReader, id: number, known: Lane | undefined, knowsLimits: boolean): void {
    const hasMore = (reader.flags & FrameFlag.moreFollows) !== 0;
    if (known !== undefined) {
      this.verdict.expect(known.hasMore || known.isOver, "I-7", () => `the request ${nameOf(id)} was sent twice`);
      this.verdict.expect(!known.isCancelled, "I-6", () => `a chunk of ${nameOf(id)} follows its cancel`);
      known.hasMore = hasMore;
      return;
    }
    this.verdict.expect(sequenceOf(id) > this.lastId, "I-2", () => `the id ${nameOf(id)} does not rise`);
    this.lastId = sequenceOf(id);
    const place = reader.idLow & laneMask;
    if (knowsLimits && place !== onewayLane && place >= this.maxCalls) this.onLateLane(place);
    this.lanes.set(id, {
      id,
      isOneway: place === onewayLane,
      client: createAccount(),
      server: createAccount(),
      isCancelled: false,
      isOver: false,
      hasMore,
      itemsEnded: (reader.flags & FrameFlag.endOfStream) !== 0,
    });
  }

  /** A call that was begun before the limits were known keeps its place, however late it is sent; nobody gets that place again. */
  private onLateLane(place: number): void {
    this.verdict.expect(!this.lateLanes.has(place), "I-8", () => `lane ${place} of ${this.maxCalls} is used again`);
    this.lateLanes.add(place);
  }

  private onClientItem(reader: FrameReader, id: number, lane: Lane | undefined): void {
    if (lane === undefined) return this.verdict.breach("I-2", `an item names the unknown call ${nameOf(id)}`);
    this.verdict.expect(!lane.isCancelled, "I-6", () => `an item of ${nameOf(id)} follows its cancel`);
    if (reader.kind === FrameKind.end) {
      this.verdict.expect(!lane.itemsEnded, "I-3", () => `the items of ${nameOf(id)} ended twice`);
      lane.itemsEnded = true;
    }
  }

  private onReply(reader: FrameReader, id: number): void {
    const lane = this.lanes.get(id);
    if (lane === undefined) return this.verdict.breach("I-2", `a reply names the unknown call ${nameOf(id)}`);
    this.verdict.expect(!lane.isOver, "I-1", () => `frame kind ${reader.kind} of ${nameOf(id)} follows its last word`);
    this.verdict.expect(!lane.isOneway, "I-1", () => `the one-way call ${nameOf(id)} was answered`);
    this.verdict.expect(
      this.goawayId === undefined || sequenceOf(id) <= this.goawayId,
      "I-10",
      () => `${nameOf(id)} was answered although GOAWAY named ${this.goawayId}`,
    );
    if (reader.kind !== FrameKind.item && (reader.flags & FrameFlag.moreFollows) === 0) lane.isOver = true;
  }

  /** Grants count from when they are written, so that a breach here is one by any reading of the protocol. */
  private account(side: Side, reader: FrameReader, header: HeaderReader, id: number): void {
    if (reader.kind === FrameKind.credit) return this.grant(side, id, header.credit);
    const account = this.lanes.get(id)?.[side];
    if (account === undefined) return;
    // Free, and the end of what was under way in chunks [FLW-1].
    if (reader.kind === FrameKind.error) account.isPartial = false;
    if (reader.kind > FrameKind.item || reader.kind === FrameKind.error) return;
    const hasMore = (reader.flags & FrameFlag.moreFollows) !== 0;
    const isItem = reader.kind === FrameKind.item;
    // Whole requests and replies are free; their chunks cost credit of the stream, items that of the connection as well.
    if (isItem) this.spend(this.connection[side], reader, initialConnectionBytes, id);
    if (isItem || hasMore || account.isPartial) this.spend(account, reader, initialStreamBytes, id);
    account.isPartial = hasMore;
  }

  private grant(side: Side, id: number, bytes: number): void {
    const other = side === "client" ? "server" : "client";
    const account = id === 0 ? this.connection[other] : this.lanes.get(id)?.[other];
    if (account === undefined) return this.verdict.breach("I-9", `credit names the unknown call ${nameOf(id)}`);
    account.granted += bytes;
    const window = id === 0 ? initialConnectionBytes : initialStreamBytes;
    const above = account.granted - account.sent;
    this.verdict.expect(
      above <= window,
      "I-9",
      () => `${side} granted ${above} above what was sent on ${id === 0 ? "the connection" : nameOf(id)}`,
    );
  }

  private spend(account: Account, reader: FrameReader, initial: number, id: number): void {
    account.sent += fixedBytes + reader.bodyEnd - reader.headerStart;
    this.verdict.expect(
      account.sent <= account.granted + initial,
      "I-9",
      () => `frame kind ${reader.kind} of ${nameOf(id)} overdrew the credit`,
    );
  }
}

function createAccount(): Account {
  return { sent: 0, granted: 0, isPartial: false };
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

/** Both halves as one number: runs are too short for the high half to grow large. */
function idOf({ idHigh, idLow }: FrameReader): number {
  return idHigh * 2 ** 32 + idLow;
}

function sequenceOf(id: number): number {
  return Math.floor(id / 65_536);
}

function nameOf(id: number): string {
  return `${sequenceOf(id)}.${id % 65_536}`;
}
