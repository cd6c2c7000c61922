import { fault } from "../errors/fault.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import { FrameKind, GoawayCode, HeaderTag, type ProtocolFault, Serialization } from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { type AnnouncedLimits, limitsFromJson, parseJsonObject } from "../protocol/handshake.ts";
import type { HeaderReader } from "../protocol/header-reader.ts";
import { emptyHeader, HeaderWriter } from "../protocol/header-writer.ts";
import type { ConnectionState } from "./connection.ts";
import type { Outbound } from "./outbound.ts";
import type { Role } from "./role.ts";

/** The connection that frames about itself, not about a call's messages, come in on. */
export interface ControlLink {
  readonly state: ConnectionState;
  /** Of the frame. */
  readonly header: HeaderReader;
  readonly outbound: Outbound;
  readonly role: Role;
  readonly peer: AnnouncedLimits;
  setPeer(limits: AnnouncedLimits): void;
  chargeIdle(): void;
  onFault(fault: ProtocolFault): void;
}

/** Credit below this is a frame that brings little: it is charged like one that brings nothing. */
const minUsefulCredit = 4 * 1024;
/** Of a text about the end of a connection. */
const maxTextLength = 256;

/** [FLW-4] */
export function takeCredit(link: ControlLink, { idHigh, idLow }: FrameReader): void {
  const { credit } = link.header;
  if (credit < minUsefulCredit) link.chargeIdle();
  if (link.state === "closed") return;
  const isConnection = idHigh === 0 && idLow === 0;
  const fits = isConnection
    ? link.outbound.addConnectionCredit(credit)
    : link.role.onStreamCredit(idHigh, idLow, credit);
  if (!fits) link.onFault({ code: GoawayCode.creditOverrun, message: "The sum of credits is above 2^31 - 1." });
}

/** [PNG-1] */
export function takePong(link: ControlLink, reader: FrameReader): void {
  if (reader.bodyEnd !== reader.headerStart) return fail(link, "A pong has neither header nor body.");
  link.chargeIdle();
}

/** [SET-1] */
export function takeSettings(link: ControlLink, reader: FrameReader): void {
  link.chargeIdle();
  if (link.state === "closed") return;
  const json = reader.serialization === Serialization.json ? parseJsonObject(reader.body()) : undefined;
  if (json === undefined) return fail(link, "Settings must be a JSON object.");
  const limits = limitsFromJson(json["Limits"], link.peer);
  if (typeof limits === "string") fail(link, limits);
  else link.setPeer(limits);
}

/** What the calls are told of a peer that has ended the connection for a fault [GOA-3]. */
export function peerFault(header: HeaderReader): RpcError {
  const text = (header.text(HeaderTag.errorMessage) ?? "").slice(0, maxTextLength);
  return fault("connection_lost", `The peer ended the connection with code ${header.goawayCode}: ${text}`);
}

/** [GOA-1] */
export function writeGoaway({ outbound, role }: ControlLink, { code, message }: ProtocolFault): void {
  const header = new HeaderWriter().number(HeaderTag.goawayCode, code);
  if (message !== "") header.text(HeaderTag.errorMessage, message.slice(0, maxTextLength));
  const { lastIdHigh, lastIdLow } = role;
  outbound.writeFrame(FrameKind.goaway, 0, 0, lastIdHigh, lastIdLow, header.finish(), emptyHeader);
}

function fail(link: ControlLink, message: string): void {
  link.onFault({ code: GoawayCode.protocol, message });
}
