import { connect, type Socket } from "node:net";
import { FrameWriter } from "../../../runtime/protocol/frame-writer.ts";
import { FrameFlag, FrameKind, HeaderTag, Serialization } from "../../../runtime/protocol/frame.ts";
import { createOption, encodeOption } from "../../../runtime/protocol/handshake.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { initialPeerLimits } from "../../../runtime/protocol/limits.ts";
import { methodIdFromPath } from "../../../runtime/descriptor/method-id.ts";
import { crowdPath } from "./crowd.ts";

/** A socket that says what it likes. */
export interface RawSocket {
  readonly socket: Socket;
  readonly isClosed: () => boolean;
  readonly closed: Promise<void>;
  /** Bytes that came. */
  readonly received: () => number;
  /** Resolves when the system took them, or the socket is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Reads no more. */
  stopReading(): void;
  /** Ends with a reset rather than a farewell. */
  reset(): void;
}

/** @throws never: a socket that could not connect is closed */
export async function openRaw(port: number): Promise<RawSocket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let received = 0;
  let isClosed = false;
  socket.on("data", (bytes) => (received += bytes.length));
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) =>
    socket.once("close", () => {
      isClosed = true;
      resolve();
    }),
  );
  const raw: RawSocket = {
    socket,
    isClosed: () => isClosed,
    closed,
    received: () => received,
    write: (bytes) =>
      new Promise((resolve) => {
        if (isClosed || !socket.writable) return resolve();
        const done = (): void => {
          socket.off("close", done);
          resolve();
        };
        socket.once("close", done);
        socket.write(bytes, done);
      }),
    stopReading: () => void socket.pause(),
    reset: () => void socket.resetAndDestroy(),
  };
  await Promise.race([new Promise((resolve) => socket.once("connect", resolve)), closed]);
  return raw;
}

/** The line with which a client of ours begins. */
export const option: Uint8Array = encodeOption(createOption([1, 2], initialPeerLimits, undefined));

/** As {@link openRaw}, and introduces itself: resolves when the server did too. */
export async function shakeRaw(port: number): Promise<RawSocket> {
  const raw = await openRaw(port);
  const answered = new Promise((resolve) => raw.socket.once("data", resolve));
  await raw.write(option);
  await Promise.race([answered, raw.closed]);
  return raw;
}

/** A frame as it should be, but for what the caller does to it. */
export interface FrameParts {
  readonly kind: number;
  readonly sequence?: number;
  readonly lane?: number;
  readonly serialization?: number;
  readonly flags?: number;
  readonly header?: Uint8Array;
  readonly body?: Uint8Array;
}

const nothing = new Uint8Array(0);

export function frame(parts: FrameParts): Uint8Array {
  const { kind, sequence = 0, lane = 0, serialization = 0, flags = 0, header = nothing, body = nothing } = parts;
  const writer = new FrameWriter();
  const idLow = (((sequence % 65_536) << 16) | lane) >>> 0;
  writer.begin(kind, serialization, flags, Math.floor(sequence / 65_536), idLow, header.length, body.length);
  writer.copy(header);
  writer.copy(body);
  const pieces: Uint8Array[] = [];
  writer.flush((bytes) => pieces.push(new Uint8Array(bytes)) > 0);
  return Buffer.concat(pieces);
}

/** What a request may differ in. */
export interface RequestParts {
  readonly method: "Echo" | "List" | "Sum" | "Chat" | "Gather";
  readonly body?: Uint8Array;
  readonly serialization?: number;
  readonly flags?: number;
  /** Follows the number of the method. */
  readonly header?: Uint8Array;
}

function pathOf(method: RequestParts["method"]): string {
  return method === "Gather" ? crowdPath : `/lab.v1.Lab/${method}`;
}

export function request(sequence: number, lane: number, parts: RequestParts): Uint8Array {
  const { method, serialization = Serialization.binary, flags = FrameFlag.endOfStream } = parts;
  const number = new HeaderWriter().number(HeaderTag.methodId, methodIdFromPath(pathOf(method))).finish();
  const header = Buffer.concat([number, parts.header ?? nothing]);
  return frame({ kind: FrameKind.request, sequence, lane, serialization, flags, header, body: parts.body ?? nothing });
}

/** The body of a Note: text, and how many items it asks for. */
export function note(text: string, count = 0): Uint8Array {
  const bytes = Buffer.from(text);
  const parts = [Buffer.from([10, bytes.length]), bytes];
  for (let rest = count, first = true; first || rest > 0; first = false, rest = Math.floor(rest / 128))
    parts.push(
      Buffer.from(first ? [16, (rest % 128) | (rest > 127 ? 128 : 0)] : [(rest % 128) | (rest > 127 ? 128 : 0)]),
    );
  return Buffer.concat(parts);
}
