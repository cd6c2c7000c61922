import type { Socket } from "node:net";
import type { Environment } from "../../environment/environment.ts";
import type { Linked } from "../link.ts";
import { encodeCommand, RedisError, RespParser, type RespValue } from "./resp.ts";

interface Pending {
  readonly resolve: (value: RespValue) => void;
  readonly reject: (error: unknown) => void;
}

/** One connection to Redis. Commands are sent at once or fail: none waits for a connection, to be carried out when its time has passed. */
export class RedisConnection implements Linked {
  lastReadMs: number;
  private readonly socket: Socket;
  private readonly environment: Environment;
  private readonly server: string;
  private readonly pending: Pending[];
  private readonly closed: Promise<void>;
  private readonly onMessage: ((value: RespValue) => void) | undefined;
  private fault: Error | undefined;

  /** @param onMessage takes every answer, on a connection that subscribes */
  constructor(
    socket: Socket,
    { environment, server }: { readonly environment: Environment; readonly server: string },
    onMessage?: (value: RespValue) => void,
  ) {
    this.lastReadMs = environment.now();
    this.socket = socket;
    this.environment = environment;
    this.server = server;
    this.pending = [];
    this.onMessage = onMessage;
    this.fault = undefined;
    const parser = new RespParser((value) => this.onValue(value));
    socket.on("data", (chunk: Uint8Array) => {
      this.lastReadMs = environment.now();
      try {
        parser.push(chunk);
      } catch (error) {
        this.destroy(error as Error);
      }
    });
    socket.on("error", (error) => void (this.fault ??= error));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.fault ??= new Error(`${server} closed the connection.`);
        for (const { reject } of this.pending.splice(0)) reject(this.fault);
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.fault === undefined && !this.socket.destroyed && this.socket.writable;
  }

  /** @throws RedisError for a refusal, Error when the connection ends, or the signal's reason */
  command(args: readonly string[], signal: AbortSignal): Promise<RespValue> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (!this.isOpen) return reject(this.fault ?? new Error(`The connection to ${this.server} was lost.`));
      const sentMs = this.environment.now();
      const onAbort = (): void => {
        reject(signal.reason);
        if (this.lastReadMs <= sentMs) this.destroy(new Error(`${this.server} is silent.`));
      };
      const settle = (): void => signal.removeEventListener("abort", onAbort);
      signal.addEventListener("abort", onAbort);
      this.pending.push({
        resolve(value) {
          settle();
          if (value instanceof RedisError) reject(value);
          else resolve(value);
        },
        reject(error) {
          settle();
          reject(error);
        },
      });
      this.socket.write(encodeCommand(args));
    });
  }

  /** Sends a command whose answer goes to `onMessage`. */
  post(args: readonly string[]): void {
    if (this.isOpen) this.socket.write(encodeCommand(args));
  }

  private onValue(value: RespValue): void {
    const pending = this.pending.shift();
    if (pending !== undefined) pending.resolve(value);
    else if (this.onMessage !== undefined) this.onMessage(value);
    else this.destroy(new Error(`${this.server} said something that it was not asked for.`));
  }

  /** Ends it at once. With a reset, so that the system does not go on delivering what was written. */
  destroy(error: Error): void {
    if (this.socket.destroyed) return;
    this.fault ??= error;
    if ("encrypted" in this.socket) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  close(): Promise<void> {
    this.destroy(new Error("The client was closed."));
    return this.closed;
  }
}
