import { randomBytes } from "node:crypto";
import { createConnection, type Socket } from "node:net";
import type { StandardEvent, StandardWebSocket } from "../../../runtime/transport/websocket.ts";

/** The standard `WebSocket` as far as the transport uses it, for Node 20, which has none. Written for tests: it trusts its server. */
export class NodeWebSocket implements StandardWebSocket {
  binaryType: string;
  private readonly events: EventTarget;
  private readonly socket: Socket;
  private received: Buffer;
  private isOpen: boolean;
  private code: number;

  constructor(url: string, protocols: string[]) {
    const { hostname, port, host, pathname, search } = new URL(url);
    this.binaryType = "blob";
    this.events = new EventTarget();
    this.received = Buffer.alloc(0);
    this.isOpen = false;
    this.code = 1006;
    this.socket = createConnection(Number(port), hostname);
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => this.emit("close", { code: this.code, reason: "" }));
    this.socket.on("data", (bytes) => this.receive(bytes));
    const fields = [
      `GET ${pathname}${search} HTTP/1.1`,
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      `Sec-WebSocket-Protocol: ${protocols.join(", ")}`,
    ];
    this.socket.write(`${fields.join("\r\n")}\r\n\r\n`);
  }

  get bufferedAmount(): number {
    return this.socket.writableLength;
  }

  addEventListener(type: string, listener: (event: StandardEvent) => void): void {
    this.events.addEventListener(type, listener as unknown as (event: Event) => void);
  }

  private emit(type: string, members: StandardEvent = {}): void {
    this.events.dispatchEvent(Object.assign(new Event(type), members));
  }

  send(bytes: Uint8Array): void {
    this.socket.write(clientFrame(2, bytes));
  }

  close(code: number = 1000): void {
    if (!this.isOpen) return void this.socket.destroy();
    this.socket.write(clientFrame(8, Uint8Array.of(code >>> 8, code & 0xff)));
  }

  private receive(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    if (!this.isOpen && !this.open()) return;
    for (let frame = this.next(); frame !== undefined; frame = this.next()) this.take(frame.opcode, frame.payload);
  }

  private open(): boolean {
    const end = this.received.indexOf("\r\n\r\n");
    if (end < 0) return false;
    if (!this.received.toString("latin1", 0, end).startsWith("HTTP/1.1 101 ")) return this.fail();
    this.received = this.received.subarray(end + 4);
    this.isOpen = true;
    this.emit("open");
    return true;
  }

  private fail(): false {
    this.socket.destroy();
    return false;
  }

  private next(): { readonly opcode: number; readonly payload: Buffer } | undefined {
    const all = this.received;
    const short = all.length < 2 ? 0 : (all[1] as number);
    const headLength = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (all.length < headLength) return undefined;
    const length = short < 126 ? short : short === 126 ? all.readUInt16BE(2) : Number(all.readBigUInt64BE(2));
    if (all.length < headLength + length) return undefined;
    this.received = all.subarray(headLength + length);
    return { opcode: (all[0] as number) & 0x0f, payload: all.subarray(headLength, headLength + length) };
  }

  private take(opcode: number, payload: Buffer): void {
    if (opcode === 8) {
      this.code = payload.readUInt16BE(0);
      this.socket.end(clientFrame(8, payload));
    } else if (opcode === 9) this.socket.write(clientFrame(10, payload));
    else this.emit("message", { data: new Uint8Array(payload).buffer });
  }
}

/** A frame as a client sends it: masked, by default final. */
export function clientFrame(opcode: number, payload: Uint8Array, options: { readonly isFinal?: boolean } = {}): Buffer {
  const { length } = payload;
  const mask = Uint8Array.of(0x3c, 0xa5, 0x00, 0xff);
  const first = (options.isFinal === false ? 0 : 0x80) | opcode;
  const head =
    length < 126
      ? [first, 0x80 | length]
      : length < 65_536
        ? [first, 0xfe, length >>> 8, length & 0xff]
        : [
            first,
            0xff,
            0,
            0,
            0,
            0,
            (length >>> 24) & 0xff,
            (length >>> 16) & 0xff,
            (length >>> 8) & 0xff,
            length & 0xff,
          ];
  const masked = payload.map((byte, index) => byte ^ (mask[index & 3] as number));
  return Buffer.concat([Uint8Array.from(head), mask, masked]);
}
