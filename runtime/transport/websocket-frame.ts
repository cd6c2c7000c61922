/** Opcodes of RFC 6455 that this protocol uses. */
export const Opcode: {
  readonly continuation: 0;
  readonly text: 1;
  readonly binary: 2;
  readonly close: 8;
  readonly ping: 9;
  readonly pong: 10;
} = Object.freeze({ continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 });

/** Close codes of RFC 6455 that this side sends. */
export const CloseCode: {
  readonly normal: 1000;
  readonly protocolError: 1002;
  readonly unsupportedData: 1003;
  readonly invalidPayload: 1007;
  readonly policy: 1008;
  readonly tooBig: 1009;
} = Object.freeze({
  normal: 1000,
  protocolError: 1002,
  unsupportedData: 1003,
  invalidPayload: 1007,
  policy: 1008,
  tooBig: 1009,
});

/** A rule that the peer broke: the code for the close frame, and what was wrong. */
export interface WebSocketFault {
  readonly code: number;
  readonly message: string;
}

/** What {@link WebSocketFrameReader.push} finds. Views are valid only during the call. */
export interface WebSocketFrameEvents {
  /** Bytes of binary messages, unmasked, in order; never empty. Where one message ends and the next begins is not told. */
  onPayload(bytes: Uint8Array): void;
  /** A ping with what the pong has to repeat. */
  onPing(payload: Uint8Array): void;
  /** The peer closes; 1005 when it gave no code. */
  onClose(code: number): void;
}

const maxHeadBytes = 14;
const maxControlBytes = 125;
/** Frames without payload for us (control, empty) that may come in a row. */
const maxIdleFrames = 1_000;

/**
 * Reads the frames that a client sends, from pieces of any size. Payload is passed on as it comes and never collected, so a frame costs no memory
 * however long it is; {@link WebSocketFrameReader} refuses long ones all the same.
 */
export class WebSocketFrameReader {
  private readonly maxFrameBytes: number;
  private readonly head: Uint8Array;
  private readonly control: Uint8Array;
  private scratch: Uint8Array;
  private headLength: number;
  private headNeeded: number;
  /** Bytes of payload that are still to come; -1: inside the head of a frame. */
  private left: number;
  private phase: number;
  private inMessage: boolean;
  private idleFrames: number;
  private stopped: boolean;

