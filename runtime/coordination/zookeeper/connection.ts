import type { Socket } from "node:net";
import type { Environment, Timer } from "../../environment/environment.ts";
import type { Linked } from "../link.ts";
import { createPacketStream } from "../packet-stream.ts";
import { JuteReader, JuteWriter } from "./jute.ts";

/** What the server answered instead of a result. */
export class ZooKeeperError extends Error {
  readonly code: number;

  constructor(code: number, what: string) {
    super(`ZooKeeper answered ${errorNames[code] ?? "with an error"} (${code}) to ${what}.`);
    this.name = "ZooKeeperError";
    this.code = code;
  }
}

/** Codes that are acted upon. */
export const zooKeeperCode: { readonly noNode: -101; readonly nodeExists: -110 } = Object.freeze({
  noNode: -101,
  nodeExists: -110,
});

const errorNames: Readonly<Record<number, string>> = {
  [-4]: "connection loss",
  [-5]: "marshalling error",
  [-6]: "unimplemented",
  [-8]: "bad arguments",
  [-101]: "no node",
  [-102]: "no permission",
  [-103]: "bad version",
  [-110]: "node exists",
  [-112]: "session expired",
  [-115]: "authentication failed",
  [-118]: "session moved",
};

const pingXid = -2;
const eventXid = -1;
const authXid = -4;
const pingType = 11;
const maxPacketBytes = 64 * 1024 * 1024;

/** A session as the server gave it. */
export interface SessionGrant {
  readonly id: bigint;
  readonly password: Uint8Array;
  /** 0: the session that was asked for has expired. */
  readonly timeoutMs: number;
}

/** What a session sends to be taken up, or begun anew with an id of 0. */
export interface SessionRequest extends SessionGrant {
  readonly lastZxid: bigint;
}

/** One request. */
export interface ZooKeeperRequest {
  readonly type: number;
  /** For errors: `create /rpcgen/x`. */
  readonly what: string;
  readonly write: (writer: JuteWriter) => void;
  readonly signal: AbortSignal;
}

interface Pending {
  readonly xid: number;
  readonly what: string;
  readonly resolve: (reply: { readonly reader: JuteReader; readonly zxid: bigint }) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One connection of a session: answers come in the order of the requests. It pings at a third of the session's timeout and gives up when nothing was
 * read for two thirds, so that another server can be found while the session lives.
 */
export class ZooKeeperConnection implements Linked {
  /** Resolves with what ended it. */
  readonly closed: Promise<Error>;
  /** Who is told of the path of each change that is watched on this connection, with the folder that each of them watches. */
  readonly watchers: Map<(path: string) => void, string>;
  /** The highest transaction that was seen. */
  lastZxid: bigint;
  private readonly socket: Socket;
  private readonly environment: Environment;
  private readonly server: string;
  private readonly pending: Pending[];
  private greeting: ((grant: SessionGrant) => void) | undefined;
  private fault: Error | undefined;
  private end: (error: Error) => void;
  private lastReadMs: number;
  private xid: number;
  private timer: Timer | undefined;

  constructor(socket: Socket, environment: Environment, server: string) {
    this.socket = socket;
    this.environment = environment;
    this.server = server;
    this.watchers = new Map();
    this.lastZxid = 0n;
    this.pending = [];
    this.greeting = undefined;
    this.fault = undefined;
    this.end = () => undefined;
    this.closed = new Promise((resolve) => (this.end = resolve));
    this.lastReadMs = environment.now();
    this.xid = 0;
    this.timer = undefined;
    const take = createPacketStream(maxPacketBytes, (packet) => this.onPacket(packet));
    socket.on("data", (chunk: Uint8Array) => {
      this.lastReadMs = environment.now();
      try {
        take(chunk);
      } catch (error) {
        this.destroy(error as Error);
      }
    });
    socket.on("error", (error) => void (this.fault ??= error));
    socket.on("close", () => this.onClose());
  }

  get isOpen(): boolean {
    return this.fault === undefined && !this.socket.destroyed && this.socket.writable;
  }

