import { FrameFlag, FrameKind, GoawayCode, type ProtocolFault } from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { initialCredit, type Limits } from "../protocol/limits.ts";
import type { ConnectionState } from "./connection.ts";
import type { IncomingLane, IncomingMessage } from "./incoming-lane.ts";
import { MessageAssembly } from "./message-assembly.ts";
import type { Outbound } from "./outbound.ts";
import { ReceiveWindow } from "./receive-window.ts";

/** What a receiver needs of its connection. */
export interface MessageReceiverLink {
  readonly limits: Limits;
  readonly outbound: Outbound;
  readonly state: ConnectionState;
  onFault(fault: ProtocolFault): void;
  chargeIdle(): void;
}

/** Puts the messages of all calls of a connection together and keeps the account of the credit that the peer has. */
export class MessageReceiver {
  readonly #link: MessageReceiverLink;
  /** The account of the connection; those of calls are in their lanes. */
  readonly window: ReceiveWindow;
  /** Messages that the peer has begun in chunks and not ended. */
  #chunking: number;

  constructor(link: MessageReceiverLink) {
    this.#link = link;
    this.window = new ReceiveWindow(initialCredit.connectionBytes, link.limits.connectionCreditBytes);
    this.#chunking = 0;
  }

  /**
   * Takes a frame of a message [MSG-1..6]. `lane` is made on first need.
   * @returns the message when it is complete; "more"; "too_long" when only the call fails; "fault" when the connection has ended
   */
  receive(reader: FrameReader, lane: IncomingLane): IncomingMessage | "more" | "too_long" | "fault" {
    const isItem = reader.kind === FrameKind.item;
    const hasMore = (reader.flags & FrameFlag.moreFollows) !== 0;
    const assembly = lane.assembly;
    const isPart = hasMore || assembly !== undefined;
    if (assembly !== undefined && assembly.kind !== reader.kind)
      return this.#fail("A message in chunks was interrupted.");
    const cost = isItem || isPart ? reader.frameBytes : 0;
    if (!this.#takeCredit(lane, cost, isItem)) return "fault";
    if (!isPart) return this.#whole(reader, lane, cost);
    return this.#part(reader, lane, assembly ?? createAssembly(reader), cost);
  }

  /** The call of this lane is over: what it held counts no longer. */
  closeLane(lane: IncomingLane): void {
    if (lane.assembly !== undefined) this.#chunking--;
    lane.assembly = undefined;
    this.window.release(lane.window.held);
    lane.window.held = 0;
    this.grantConnection();
  }

  /** An item for a call that is over: only the connection's credit is moved. @returns false when the connection has ended */
  discardItem(reader: FrameReader): boolean {
    if (!this.window.receive(reader.frameBytes)) return this.#overrun("connection");
    this.grantConnection();
    return true;
  }

  /** An item has been used. */
  consume(lane: IncomingLane, idHigh: number, idLow: number, cost: number): void {
    const bytes = Math.min(Math.max(cost, 0), lane.window.held);
    lane.window.release(bytes);
    this.window.release(bytes);
    this.grantStream(lane, idHigh, idLow);
    this.grantConnection();
  }

  grantStream(lane: IncomingLane, idHigh: number, idLow: number): void {
    const grant = lane.window.takeGrant();
    if (grant > 0) this.#link.outbound.writeCredit(idHigh, idLow, grant);
  }

  grantConnection(): void {
    if (this.#link.state === "closed") return;
    const grant = this.window.takeGrant();
    if (grant > 0) this.#link.outbound.writeCredit(0, 0, grant);
  }

  #takeCredit(lane: IncomingLane, cost: number, isItem: boolean): boolean {
    if (cost === 0) return true;
    if (!lane.window.receive(cost)) return this.#overrun("stream");
    return !isItem || this.window.receive(cost) || this.#overrun("connection");
  }

  #overrun(where: string): false {
    this.#link.onFault({
      code: GoawayCode.creditOverrun,
      message: `The peer sent more than the credit of the ${where} allows.`,
    });
    return false;
  }

  #fail(message: string): "fault" {
    this.#link.onFault({ code: GoawayCode.protocol, message });
    return "fault";
  }

  #whole(reader: FrameReader, lane: IncomingLane, cost: number): IncomingMessage | "too_long" {
    const body = reader.body();
    if (body.length > this.#link.limits.maxMessageBytes) return "too_long";
    this.#hold(lane, cost);
    return { body, cost, serialization: reader.serialization, compressor: reader.flags & FrameFlag.compressorMask };
  }

  #part(
    reader: FrameReader,
    lane: IncomingLane,
    assembly: MessageAssembly,
    cost: number,
  ): IncomingMessage | "more" | "too_long" | "fault" {
    if (lane.assembly === undefined) {
      if (this.#chunking >= this.#link.limits.maxChunkedMessages) {
        return this.#fail(`More than ${this.#link.limits.maxChunkedMessages} messages are under way in chunks.`);
      }
      lane.assembly = assembly;
      this.#chunking++;
    }
    if (!assembly.append(reader.bytes, reader.bodyStart, reader.bodyEnd, this.#link.limits.maxMessageBytes))
      return "too_long";
    assembly.cost += cost;
    if ((reader.flags & FrameFlag.moreFollows) !== 0) return this.#more(reader, lane);
    lane.assembly = undefined;
    this.#chunking--;
    const held = assembly.kind === FrameKind.item ? assembly.cost : 0;
    this.#hold(lane, held);
    const { serialization, compressor } = assembly;
    return { body: assembly.finish(), cost: held, serialization, compressor };
  }

  /** An empty chunk brings nothing forward; parts of a message give their credit back at once. */
  #more(reader: FrameReader, lane: IncomingLane): "more" | "fault" {
    if (reader.bodyStart === reader.bodyEnd) this.#link.chargeIdle();
    if (this.#isClosed()) return "fault";
    this.grantStream(lane, reader.idHigh, reader.idLow);
    this.grantConnection();
    return "more";
  }

  #hold(lane: IncomingLane, cost: number): void {
    if (cost === 0) return;
    lane.window.hold(cost);
    this.window.hold(cost);
  }

  #isClosed(): boolean {
    return this.#link.state === "closed";
  }
}

function createAssembly({ kind, serialization, flags }: FrameReader): MessageAssembly {
  return new MessageAssembly(kind, serialization, flags & FrameFlag.compressorMask);
}
