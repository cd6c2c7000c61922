import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { Socket } from "node:net";
import type { Environment, Timer } from "../../environment/environment.ts";
import type { Linked } from "../link.ts";

/** What a server answered instead of a result, with gRPC's number for it. */
export class GrpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "GrpcError";
    this.code = code;
  }
}

/** How a connection is made and watched over. */
export interface GrpcOptions {
  readonly environment: Environment;
  readonly authority: string;
  readonly isSecure: boolean;
  /** Milliseconds without a byte after which a connection with streams is asked whether it lives. etcd ends those that ask more often than every 5 s. */
  readonly pingMs: number;
  /** Milliseconds for the answer. */
  readonly pingLimitMs: number;
}

/** One request, and what is done with the answers. */
export interface GrpcCall {
  /** `/etcdserverpb.KV/Range` */
  readonly path: string;
  readonly request: Uint8Array;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
  readonly onMessage: (message: Uint8Array) => void;
  /** The sending side stays open: the server is to go on answering. */
  readonly isLong?: boolean | undefined;
}

/** Longest message that is accepted: lists of ten thousand instances have about 4 MB. */
const maxMessageBytes = 64 * 1024 * 1024;
const windowBytes = 1024 * 1024;

/** gRPC over one HTTP/2 connection: requests with one answer, and streams of answers. */
export class GrpcConnection implements Linked {
  private readonly session: ClientHttp2Session;
  private readonly options: GrpcOptions;
  private readonly closed: Promise<void>;
  private lastReadMs: number;
  private longCalls: number;
  private timer: Timer | undefined;
  private fault: Error | undefined;
  private isEnding: boolean;

  constructor(socket: Socket, options: GrpcOptions) {
    this.options = options;
    this.lastReadMs = options.environment.now();
    this.longCalls = 0;
    this.timer = undefined;
    this.fault = undefined;
    this.isEnding = false;
    const url = `${options.isSecure ? "https" : "http"}://${options.authority}`;
    const settings = { enablePush: false, initialWindowSize: windowBytes };
    const session = connect(url, { createConnection: () => socket, settings });
    this.session = session;
    this.closed = new Promise((resolve) => {
      session.on("error", (error) => void (this.fault ??= error));
      session.on("goaway", (code) => {
        if (code !== 0) this.fault ??= new Error(`${options.authority} ended the connection with code ${code}.`);
        session.close();
      });
      session.on("close", () => {
        this.timer?.cancel();
        // A session that ends before its socket was its own would leave it open.
        socket.destroy();
        resolve();
      });
    });
    session.setLocalWindowSize(windowBytes);
  }

  get isOpen(): boolean {
    return !this.isEnding && !this.session.closed && !this.session.destroyed && this.fault === undefined;
  }

  /**
   * Sends a request; resolves when the server has answered all.
   * @throws GrpcError for an answer that is none, Error when the connection fails, the signal's reason when that fires
   */
  call(call: GrpcCall): Promise<void> {
    return new Promise((resolve, reject) => {
      if (call.signal.aborted) return reject(call.signal.reason);
      const startedMs = this.options.environment.now();
      const stream = this.request(call);
      const isLong = call.isLong === true;
      if (isLong) this.beginLong();
      let status: GrpcError | undefined;
      let isOk = false;
      let error: Error | undefined;
      const onAbort = (): void => {
        error = call.signal.reason as Error;
        this.afterReading(() => stream.close(constants.NGHTTP2_CANCEL));
        // Not a byte since the request was sent: what else was sent would be lost too.
        if (!isLong && this.lastReadMs <= startedMs) this.destroy(new Error(`${this.options.authority} is silent.`));
      };
      const onHeaders = (headers: Readonly<Record<string, unknown>>): void => {
        this.lastReadMs = this.options.environment.now();
        const code = headers["grpc-status"];
        const http = headers[":status"];
        if (code !== undefined) {
          isOk = Number(code) === 0;
          if (!isOk) status = new GrpcError(Number(code), grpcMessage(headers));
        } else if (http !== undefined && http !== 200) {
          status = new GrpcError(2, `${this.options.authority} answered with HTTP status ${String(http)}.`);
        }
      };
      const take = createDeframer((message) => call.onMessage(message));
      stream.on("response", onHeaders);
      stream.on("trailers", onHeaders);
      stream.on("data", (chunk: Uint8Array) => {
        this.lastReadMs = this.options.environment.now();
        try {
          take(chunk);
        } catch (fault) {
          error ??= fault as Error;
          this.afterReading(() => stream.close(constants.NGHTTP2_PROTOCOL_ERROR));
        }
      });
      stream.on("error", (fault: Error) => void (error ??= fault));
      stream.on("close", () => {
        call.signal.removeEventListener("abort", onAbort);
        if (isLong) this.endLong();
        if (error !== undefined) return reject(error);
        if (status !== undefined) return reject(status);
        if (isOk) return resolve();
        reject(this.fault ?? new Error(`The connection to ${this.options.authority} was lost.`));
      });
      call.signal.addEventListener("abort", onAbort);
    });
  }

