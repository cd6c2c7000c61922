import type { Environment } from "../environment/environment.ts";
import { FrameKind, GoawayCode, type ProtocolFault } from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { emptyHeader } from "../protocol/header-writer.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Outbound } from "./outbound.ts";
import { PingPolicy } from "./ping-policy.ts";

/** What {@link Pings} needs of its connection. */
export interface PingsLink {
  readonly environment: Environment;
  readonly limits: Limits;
  readonly outbound: Outbound;
  /** Calls are in progress: pings may come more often. */
  readonly hasCalls: boolean;
}

/** Pings both ways [PNG-1..3]. At most one pong waits, however many pings come while the transport is full. */
export class Pings {
  private readonly link: PingsLink;
  private readonly policy: PingPolicy;
  private isPongWaiting: boolean;
  private pongHigh: number;
  private pongLow: number;
  private sent: number;

  constructor(link: PingsLink) {
    this.link = link;
    this.policy = new PingPolicy(link.limits);
    this.isPongWaiting = false;
    this.pongHigh = 0;
    this.pongLow = 0;
    this.sent = 0;
  }

  /** The peer pings. @returns a fault when it may not */
  onPing(reader: FrameReader): ProtocolFault | undefined {
    if (reader.bodyEnd !== reader.headerStart)
      return { code: GoawayCode.protocol, message: "A ping has neither header nor body." };
    const { environment, hasCalls, outbound } = this.link;
    if (!this.policy.accept(environment.now(), hasCalls))
      return { code: GoawayCode.tooManyPings, message: "Pings come too often." };
    this.pongHigh = reader.idHigh;
    this.pongLow = reader.idLow;
    this.isPongWaiting = true;
    if (!outbound.blocked) this.answer();
    return undefined;
  }

  /** Writes the pong that waits, if there is one. */
  answer(): void {
    if (!this.isPongWaiting) return;
    this.isPongWaiting = false;
    this.link.outbound.writeFrame(FrameKind.pong, 0, 0, this.pongHigh, this.pongLow, emptyHeader, emptyHeader);
  }

  /** Asks the peer whether it is there. */
  send(): void {
    this.link.outbound.writeFrame(FrameKind.ping, 0, 0, 0, ++this.sent, emptyHeader, emptyHeader);
  }
}