  /** @param maxFrameBytes payload that one frame may have */
  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
    this.head = new Uint8Array(maxHeadBytes);
    this.control = new Uint8Array(maxControlBytes);
    this.scratch = new Uint8Array(0);
    this.headLength = 0;
    this.headNeeded = 2;
    this.left = -1;
    this.phase = 0;
    this.inMessage = false;
    this.idleFrames = 0;
    this.stopped = false;
  }

  /** Reads nothing more, also not the rest of the piece that is being read. */
  stop(): void {
    this.stopped = true;
  }

  /** Takes the next bytes. After a fault nothing more is read. */
  push(bytes: Uint8Array, events: WebSocketFrameEvents): WebSocketFault | undefined {
    let at = 0;
    while (at < bytes.length && !this.stopped) {
      if (this.left >= 0) {
        const count = Math.min(this.left, bytes.length - at);
        this.payload(bytes.subarray(at, at + count), events);
        at += count;
        if (this.left > 0 || this.stopped) continue;
      } else {
        this.head[this.headLength++] = bytes[at++] as number;
        const fault = this.checkHead();
        if (fault !== undefined) return this.fail(fault);
        if (this.headLength < this.headNeeded) continue;
        this.begin();
        if (this.left > 0) continue;
      }
      const fault = this.end(events);
      if (fault !== undefined) return this.fail(fault);
    }
    return undefined;
  }

  private fail(fault: WebSocketFault): WebSocketFault {
    this.stopped = true;
    return fault;
  }

  /** Checks the byte that has just come, so that a wrong one is noticed before the next. */
  private checkHead(): WebSocketFault | undefined {
    switch (this.headLength) {
      case 1:
        return this.checkFirst(this.head[0] as number);
      case 2:
        return this.checkSecond(this.head[1] as number);
      default:
        return this.headLength === this.headNeeded - 4 ? this.checkLength() : undefined;
    }
  }

  private checkFirst(byte: number): WebSocketFault | undefined {
    const opcode = byte & 0x0f;
    const isFinal = (byte & 0x80) !== 0;
    if ((byte & 0x70) !== 0) return broken("A reserved bit is set; no extension was agreed on.");
    switch (opcode) {
      case Opcode.continuation:
        return this.inMessage ? undefined : broken("A continuation without a message to continue.");
      case Opcode.binary:
        return this.inMessage ? broken("A message begins inside another one.") : undefined;
      case Opcode.text:
        return { code: CloseCode.unsupportedData, message: "Messages must be binary; this one is text." };
      case Opcode.close:
      case Opcode.ping:
      case Opcode.pong:
        return isFinal ? undefined : broken("A control frame is in fragments.");
      default:
        return broken(`The opcode ${opcode} is not known.`);
    }
  }

  private checkSecond(byte: number): WebSocketFault | undefined {
    const length = byte & 0x7f;
    if ((byte & 0x80) === 0) return broken("A client's frame is not masked.");
    if (length > maxControlBytes && this.isControl()) return broken("A control frame is longer than 125 bytes.");
    this.headNeeded = length < 126 ? 6 : length === 126 ? 8 : maxHeadBytes;
    return length < 126 ? this.checkLength() : undefined;
  }

  private checkLength(): WebSocketFault | undefined {
    const length = this.length();
    const least = this.headNeeded === 6 ? 0 : this.headNeeded === 8 ? 126 : 65_536;
    if (length < least) return broken("A length is written with more bytes than it needs.");
    if (length <= this.maxFrameBytes) return undefined;
    return { code: CloseCode.tooBig, message: `A frame may have ${this.maxFrameBytes} bytes of payload.` };
  }

  private length(): number {
    const head = this.head;
    const short = (head[1] as number) & 0x7f;
    if (short < 126) return short;
    let length = 0;
    for (let index = 2; index < this.headNeeded - 4; index++) length = length * 256 + (head[index] as number);
    return length;
  }

  private begin(): void {
    this.left = this.length();
    this.phase = 0;
    if (this.isControl()) this.idleFrames++;
    else {
      this.idleFrames = this.left > 0 ? 0 : this.idleFrames + 1;
      this.inMessage = ((this.head[0] as number) & 0x80) === 0;
    }
  }

  private payload(masked: Uint8Array, events: WebSocketFrameEvents): void {
    const isControl = this.isControl();
    const target = isControl ? this.control.subarray(this.phase) : this.room(masked.length);
    this.unmask(masked, target);
    this.left -= masked.length;
    this.phase += masked.length;
    if (!isControl) events.onPayload(target.subarray(0, masked.length));
  }

  private unmask(masked: Uint8Array, target: Uint8Array): void {
    const at = this.headNeeded - 4;
    const phase = this.phase;
    const head = this.head;
    for (let index = 0; index < masked.length; index++) {
      target[index] = (masked[index] as number) ^ (head[at + ((phase + index) & 3)] as number);
    }
  }

  private room(length: number): Uint8Array {
    if (this.scratch.length < length) this.scratch = new Uint8Array(length);
    return this.scratch;
  }

  private end(events: WebSocketFrameEvents): WebSocketFault | undefined {
    const opcode = (this.head[0] as number) & 0x0f;
    const control = this.control.subarray(0, this.phase);
    this.headLength = 0;
    this.headNeeded = 2;
    this.left = -1;
    if (opcode === Opcode.close) return this.close(control, events);
    if (this.idleFrames > maxIdleFrames) return { code: CloseCode.policy, message: "Too many frames without data." };
    if (opcode === Opcode.ping) events.onPing(control);
    return undefined;
  }

  private close(payload: Uint8Array, events: WebSocketFrameEvents): WebSocketFault | undefined {
    if (payload.length === 1) return broken("A close frame has half a code.");
    const code = payload.length === 0 ? 1005 : ((payload[0] as number) << 8) | (payload[1] as number);
    if (payload.length > 0 && !isSendable(code)) return broken(`The close code ${code} may not be sent.`);
    if (!isText(payload.subarray(2))) {
      return { code: CloseCode.invalidPayload, message: "The reason of a close frame is not UTF-8." };
    }
    this.stopped = true;
    events.onClose(code);
    return undefined;
  }

  private isControl(): boolean {
    return ((this.head[0] as number) & 0x08) !== 0;
  }
}

/** The head of a frame that a server sends: final, binary or control, not masked. */
export function frameHead(opcode: number, length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(0x80 | opcode, length);
  if (length < 65_536) return Uint8Array.of(0x80 | opcode, 126, length >>> 8, length & 0xff);
  const head = new Uint8Array(10);
  head[0] = 0x80 | opcode;
  head[1] = 127;
  new DataView(head.buffer).setBigUint64(2, BigInt(length));
  return head;
}

/** Codes that an endpoint may put into a close frame (RFC 6455, 7.4). */
function isSendable(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code < 5000)
  );
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function broken(message: string): WebSocketFault {
  return { code: CloseCode.protocolError, message };
}
