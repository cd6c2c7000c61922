import { createServer, connect, type Server, Socket } from "node:net";
import { systemEnvironment } from "../environment/system.ts";
import type { Environment } from "../environment/environment.ts";
import { formatTcpAddress, parseAddress } from "../transport/address.ts";

/** Which half of a connection a fault concerns. */
export type ProxyDirection = "to_server" | "to_client" | "both";

/** How a proxy treats bytes. May be changed at any time; it holds for what comes then. */
export interface ProxyFaults {
  /** Milliseconds that a piece takes, asked for each. Order is kept. Default: 0. */
  readonly delayMs?: (() => number) | undefined;
  /** Bytes of a piece at most: longer ones are cut and written one after the other. Default: as they come. */
  readonly maxPieceBytes?: number | undefined;
  /** Bytes that go through in a millisecond, each direction of each connection. Default: any number. */
  readonly bytesPerMs?: number | undefined;
}

/** What {@link createFaultProxy} takes. */
export interface FaultProxyOptions {
  /** `tcp://host:port` of the server. May be changed by {@link FaultProxy.target}, as when it comes back elsewhere. */
  readonly target: string;
  /** Where clients connect. Default: `tcp://127.0.0.1:0`, so that the system chooses a port. */
  readonly listen?: string | undefined;
  readonly faults?: ProxyFaults | undefined;
  /** Clock and timers. Default: the system's. */
  readonly environment?: Environment | undefined;
}

/** A TCP proxy between clients and a server, with faults on demand. */
export interface FaultProxy {
  /** `tcp://host:port` for clients. */
  readonly address: string;
  /** Connections that are open. */
  readonly connections: number;
  /** Where new connections lead. */
  target: string;
  /** What happens to bytes from now on. */
  faults: ProxyFaults;
  /**
   * Lets nothing through, and tells nobody: as when a cable is cut. Connections that are made later are accepted and silent as well.
   * What is held back goes on its way with {@link FaultProxy.heal}.
   */
  blackHole(direction?: ProxyDirection): void;
  /** Ends {@link FaultProxy.blackHole} and {@link FaultProxy.refuse}. Resolves when clients can connect. */
  heal(): Promise<void>;
  /** Ends every connection for both sides with a reset. */
  reset(): void;
  /** Ends every connection for both sides as a process that exits does. What is on the way is lost. */
  cut(): void;
  /** Refuses connections from now on; open ones live on. Resolves when nobody gets in any more. */
  refuse(): Promise<void>;
  /** Cuts everything and stops. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a proxy and starts it: for tests with real servers and clients, in one process or several.
 *
 * ```ts
 * const proxy = await createFaultProxy({ target: address });
 * const users = createClient(Users, { target: proxy.address });
 * proxy.blackHole("to_client");
 * ```
 *
 * @throws TypeError for an address that is not `tcp:`; Error when it cannot listen
 */
export async function createFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const environment = options.environment ?? systemEnvironment;
  const wires = new Set<Wire>();
  const mute = { toServer: false, toClient: false };
  let listener: Server | undefined;
  const { host } = tcp(options.listen ?? "tcp://127.0.0.1:0");
  let { port } = tcp(options.listen ?? "tcp://127.0.0.1:0");

  function accept(client: Socket): void {
    const wire = new Wire(client, connect({ ...tcp(proxy.target), noDelay: true }), environment, () => proxy.faults);
    wires.add(wire);
    wire.onEnd = () => wires.delete(wire);
    wire.mute(mute);
  }

  async function listen(): Promise<void> {
    if (listener !== undefined) return;
    const server = createServer({ noDelay: true }, accept);
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
    const bound = server.address();
    if (typeof bound === "object" && bound !== null) port = bound.port;
    listener = server;
  }

  async function stop(): Promise<void> {
    listener?.close();
    listener = undefined;
  }

  const proxy: FaultProxy = {
    get address() {
      return formatTcpAddress(host, port);
    },
    get connections() {
      return wires.size;
    },
    target: options.target,
    faults: options.faults ?? {},
    blackHole(direction = "both") {
      if (direction !== "to_client") mute.toServer = true;
      if (direction !== "to_server") mute.toClient = true;
      for (const wire of wires) wire.mute(mute);
    },
    async heal() {
      mute.toServer = false;
      mute.toClient = false;
      for (const wire of wires) wire.mute(mute);
      await listen();
    },
    reset: () => wires.forEach((wire) => wire.end((socket) => socket.resetAndDestroy())),
    cut: () => wires.forEach((wire) => wire.end((socket) => socket.destroy())),
    refuse: stop,
    async close() {
      await stop();
      proxy.cut();
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };
  tcp(options.target);
  await listen();
  return proxy;
}

/** Two sockets and what is on the way between them. */
class Wire {
  onEnd: () => void;
  private readonly sockets: readonly [client: Socket, server: Socket];
  private readonly toServer: Pipe;
  private readonly toClient: Pipe;
  private isOver: boolean;

