import type { Environment } from "../environment/environment.ts";
import { limited } from "../environment/limit.ts";
import type { Server } from "./server.ts";

/** A connection that a {@link Link} keeps. */
export interface Linked {
  readonly isOpen: boolean;
  /** Resolves when its socket and timers are gone. Idempotent. */
  close(): Promise<void>;
}

/** How a {@link Link} connects. */
export interface LinkOptions<Connection extends Linked> {
  readonly environment: Environment;
  readonly servers: readonly Server[];
  /** Milliseconds for one server, its greeting included. */
  readonly connectLimitMs: number;
  readonly connect: (server: Server, signal: AbortSignal) => Promise<Connection>;
  readonly log: (event: string, details: Readonly<Record<string, string | number>>) => void;
}

/** Milliseconds during which a failure to connect answers everybody who asks. */
const failureKeptMs = 50;

/**
 * One connection to one of several servers, made when somebody needs it and shared by all. The first server is drawn by lot, so that clients spread;
 * when one fails, the next is tried. Waiting between rounds is up to those who ask.
 */
export class Link<Connection extends Linked> {
  private readonly options: LinkOptions<Connection>;
  private readonly closing: AbortController;
  private next: number;
  private connection: Connection | undefined;
  private round: Promise<Connection> | undefined;
  private failure: { readonly error: unknown; readonly untilMs: number } | undefined;

  constructor(options: LinkOptions<Connection>) {
    this.options = options;
    this.closing = new AbortController();
    this.next = Math.floor(options.environment.random() * options.servers.length);
    this.connection = undefined;
    this.round = undefined;
    this.failure = undefined;
  }

  /** The connection; a new one when there is none. @throws what every server answered, or the signal's reason */
  async get(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    this.closing.signal.throwIfAborted();
    if (this.connection?.isOpen === true) return this.connection;
    const failure = this.failure;
    if (failure !== undefined && this.options.environment.now() < failure.untilMs) throw failure.error;
    this.round ??= this.connect().finally(() => void (this.round = undefined));
    return untilAborted(this.round, signal);
  }

  private async connect(): Promise<Connection> {
    const { servers, environment } = this.options;
    await this.dropConnection();
    const faults: string[] = [];
    for (let tries = 0; tries < servers.length; tries++) {
      const server = servers[this.next % servers.length];
      if (server === undefined) break;
      try {
        const connection = await this.connectTo(server);
        this.failure = undefined;
        return connection;
      } catch (error) {
        if (this.closing.signal.aborted) throw error;
        this.next = (this.next + 1) % servers.length;
        faults.push(error instanceof Error ? error.message : String(error));
      }
    }
    const error = new Error(faults.join(" "));
    this.failure = { error, untilMs: environment.now() + failureKeptMs };
    throw error;
  }

  /** A connection that failed was to a server that is better not asked first. */
  private async dropConnection(): Promise<void> {
    const connection = this.connection;
    if (connection === undefined) return;
    this.connection = undefined;
    this.next = (this.next + 1) % this.options.servers.length;
    await connection.close();
  }

  private async connectTo(server: Server): Promise<Connection> {
    const { environment, connectLimitMs: limitMs, connect, log } = this.options;
    const what = `Connecting to ${server.text}`;
    const work = async (signal: AbortSignal): Promise<Connection> => {
      const connection = await connect(server, signal);
      if (!signal.aborted) return connection;
      await connection.close();
      throw signal.reason;
    };
    const connection = await limited({ environment, limitMs, what, signal: this.closing.signal }, work);
    this.connection = connection;
    log("connected", { server: server.text });
    return connection;
  }

  async close(): Promise<void> {
    this.closing.abort(new Error("The client was closed."));
    await this.round?.catch(() => undefined);
    await this.connection?.close();
  }
}

/** The promise's result, unless the signal fires first; the work goes on for others. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Clients that several watches and registrations of one engine share; each is closed by the last that gives it back. */
export class SharedClients<Client extends { close(): Promise<void> }> {
  private readonly clients: Map<string, { readonly client: Client; readonly environment: Environment; users: number }>;

  constructor() {
    this.clients = new Map();
  }

  /** A client for a key, and how to give it back (once). */
  take(
    key: string,
    environment: Environment,
    create: () => Client,
  ): { readonly client: Client; readonly release: () => Promise<void> } {
    const found = this.clients.get(key);
    if (found !== undefined && found.environment !== environment) {
      const client = create();
      return { client, release: () => client.close() };
    }
    const entry = found ?? { client: create(), environment, users: 0 };
    this.clients.set(key, entry);
    entry.users++;
    let released: Promise<void> | undefined;
    const release = async (): Promise<void> => {
      if (--entry.users > 0) return;
      this.clients.delete(key);
      await entry.client.close();
    };
    return { client: entry.client, release: () => (released ??= release()) };
  }
}
