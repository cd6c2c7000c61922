/** A client that says what it likes, byte by byte, to a whole server. */
import { FrameReader } from "../../runtime/protocol/frame-reader.ts";
import { FrameKind, HeaderTag } from "../../runtime/protocol/frame.ts";
import { createOption, encodeOption, type OptionExtras } from "../../runtime/protocol/handshake.ts";
import { HeaderReader } from "../../runtime/protocol/header-reader.ts";
import { HeaderWriter } from "../../runtime/protocol/header-writer.ts";
import { defaultLimits, initialPeerLimits } from "../../runtime/protocol/limits.ts";
import { parseAddress } from "../../runtime/transport/address.ts";
import { memoryTransport } from "../../runtime/transport/memory.ts";
import { frame } from "../runtime/connection/world.ts";

export interface RawReply {
  readonly kind: number;
  readonly sequence: number;
  readonly flags: number;
  readonly code: number;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly body: Uint8Array;
}

export interface RawRequest {
  readonly methodId?: number;
  readonly methodPath?: string;
  readonly flags?: number;
  readonly lane?: number;
  readonly body?: Uint8Array;
}

export interface RawClient {
  /** Sends a request with the next number. */
  request(input: RawRequest): number;
  send(bytes: Uint8Array): void;
  /** The next frame of a kind other than credit. */
  reply(): Promise<RawReply>;
  /** Everything the server sent. */
  readonly received: Buffer[];
  readonly option: () => string;
  readonly isClosed: () => boolean;
  close(): void;
}

export async function connectRaw(address: string, extras: OptionExtras = {}): Promise<RawClient> {
  const transport = await memoryTransport.connect(parseAddress(address), { timeoutMs: 1_000 });
  const header = new HeaderReader(defaultLimits);
  const replies: RawReply[] = [];
  const waiters: ((reply: RawReply) => void)[] = [];
  const received: Buffer[] = [];
  let option = "";
  let closed = false;
  let sequence = 0;
  const reader = new FrameReader(
    {
      onFrame(found) {
        header.read(found.bytes, found.headerStart, found.bodyStart);
        if (found.kind === FrameKind.credit) return;
        const reply: RawReply = {
          kind: found.kind,
          sequence: found.idHigh * 65_536 + (found.idLow >>> 16),
          flags: found.flags,
          code: header.errorCode,
          reason: header.text(HeaderTag.errorReason),
          message: header.text(HeaderTag.errorMessage),
          body: new Uint8Array(found.body()),
        };
        const waiter = waiters.shift();
        if (waiter === undefined) replies.push(reply);
        else waiter(reply);
      },
      onFault: (fault) => {
        throw new Error(fault.message);
      },
    },
    defaultLimits,
  );
  transport.start({
    onData(bytes) {
      received.push(Buffer.from(bytes));
      const end = option.endsWith("\n") ? 0 : bytes.indexOf(10) + 1;
      if (end > 0) option += Buffer.from(bytes.subarray(0, end)).toString();
      reader.push(new Uint8Array(bytes.subarray(end)));
    },
    onDrain: () => undefined,
    onClose: () => (closed = true),
  });
  transport.write(encodeOption(createOption([1, 2], initialPeerLimits, undefined, extras)));
  return {
    request({ methodId, methodPath, flags = 0x10, lane, body = new Uint8Array(0) }) {
      const writer = new HeaderWriter();
      if (methodId !== undefined) writer.number(HeaderTag.methodId, methodId);
      writer.text(HeaderTag.methodPath, methodPath);
      sequence++;
      transport.write(
        frame({ kind: 1, sequence, lane: lane ?? sequence, serialization: 1, flags, header: writer.finish(), body }),
      );
      return sequence;
    },
    send: (bytes) => void transport.write(bytes),
    reply: () => {
      const ready = replies.shift();
      return ready === undefined ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve(ready);
    },
    received,
    option: () => option,
    isClosed: () => closed,
    close: () => transport.abort(),
  };
}
