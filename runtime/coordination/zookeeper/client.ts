import type { Environment } from "../../environment/environment.ts";
import { limited } from "../../environment/limit.ts";
import { Link } from "../link.ts";
import type { Server } from "../server.ts";
import { type CoordinationTls, openSocket } from "../socket.ts";
import { type SessionRequest, ZooKeeperConnection, ZooKeeperError, zooKeeperCode } from "./connection.ts";
import type { JuteReader, JuteWriter } from "./jute.ts";

/** How a {@link ZooKeeperClient} reaches its servers. */
export interface ZooKeeperClientOptions {
  readonly environment: Environment;
  readonly servers: readonly Server[];
  readonly tls: CoordinationTls | undefined;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly connectLimitMs: number;
  /** What is asked for; the server has bounds of its own. */
  readonly sessionMs: number;
  readonly log: (event: string, details: Readonly<Record<string, string | number>>) => void;
}

const types = Object.freeze({
  create: 1,
  delete: 2,
  getData: 4,
  setData: 5,
  sync: 9,
  getChildren: 8,
  removeWatches: 18,
  addWatch: 106,
  closeSession: -11,
});
const persistentRecursive = 1;
const ephemeral = 1;
const anyVersion = -1;
const noSession: SessionRequest = Object.freeze({ id: 0n, password: new Uint8Array(16), timeoutMs: 0, lastZxid: 0n });
const allPermissions = 31;
const readPermission = 1;
/** Milliseconds that closing a session may take. */
const closeLimitMs = 500;

/** The requests of ZooKeeper that discovery and configuration need, in one session that is taken up on whichever server answers. */
export class ZooKeeperClient {
  /** Ephemeral nodes that hang on the session: while there are any, it is not given up lightly. */
  ephemerals: number;
  private readonly options: ZooKeeperClientOptions;
  private readonly link: Link<ZooKeeperConnection>;
  private session: SessionRequest;
  private current: ZooKeeperConnection | undefined;
  private lastOpenMs: number;

  constructor(options: ZooKeeperClientOptions) {
    this.ephemerals = 0;
    this.options = options;
    this.session = noSession;
    this.current = undefined;
    this.lastOpenMs = -Infinity;
    this.link = new Link({ ...options, connect: (server, signal) => this.connect(server, signal) });
  }

  /** Of the session that is open; 0 when there is none. */
  get sessionId(): bigint {
    return this.session.id;
  }

  connection(signal: AbortSignal): Promise<ZooKeeperConnection> {
    return this.link.get(signal);
  }

