import { initialConnectionBytes, type PageLimits } from "../protocol/limits.ts";
import { type Breach, breach, type Frame, type Header, join } from "./frames.ts";
import type { Lane } from "./lane.ts";
import { creditOverrunCode, itemKind, moreFollowsFlag } from "./numbers.ts";

/** A message that has arrived as a whole; `cost` comes back by {@link Inbox.consume}. */
export interface Incoming {
  readonly body: Uint8Array;
  readonly cost: number;
  readonly header: Header;
}

/** Puts messages together and keeps the account of the server's credit [FLW-3]. */
export interface Inbox {
  /** Takes a frame of a message. A string: the message is longer than allowed, so the call fails; undefined: more has to come. */
  receive(lane: Lane, frame: Frame): Incoming | Breach | "too_long" | undefined;
  /** An item for a call that is over [FLW-5]. */
  discard(frame: Frame): Breach | undefined;
  /** The handshake is over: gives what the server may send beyond what it begins with. */
  open(): void;
  /** An item has been used. */
  consume(lane: Lane, cost: number): void;
  /** The call is over: what it held counts as used. */
  close(lane: Lane): void;
}

/** @param grant sends credit, to a lane or to the connection */
export function createInbox(limits: PageLimits, grant: (lane: Lane | undefined, bytes: number) => void): Inbox {
  /** Lanes whose message has arrived in part, the oldest first. */
  const partial = new Set<Lane>();
  const account = { outstanding: initialConnectionBytes as number, held: 0 };
  let partialBytes = 0;

  function giveBack(lane: Lane | undefined): void {
    const { outstanding, held } = lane ?? account;
    const window = lane === undefined ? limits.connectionCreditBytes : limits.streamCreditBytes;
    const bytes = window - held - outstanding;
    if (bytes < window / 2) return;
    (lane ?? account).outstanding += bytes;
    grant(lane, bytes);
  }

  /** Where much has arrived in part, only the oldest reply goes on or, where there is none, the oldest item that does not wait for its reader [MSG-6]. */
  function giveBackPart(lane: Lane): void {
    const all = [...partial];
    const first =
      all.find(({ partKind }) => partKind !== itemKind) ?? all.find(({ held }) => held <= limits.streamCreditBytes / 2);
    if (partialBytes <= limits.maxPartialBytes || lane === first) giveBack(lane);
  }

  function dropPart(lane: Lane): void {
    if (!partial.delete(lane)) return;
    partialBytes -= lane.partBytes;
    lane.partKind = lane.partBytes = lane.partCost = 0;
    lane.parts = [];
    lane.head = undefined;
    for (const next of partial) giveBackPart(next);
  }

  function takePart(lane: Lane, frame: Frame): Incoming | Breach | undefined {
    const { body, header, kind } = frame;
    if (!partial.has(lane)) {
      if (partial.size >= limits.maxChunkedMessages) return breach("Too many messages are under way in chunks.");
      partial.add(lane);
      lane.partKind = kind;
      lane.head = header;
    }
    lane.partBytes += body.length;
    partialBytes += body.length;
    lane.partCost += frame.bytes;
    if (body.length > 0) lane.parts.push(body);
    if ((frame.flags & moreFollowsFlag) !== 0) return void giveBackPart(lane);
    const message = {
      body: join(lane.parts),
      cost: kind === itemKind ? lane.partCost : 0,
      header: lane.head ?? header,
    };
    dropPart(lane);
    return message;
  }

  return {
    open: () => giveBack(undefined),
    receive(lane, frame) {
      const { kind, body, header } = frame;
      const isPart = lane.partKind !== 0 || (frame.flags & moreFollowsFlag) !== 0;
      const isItem = kind === itemKind;
      if (lane.partKind !== 0 && lane.partKind !== kind) return breach("A message in chunks was interrupted.");
      if (isItem) account.outstanding -= frame.bytes;
      if (isItem || isPart) lane.outstanding -= frame.bytes;
      if (lane.outstanding < 0 || account.outstanding < 0) return overrun();
      if (lane.partBytes + body.length > limits.maxMessageBytes) return "too_long";
      const found = isPart ? takePart(lane, frame) : { body, cost: isItem ? frame.bytes : 0, header };
      if (found === undefined) giveBack(undefined);
      if (typeof found !== "object" || !("cost" in found)) return found;
      lane.held += found.cost;
      account.held += found.cost;
      return found;
    },
    discard({ bytes }) {
      account.outstanding -= bytes;
      if (account.outstanding < 0) return overrun();
      return void giveBack(undefined);
    },
    consume(lane, cost) {
      const bytes = Math.min(cost, lane.held);
      lane.held -= bytes;
      account.held -= bytes;
      if (bytes > 0) giveBack(lane);
      giveBack(undefined);
    },
    close(lane) {
      dropPart(lane);
      account.held -= lane.held;
      lane.held = 0;
      giveBack(undefined);
    },
  };
}

function overrun(): Breach {
  return breach("The server sent more than its credit allows.", creditOverrunCode);
}
