import { FrameFlag, FrameKind, GoawayCode, type ProtocolFault } from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { initialConnectionBytes, type Limits } from "../protocol/limits.ts";
import type { ConnectionState } from "./connection.ts";
import type { IncomingLane, IncomingMessage } from "./incoming-lane.ts";
import { MessageAssembly } from "./message-assembly.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { Outbound } from "./outbound.ts";
import { PartialMessages } from "./partial-messages.ts";
import { ReceiveWindow } from "./receive-window.ts";

/** What a receiver needs of its connection. */
export interface MessageReceiverLink {
  readonly limits: Limits;
  readonly outbound: Outbound;
  readonly state: ConnectionState;
  /** What this connection shares with others; undefined: no bound but its own limits. */
  readonly memory: MemoryBudget | undefined;
  onFault(fault: ProtocolFault): void;
  chargeIdle(): void;
}

/** Why there is no message yet, or none any more. */
export type Unfinished = "more" | "too_long" | "no_memory" | "fault";

/** Puts the messages of all calls of a connection together and keeps the account of the credit that the peer has. */
export class MessageReceiver {
  private readonly link: MessageReceiverLink;
  /** The account of the connection; those of calls are in their lanes. */
  readonly window: ReceiveWindow;
  private readonly partial: PartialMessages;

  constructor(link: MessageReceiverLink) {
    this.link = link;
    this.window = new ReceiveWindow(initialConnectionBytes, link.limits.connectionCreditBytes);
    this.partial = new PartialMessages();
  }

  /** Bytes of messages that have arrived in part. */
  get partialBytes(): number {
    return this.partial.bytes;
  }

  /**
   * Takes a frame of a message [MSG-1..6]. `lane` is made on first need.
   * @returns the message when it is complete; "more"; "too_long" or "no_memory" when only the call fails; "fault" when the connection has ended
   */
  receive(reader: FrameReader, lane: IncomingLane): IncomingMessage | Unfinished {
    const isItem = reader.kind === FrameKind.item;
    const hasMore = (reader.flags & FrameFlag.moreFollows) !== 0;
    const assembly = lane.assembly;
    const isPart = hasMore || assembly !== undefined;
    if (assembly !== undefined && assembly.kind !== reader.kind)
      return this.fail("A message in chunks was interrupted.");
    const cost = isItem || isPart ? reader.frameBytes : 0;
    if (!this.takeCredit(lane, cost, isItem)) return "fault";
    if (!isPart) return this.whole(reader, lane, cost);
    return this.part(reader, lane, assembly ?? createAssembly(reader), cost);
  }

  /** The call of this lane is over: what it held counts no longer. */
  closeLane(lane: IncomingLane): void {
    if (lane.assembly !== undefined) this.endPart(lane, lane.assembly);
    this.window.release(lane.window.held);
    this.link.memory?.give(lane.window.held);
    lane.window.held = 0;
    this.grantConnection();
  }

  /** An item for a call that is over: only the connection's credit is moved. @returns false when the connection has ended */
  discardItem(reader: FrameReader): boolean {
    if (!this.window.receive(reader.frameBytes)) return this.overrun("connection");
    this.grantConnection();
    return true;
  }

  /** An item has been used. */
  consume(lane: IncomingLane, idHigh: number, idLow: number, cost: number): void {
    const bytes = Math.min(Math.max(cost, 0), lane.window.held);
    lane.window.release(bytes);
    this.window.release(bytes);
    this.link.memory?.give(bytes);
    this.grantStream(lane, idHigh, idLow);
    this.grantConnection();
  }

  grantStream(lane: IncomingLane, idHigh: number, idLow: number): void {
    const grant = lane.window.takeGrant();
    if (grant > 0) this.link.outbound.writeCredit(idHigh, idLow, grant);
  }

  grantConnection(): void {
    if (this.link.state === "closed") return;
    const grant = this.window.takeGrant();
    if (grant > 0) this.link.outbound.writeCredit(0, 0, grant);
  }

