import { createHash } from "node:crypto";
import type { Environment } from "../../environment/environment.ts";
import { Link } from "../link.ts";
import type { Server } from "../server.ts";
import { type CoordinationTls, openSocket } from "../socket.ts";
import { RedisConnection } from "./connection.ts";
import { RedisError, type RespValue } from "./resp.ts";

/** How a {@link RedisClient} reaches its servers. */
export interface RedisClientOptions {
  readonly environment: Environment;
  readonly servers: readonly Server[];
  readonly tls: CoordinationTls | undefined;
  /** An empty user: a password alone. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly database: number;
  readonly connectLimitMs: number;
  readonly log: (event: string, details: Readonly<Record<string, string | number>>) => void;
}

/** A script in Lua with the digest by which the server remembers it. */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

export function redisScript(text: string): RedisScript {
  return Object.freeze({ text, sha: createHash("sha1").update(text).digest("hex") });
}

/** Milliseconds of silence after which a connection that subscribes is asked whether it lives, and given up. */
const askAfterMs = 5_000;
const giveUpAfterMs = 10_000;

/** Scripts over one connection, messages over another. */
export class RedisClient {
  private readonly environment: Environment;
  private readonly link: Link<RedisConnection>;
  private readonly messages: Link<RedisConnection>;
  private readonly listeners: Map<string, Set<() => void>>;
  private subscriber: RedisConnection | undefined;

  constructor(options: RedisClientOptions) {
    this.environment = options.environment;
    this.listeners = new Map();
    this.subscriber = undefined;
    this.link = new Link({ ...options, connect: (server, signal) => connectTo(server, options, signal) });
    const onMessage = (value: RespValue): void => this.onMessage(value);
    this.messages = new Link({
      ...options,
      connect: (server, signal) => connectTo(server, options, signal, onMessage),
    });
  }

  /** Runs a script. @throws RedisError for a refusal */
  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<RespValue> {
    const connection = await this.link.get(signal);
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await connection.command(["EVALSHA", script.sha, ...rest], signal);
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      if (error.kind === "NOSCRIPT") return connection.command(["EVAL", script.text, ...rest], signal);
      // A replica, or a server that is not ready: the next one may be.
      if (["READONLY", "LOADING", "MASTERDOWN"].includes(error.kind)) connection.destroy(error);
      throw error;
    }
  }

  /** Calls `listener` for messages on a channel, while {@link RedisClient.keepListening} is called now and then. Returns how to end that. */
  listen(channel: string, listener: () => void): () => void {
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners);
    listeners.add(listener);
    if (listeners.size === 1) this.subscriber?.post(["SUBSCRIBE", channel]);
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.listeners.delete(channel);
      this.subscriber?.post(["UNSUBSCRIBE", channel]);
    };
  }

  /** Sees to it that there is a connection that listens. Messages only hasten what is asked for anyway, so a failure is no one's. */
  async keepListening(signal: AbortSignal): Promise<void> {
    const open = this.subscriber;
    if (open?.isOpen === true) {
      const silentMs = this.environment.now() - open.lastReadMs;
      if (silentMs > giveUpAfterMs) open.destroy(new Error("A connection that listens is silent."));
      else if (silentMs > askAfterMs) open.post(["PING"]);
      return;
    }
    try {
      const subscriber = await this.messages.get(signal);
      if (subscriber === this.subscriber) return;
      this.subscriber = subscriber;
      if (this.listeners.size > 0) subscriber.post(["SUBSCRIBE", ...this.listeners.keys()]);
    } catch {
      // The next call tries again.
    }
  }

  private onMessage(value: RespValue): void {
    if (!Array.isArray(value) || value[0] !== "message") return;
    for (const listener of [...(this.listeners.get(String(value[1])) ?? [])]) listener();
  }

  async close(): Promise<void> {
    await Promise.all([this.link.close(), this.messages.close()]);
  }
}

async function connectTo(
  server: Server,
  options: RedisClientOptions,
  signal: AbortSignal,
  onMessage?: (value: RespValue) => void,
): Promise<RedisConnection> {
  const { environment, tls, credentials, database } = options;
  const socket = await openSocket(server, tls, undefined, signal);
  const connection = new RedisConnection(socket, { environment, server: server.text }, onMessage);
  try {
    if (credentials !== undefined) {
      const { user, password } = credentials;
      await connection.command(user === "" ? ["AUTH", password] : ["AUTH", user, password], signal);
    }
    if (database !== 0) await connection.command(["SELECT", String(database)], signal);
    // Something is answered even where nothing has to be said: a server that takes connections but is silent is passed over.
    await connection.command(["PING"], signal);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