  private async connect(server: Server, signal: AbortSignal): Promise<ZooKeeperConnection> {
    const session = this.session;
    const connection = await this.open(server, signal);
    const { environment, credentials, sessionMs, log } = this.options;
    const onAbort = (): void => connection.destroy(signal.reason as Error);
    signal.addEventListener("abort", onAbort);
    try {
      const grant = await connection.greet({ ...session, timeoutMs: sessionMs });
      if (grant.timeoutMs <= 0) {
        log("the session has expired", { server: server.text });
        this.session = noSession;
        await connection.close();
        return await this.connect(server, signal);
      }
      this.session = { ...grant, lastZxid: session.lastZxid };
    } catch (error) {
      await connection.close();
      if (!signal.aborted) this.onRefused(server);
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    this.current = connection;
    this.lastOpenMs = environment.now();
    void connection.closed.then(() => {
      this.lastOpenMs = environment.now();
      // What was seen is the server's to know when the session is taken up again.
      this.session = { ...this.session, lastZxid: connection.lastZxid };
    });
    if (credentials !== undefined) connection.authenticate("digest", `${credentials.user}:${credentials.password}`);
    return connection;
  }

  private async open(server: Server, signal: AbortSignal): Promise<ZooKeeperConnection> {
    const socket = await openSocket(server, this.options.tls, undefined, signal);
    return new ZooKeeperConnection(socket, this.options.environment, server.text);
  }

  /**
   * A server closes without a word while it has no leader, and for ever to a session that has seen more than it ever did: when its data are gone. So the
   * session is given up once it should have run out anyway, or at once when nothing hangs on it.
   */
  private onRefused(server: Server): void {
    const { environment, sessionMs, log } = this.options;
    if (this.session.id === 0n) return;
    if (this.ephemerals > 0 && environment.now() - this.lastOpenMs < sessionMs) return;
    log("the session was given up", { server: server.text });
    this.session = noSession;
  }

  /** Creates a node. @throws ZooKeeperError `nodeExists`, or `noNode` when its parent is missing */
  async create(path: string, data: string, isEphemeral: boolean, signal: AbortSignal): Promise<void> {
    await this.ask(types.create, `create ${path}`, signal, (writer) => {
      writer.text(path).text(data);
      this.writeAcl(writer);
      writer.int(isEphemeral ? ephemeral : 0);
    });
  }

  private writeAcl(writer: JuteWriter): void {
    if (this.options.credentials === undefined) {
      writer.int(1).int(allPermissions).text("world").text("anyone");
      return;
    }
    writer.int(2).int(allPermissions).text("auth").text("");
    writer.int(readPermission).text("world").text("anyone");
  }

  /** Creates a node and its parents, for good, where they are missing. */
  async ensure(path: string, signal: AbortSignal): Promise<void> {
    for (let end = path.indexOf("/", 1); ; end = path.indexOf("/", end + 1)) {
      await ignoring(zooKeeperCode.nodeExists, this.create(end < 0 ? path : path.slice(0, end), "", false, signal));
      if (end < 0) return;
    }
  }

  /** What a node holds; undefined where there is none. */
  async nodeOf(path: string, signal: AbortSignal): Promise<ZooKeeperNode | undefined> {
    return dataOf(await this.link.get(signal), path, signal);
  }

  async setData(path: string, data: string, signal: AbortSignal): Promise<void> {
    await this.ask(types.setData, `set ${path}`, signal, (writer) => {
      writer.text(path).text(data).int(anyVersion);
    });
  }

  /** Without effect where there is none. */
  async delete(path: string, signal: AbortSignal): Promise<void> {
    const reply = this.ask(types.delete, `delete ${path}`, signal, (writer) => void writer.text(path).int(anyVersion));
    await ignoring(zooKeeperCode.noNode, reply);
  }

  private async ask(
    type: number,
    what: string,
    signal: AbortSignal,
    write: (writer: JuteWriter) => void,
  ): Promise<{ readonly reader: JuteReader; readonly zxid: bigint }> {
    const connection = await this.link.get(signal);
    return connection.request({ type, what, write, signal });
  }

  /** Ends the session, and with it its ephemeral nodes, when the server can be told. */
  async close(): Promise<void> {
    const connection = this.current;
    if (connection?.isOpen === true) {
      const { environment } = this.options;
      const limit = { environment, limitMs: closeLimitMs, what: "Closing a session" };
      const end = { type: types.closeSession, what: "close", write: () => undefined };
      await limited(limit, (signal) => connection.request({ ...end, signal })).catch(() => undefined);
    }
    await this.link.close();
  }
}

/** Changes at a node and all below it are told to the connection's watchers from now on; the node need not exist. */
export async function addWatch(connection: ZooKeeperConnection, path: string, signal: AbortSignal): Promise<void> {
  const write = (writer: JuteWriter): void => void writer.text(path).int(persistentRecursive);
  await connection.request({ type: types.addWatch, what: `watch ${path}`, write, signal });
}

/** Ends {@link addWatch}. */
export async function removeWatch(connection: ZooKeeperConnection, path: string, signal: AbortSignal): Promise<void> {
  const anyKind = 3;
  const write = (writer: JuteWriter): void => void writer.text(path).int(anyKind);
  await connection.request({ type: types.removeWatches, what: `unwatch ${path}`, write, signal });
}

/** Lets the server catch up with its leader before what is asked next. */
export async function sync(connection: ZooKeeperConnection, path: string, signal: AbortSignal): Promise<void> {
  const write = (writer: JuteWriter): void => void writer.text(path);
  await connection.request({ type: types.sync, what: `sync ${path}`, write, signal });
}

/** Names of the children; empty where there is no node. */
export async function childrenOf(
  connection: ZooKeeperConnection,
  path: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const write = (writer: JuteWriter): void => void writer.text(path).bool(false);
  const reply = connection.request({ type: types.getChildren, what: `list ${path}`, write, signal });
  return (await ignoring(zooKeeperCode.noNode, reply))?.reader.texts() ?? [];
}

/** A node. */
export interface ZooKeeperNode {
  readonly text: string;
  /** The transaction that wrote it last. */
  readonly zxid: bigint;
  /** The session that an ephemeral node hangs on; 0: it is not ephemeral. */
  readonly owner: bigint;
}

/** What a node holds; undefined where there is none. */
export async function dataOf(
  connection: ZooKeeperConnection,
  path: string,
  signal: AbortSignal,
): Promise<ZooKeeperNode | undefined> {
  const write = (writer: JuteWriter): void => void writer.text(path).bool(false);
  const reply = connection.request({ type: types.getData, what: `get ${path}`, write, signal });
  const reader = (await ignoring(zooKeeperCode.noNode, reply))?.reader;
  if (reader === undefined) return undefined;
  // The data, then the Stat: czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner, ...
  const text = reader.text();
  reader.long();
  const zxid = reader.long();
  for (let count = 0; count < 2; count++) reader.long();
  for (let count = 0; count < 3; count++) reader.int();
  return { text, zxid, owner: reader.long() };
}

async function ignoring<T>(code: number, reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === code) return undefined;
    throw error;
  }
}
