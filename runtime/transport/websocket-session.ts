import { CloseCode, frameHead, Opcode, type WebSocketFrameEvents, WebSocketFrameReader } from "./websocket-frame.ts";

/** What a session needs of the transport beneath it. */
export interface WebSocketSessionOptions {
  /** Bytes of payload that one frame of the client may have. */
  readonly maxFrameBytes: number;
  /** Writes to the transport beneath. */
  readonly write: (bytes: Uint8Array, onWritten?: () => void) => boolean;
  /** True while the transport beneath has more to send than it likes: pongs are left out then. */
  readonly isFull: () => boolean;
  /** Bytes of the stream that the messages carry; a view, valid only during the call. */
  readonly onPayload: (bytes: Uint8Array) => void;
  /** The end: by the peer (no error), or because it broke a rule. The close frame was written; the transport beneath has to be closed. */
  readonly onEnd: (error: Error | undefined) => void;
}

/** Frames up to this many bytes are sent in one piece with their head. */
const joinedBytes = 16 * 1024;

/** The server's side of a WebSocket after the upgrade: open -> closed (either side's close frame, or a fault of the peer). */
export class WebSocketSession implements WebSocketFrameEvents {
  bytesRead: number;
  bytesWritten: number;
  private readonly options: WebSocketSessionOptions;
  private readonly reader: WebSocketFrameReader;
  private open: boolean;

  constructor(options: WebSocketSessionOptions) {
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.options = options;
    this.reader = new WebSocketFrameReader(options.maxFrameBytes);
    this.open = true;
  }

  /** Takes what the transport beneath received. */
  receive(bytes: Uint8Array): void {
    const fault = this.reader.push(bytes, this);
    if (fault === undefined) return;
    this.end(fault.code, new Error(`The peer broke the WebSocket protocol: ${fault.message}`));
  }

  /** Sends bytes as one binary message. As {@link Transport.write}. */
  send(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (!this.open || bytes.length === 0) return true;
    this.bytesWritten += bytes.length;
    const { write } = this.options;
    const head = frameHead(Opcode.binary, bytes.length);
    if (bytes.length <= joinedBytes) return write(join(head, bytes), onWritten);
    write(head);
    return write(bytes, onWritten);
  }

  /** Says goodbye; the transport beneath is closed by the caller. Idempotent. */
  close(code: number = CloseCode.normal): void {
    if (!this.open) return;
    this.open = false;
    this.reader.stop();
    this.options.write(join(frameHead(Opcode.close, 2), Uint8Array.of(code >>> 8, code & 0xff)));
  }

  onPayload(bytes: Uint8Array): void {
    this.bytesRead += bytes.length;
    this.options.onPayload(bytes);
  }

  onPing(payload: Uint8Array): void {
    if (this.open && !this.options.isFull()) this.options.write(join(frameHead(Opcode.pong, payload.length), payload));
  }

  onClose(code: number): void {
    const isPolite = code === CloseCode.normal || code === 1001 || code === 1005;
    const error = isPolite ? undefined : new Error(`The peer closed the WebSocket with code ${code}.`);
    this.end(code === 1005 ? CloseCode.normal : code, error);
  }

  private end(code: number, error: Error | undefined): void {
    this.close(code);
    this.options.onEnd(error);
  }
}

function join(head: Uint8Array, bytes: Uint8Array): Uint8Array {
  const joined = new Uint8Array(head.length + bytes.length);
  joined.set(head);
  joined.set(bytes, head.length);
  return joined;
}