  constructor(client: Socket, server: Socket, environment: Environment, faults: () => ProxyFaults) {
    this.onEnd = () => undefined;
    this.sockets = [client, server];
    this.toServer = new Pipe(client, server, environment, faults);
    this.toClient = new Pipe(server, client, environment, faults);
    this.isOver = false;
    client.on("error", () => undefined);
    server.on("error", () => undefined);
    client.on("close", () => this.follow(this.toServer));
    server.on("close", () => this.follow(this.toClient));
  }

  mute({ toServer, toClient }: { readonly toServer: boolean; readonly toClient: boolean }): void {
    this.toServer.mute(toServer);
    this.toClient.mute(toClient);
  }

  end(how: (socket: Socket) => void): void {
    this.isOver = true;
    this.toServer.stop();
    this.toClient.stop();
    for (const socket of this.sockets) how(socket);
    this.onEnd();
  }

  /** One side has ended: the other hears of it after all that was sent before, unless nothing gets through. */
  private follow(pipe: Pipe): void {
    if (!this.isOver) pipe.finish(() => this.end((socket) => socket.destroySoon()));
  }
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly dueMs: number;
}

/** Bytes on the way above which the sender is held up. */
const highWaterBytes = 1024 * 1024;

/** One direction. */
class Pipe {
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly environment: Environment;
  private readonly faults: () => ProxyFaults;
  private queue: Piece[];
  private queuedBytes: number;
  private lastDueMs: number;
  private isMute: boolean;
  private isWaiting: boolean;
  private isStopped: boolean;
  private onFinished: (() => void) | undefined;

  constructor(from: Socket, to: Socket, environment: Environment, faults: () => ProxyFaults) {
    this.from = from;
    this.to = to;
    this.environment = environment;
    this.faults = faults;
    this.queue = [];
    this.queuedBytes = 0;
    this.lastDueMs = 0;
    this.isMute = false;
    this.isWaiting = false;
    this.isStopped = false;
    this.onFinished = undefined;
    from.on("data", (bytes) => this.take(bytes));
    to.on("drain", () => this.move());
  }

  mute(isMute: boolean): void {
    this.isMute = isMute;
    this.move();
  }

  stop(): void {
    this.isStopped = true;
    this.queue = [];
  }

  /** Calls back once everything has gone through. */
  finish(onFinished: () => void): void {
    this.onFinished = onFinished;
    this.move();
  }

  private take(bytes: Uint8Array): void {
    const { delayMs, bytesPerMs, maxPieceBytes = bytes.length } = this.faults();
    const nowMs = this.environment.now();
    for (let at = 0; at < bytes.length; at += maxPieceBytes) {
      const piece = bytes.subarray(at, at + maxPieceBytes);
      const freeMs = Math.max(this.lastDueMs, nowMs + (delayMs?.() ?? 0));
      this.lastDueMs = freeMs + (bytesPerMs === undefined ? 0 : piece.length / bytesPerMs);
      this.queue.push({ bytes: piece, dueMs: this.lastDueMs });
      this.queuedBytes += piece.length;
    }
    if (this.queuedBytes > highWaterBytes) this.from.pause();
    this.move();
  }

  private move(): void {
    if (this.isStopped || this.isMute || this.isWaiting) return;
    const [piece] = this.queue;
    if (piece === undefined) return this.onFinished?.();
    if (this.to.writableLength > highWaterBytes) return;
    const waitMs = piece.dueMs - this.environment.now();
    if (waitMs > 0) return this.moveLater((go) => void this.environment.setTimer(waitMs, go));
    this.queue.shift();
    this.queuedBytes -= piece.bytes.length;
    if (this.to.writable || this.to.connecting) this.to.write(piece.bytes);
    if (this.from.isPaused() && this.queuedBytes < highWaterBytes / 2) this.from.resume();
    // A turn of its own: the system would join pieces that are written at once.
    this.moveLater((go) => this.environment.yieldTurn(go));
  }

  private moveLater(schedule: (go: () => void) => void): void {
    this.isWaiting = true;
    schedule(() => {
      this.isWaiting = false;
      this.move();
    });
  }
}

function tcp(text: string): { readonly host: string; readonly port: number } {
  const address = parseAddress(text);
  if (address.scheme === "tcp") return address;
  throw new TypeError(`A fault proxy stands between tcp addresses; found "${text}". Write "tcp://host:port".`);
}