  /** Takes up a session, or begins one. @throws Error when the server closes instead of answering */
  greet({ id, password, timeoutMs, lastZxid }: SessionRequest): Promise<SessionGrant> {
    const writer = new JuteWriter().int(0).long(lastZxid).int(timeoutMs).long(id).bytes(password).bool(false);
    this.lastZxid = lastZxid;
    return new Promise((resolve, reject) => {
      this.greeting = (grant) => {
        this.greeting = undefined;
        if (grant.timeoutMs > 0) this.watchOver(grant.timeoutMs);
        resolve(grant);
      };
      this.closed.then(reject, reject);
      this.socket.write(writer.packet());
    });
  }

  /** Says who asks. A refusal ends the connection. */
  authenticate(scheme: string, secret: string): void {
    const writer = new JuteWriter().int(authXid).int(100).int(0).text(scheme);
    this.socket.write(writer.bytes(new TextEncoder().encode(secret)).packet());
  }

  /** @throws ZooKeeperError for a refusal, Error when the connection ends, or the signal's reason */
  request(request: ZooKeeperRequest): Promise<{ readonly reader: JuteReader; readonly zxid: bigint }> {
    return new Promise((resolve, reject) => {
      const { signal, type, what } = request;
      if (signal.aborted) return reject(signal.reason);
      if (!this.isOpen) return reject(this.fault ?? new Error(`The connection to ${this.server} was lost.`));
      const sentMs = this.environment.now();
      const onAbort = (): void => {
        reject(signal.reason);
        if (this.lastReadMs <= sentMs) this.destroy(new Error(`${this.server} is silent.`));
      };
      const settle = (): void => signal.removeEventListener("abort", onAbort);
      const xid = (this.xid = (this.xid % 0x7fff_fff0) + 1);
      this.pending.push({
        xid,
        what,
        resolve(reply) {
          settle();
          resolve(reply);
        },
        reject(error) {
          settle();
          reject(error);
        },
      });
      signal.addEventListener("abort", onAbort);
      const writer = new JuteWriter().int(xid).int(type);
      request.write(writer);
      this.socket.write(writer.packet());
    });
  }

  private onPacket(packet: Uint8Array): void {
    const reader = new JuteReader(packet);
    if (this.greeting !== undefined) {
      reader.int();
      const timeoutMs = reader.int();
      return this.greeting({ timeoutMs, id: reader.long(), password: reader.bytes() });
    }
    const xid = reader.int();
    const zxid = reader.long();
    const code = reader.int();
    if (zxid > this.lastZxid) this.lastZxid = zxid;
    if (xid === pingXid) return;
    if (xid === eventXid) return this.onEvent(reader);
    if (xid === authXid) {
      if (code !== 0) this.destroy(new ZooKeeperError(code, "authentication"));
      return;
    }
    const pending = this.pending.shift();
    if (pending?.xid !== xid) return this.destroy(new Error(`${this.server} answered out of order.`));
    if (code === 0) pending.resolve({ reader, zxid });
    else pending.reject(new ZooKeeperError(code, pending.what));
  }

  private onEvent(reader: JuteReader): void {
    reader.int();
    reader.int();
    const path = reader.text();
    for (const watcher of [...this.watchers.keys()]) watcher(path);
  }

  private watchOver(timeoutMs: number): void {
    const environment = this.environment;
    const stepMs = timeoutMs / 6;
    let steps = 0;
    const next = (): void => {
      const dueMs = environment.now() + stepMs;
      this.timer = environment.setTimer(stepMs, () => {
        const nowMs = environment.now();
        // When this process stood still, what came meanwhile has not been read yet.
        const isLate = nowMs - dueMs > stepMs;
        if (!isLate && nowMs - this.lastReadMs > (timeoutMs * 2) / 3) {
          return this.destroy(new Error(`${this.server} was silent for two thirds of the session's ${timeoutMs} ms.`));
        }
        if (++steps % 2 === 0 && this.isOpen) this.socket.write(new JuteWriter().int(pingXid).int(pingType).packet());
        next();
      });
    };
    next();
  }

  private onClose(): void {
    this.timer?.cancel();
    const error = this.fault ?? new Error(`${this.server} closed the connection.`);
    this.fault = error;
    for (const { reject } of this.pending.splice(0)) reject(error);
    this.end(error);
  }

  /** Ends it at once; requests that are under way fail. */
  destroy(error: Error): void {
    this.fault ??= error;
    this.timer?.cancel();
    this.socket.destroy();
  }

  async close(): Promise<void> {
    this.destroy(new Error("The client was closed."));
    await this.closed;
  }
}