  private takeCredit(lane: IncomingLane, cost: number, isItem: boolean): boolean {
    if (cost === 0) return true;
    if (!lane.window.receive(cost)) return this.overrun("stream");
    return !isItem || this.window.receive(cost) || this.overrun("connection");
  }

  private overrun(where: string): false {
    this.link.onFault({
      code: GoawayCode.creditOverrun,
      message: `The peer sent more than the credit of the ${where} allows.`,
    });
    return false;
  }

  private fail(message: string): "fault" {
    this.link.onFault({ code: GoawayCode.protocol, message });
    return "fault";
  }

  private whole(reader: FrameReader, lane: IncomingLane, cost: number): IncomingMessage | "too_long" | "no_memory" {
    const body = reader.body();
    if (body.length > this.link.limits.maxMessageBytes) return "too_long";
    if (!this.hold(lane, cost)) return "no_memory";
    return { body, cost, serialization: reader.serialization, compressor: reader.flags & FrameFlag.compressorMask };
  }

  private part(
    reader: FrameReader,
    lane: IncomingLane,
    assembly: MessageAssembly,
    cost: number,
  ): IncomingMessage | Unfinished {
    if (lane.assembly === undefined) {
      if (this.partial.size >= this.link.limits.maxChunkedMessages) {
        return this.fail(`More than ${this.link.limits.maxChunkedMessages} messages are under way in chunks.`);
      }
      lane.assembly = assembly;
      const { idHigh, idLow } = reader;
      this.partial.add(lane, { idHigh, idLow, isItem: assembly.kind === FrameKind.item });
    }
    const bytes = reader.bodyEnd - reader.bodyStart;
    if (this.link.memory?.take(bytes) === false) return "no_memory";
    this.partial.bytes += bytes;
    assembly.charged += bytes;
    if (!assembly.append(reader.body(), this.link.limits.maxMessageBytes)) return "too_long";
    assembly.cost += cost;
    if ((reader.flags & FrameFlag.moreFollows) !== 0) return this.more(reader, lane);
    this.endPart(lane, assembly);
    const held = assembly.kind === FrameKind.item ? assembly.cost : 0;
    if (!this.hold(lane, held)) return "no_memory";
    const { serialization, compressor } = assembly;
    return { body: assembly.finish(), cost: held, serialization, compressor };
  }

  /**
   * An empty chunk brings nothing forward; parts of a message give their credit back at once. When those that have arrived fill the memory for
   * them, only one goes on: the others get no credit until it is complete.
   */
  private more(reader: FrameReader, lane: IncomingLane): "more" | "fault" {
    if (reader.bodyStart === reader.bodyEnd) this.link.chargeIdle();
    if (this.isClosed()) return "fault";
    if (this.isRoomy() || this.partial.isFirst(lane)) this.grantStream(lane, reader.idHigh, reader.idLow);
    this.grantConnection();
    return "more";
  }

  private isRoomy(): boolean {
    return this.partial.bytes <= this.link.limits.maxPartialBytes;
  }

  /** A message is no longer partial: those that waited for it may go on. */
  private endPart(lane: IncomingLane, assembly: MessageAssembly): void {
    lane.assembly = undefined;
    const wasRoomy = this.isRoomy();
    this.partial.delete(lane);
    this.partial.bytes -= assembly.charged;
    this.link.memory?.give(assembly.charged);
    if (wasRoomy || this.isClosed()) return;
    this.partial.forEach((next, idHigh, idLow) => {
      if (this.isRoomy() || this.partial.isFirst(next)) this.grantStream(next, idHigh, idLow);
    });
  }

  private hold(lane: IncomingLane, cost: number): boolean {
    if (cost === 0) return true;
    if (this.link.memory?.take(cost) === false) return false;
    lane.window.hold(cost);
    this.window.hold(cost);
    return true;
  }

  private isClosed(): boolean {
    return this.link.state === "closed";
  }
}

function createAssembly({ kind, serialization, flags }: FrameReader): MessageAssembly {
  return new MessageAssembly(kind, serialization, flags & FrameFlag.compressorMask);
}