  private request({ path, request, metadata, isLong }: GrpcCall): ClientHttp2Stream {
    const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
    const stream = this.session.request({ ...headers, ...metadata });
    const framed = new Uint8Array(5 + request.length);
    new DataView(framed.buffer).setUint32(1, request.length);
    framed.set(request, 5);
    if (isLong === true) stream.write(framed);
    else stream.end(framed);
    return stream;
  }

  private beginLong(): void {
    if (this.longCalls++ === 0) this.watchOver();
  }

  private endLong(): void {
    if (--this.longCalls > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** Our own count of silence: a socket's timeout starts anew with each write, and TCP notices nothing while data are unacknowledged. */
  private watchOver(): void {
    const { environment, pingMs, pingLimitMs, authority } = this.options;
    const idleMs = environment.now() - this.lastReadMs;
    if (idleMs < pingMs) {
      this.timer = environment.setTimer(pingMs - idleMs, () => this.watchOver());
      return;
    }
    this.timer = environment.setTimer(pingLimitMs, () =>
      this.destroy(new Error(`${authority} did not answer a ping within ${pingLimitMs} ms.`)),
    );
    const isSent = this.session.ping((error) => {
      if (error !== null || this.longCalls === 0) return;
      this.lastReadMs = environment.now();
      this.timer?.cancel();
      this.watchOver();
    });
    if (!isSent) this.destroy(new Error(`The connection to ${authority} cannot be asked whether it lives.`));
  }

  /** Ends it at once; calls that are under way fail. */
  destroy(error: Error): void {
    this.fault ??= error;
    void this.close();
  }

  close(): Promise<void> {
    this.isEnding = true;
    this.afterReading(() => this.session.destroy());
    return this.closed;
  }

  /**
   * For all that resets streams. Done while Node hands over what it read, as handlers of events and what they resolve are, it makes
   * Node 20 write without end until memory is used up (https://github.com/nodejs/node/pull/64166).
   */
  private afterReading(action: () => void): void {
    this.options.environment.yieldTurn(action);
  }
}

function grpcMessage(headers: Readonly<Record<string, unknown>>): string {
  const text = String(headers["grpc-message"] ?? "no reason given");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Cuts a stream of bytes into messages. @throws Error for one that is compressed or too long */
function createDeframer(onMessage: (message: Uint8Array) => void): (chunk: Uint8Array) => void {
  let rest: Uint8Array = new Uint8Array(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(1);
      if (rest[0] !== 0) throw new Error("A message is compressed, which was not asked for.");
      if (length > maxMessageBytes)
        throw new Error(`A message has ${length} bytes; at most ${maxMessageBytes} are read.`);
      if (rest.length < 5 + length) return;
      // A copy: what is read may be kept.
      onMessage(new Uint8Array(rest.subarray(5, 5 + length)));
      rest = rest.subarray(5 + length);
    }
  };
}
