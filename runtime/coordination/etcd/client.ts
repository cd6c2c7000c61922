import type { Environment } from "../../environment/environment.ts";
import { TimeLimitError } from "../../environment/limit.ts";
import { Link } from "../link.ts";
import type { Server } from "../server.ts";
import { type CoordinationTls, openSocket } from "../socket.ts";
import { GrpcConnection, GrpcError } from "./grpc.ts";
import {
  authenticateRequest,
  endOfPrefix,
  leaseGrantRequest,
  leaseRequest,
  putRequest,
  rangeRequest,
  type RangeResponse,
  readLease,
  readRangeResponse,
  readToken,
  readWatchResponse,
  watchCreateRequest,
  type WatchResponse,
} from "./messages.ts";

/** How an {@link EtcdClient} reaches its servers. */
export interface EtcdClientOptions {
  readonly environment: Environment;
  readonly servers: readonly Server[];
  readonly tls: CoordinationTls | undefined;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly connectLimitMs: number;
  readonly pingMs: number;
  readonly pingLimitMs: number;
  readonly log: (event: string, details: Readonly<Record<string, string | number>>) => void;
}

const unauthenticated = 16;
/** The member has no leader, or it changed. Another member may be better off. */
const unavailable = 14;

/** The requests of etcd that discovery and configuration need, over one connection to whichever server answers. */
export class EtcdClient {
  private readonly link: Link<EtcdConnection>;

  constructor(options: EtcdClientOptions) {
    this.link = new Link({ ...options, connect: (server, signal) => connectTo(server, options, signal) });
  }

  /**
   * Keys that begin with `prefix`, as a majority of the servers has them. When time is up, another server is asked next: one that lost a read in an
   * election lets all later ones wait behind it for seconds.
   */
  async rangePrefix(prefix: string, signal: AbortSignal): Promise<RangeResponse> {
    const connection = await this.link.get(signal);
    try {
      return await this.range(rangeRequest(prefix, endOfPrefix(prefix)), signal);
    } catch (error) {
      if (error instanceof TimeLimitError) await connection.close();
      throw error;
    }
  }

  rangeKey(key: string, signal: AbortSignal): Promise<RangeResponse> {
    return this.range(rangeRequest(key, ""), signal);
  }

  private async range(request: Uint8Array, signal: AbortSignal): Promise<RangeResponse> {
    return readRangeResponse(await this.ask("/etcdserverpb.KV/Range", request, signal));
  }

  async put(key: string, value: string, lease: bigint, signal: AbortSignal): Promise<void> {
    await this.ask("/etcdserverpb.KV/Put", putRequest(key, value, lease), signal);
  }

  async grantLease(ttlSeconds: number, signal: AbortSignal): Promise<bigint> {
    return readLease(await this.ask("/etcdserverpb.Lease/LeaseGrant", leaseGrantRequest(ttlSeconds), signal)).id;
  }

  /** One round of the stream that keeps leases alive. Resolves with false when there is no such lease. */
  async keepLease(id: bigint, signal: AbortSignal): Promise<boolean> {
    return readLease(await this.ask("/etcdserverpb.Lease/LeaseKeepAlive", leaseRequest(id), signal)).ttlSeconds > 0;
  }

  async revokeLease(id: bigint, signal: AbortSignal): Promise<void> {
    await this.ask("/etcdserverpb.Lease/LeaseRevoke", leaseRequest(id), signal);
  }

  /** Watches a prefix, or a key where `end` is empty. Never resolves. @throws Error when the watch ends for whatever reason */
  async watch(key: string, end: string, startRevision: number, on: WatchEvents): Promise<never> {
    const connection = await this.link.get(on.signal);
    const closing = new AbortController();
    const onAbort = (): void => closing.abort(on.signal.reason);
    on.signal.addEventListener("abort", onAbort);
    try {
      await connection.call("/etcdserverpb.Watch/Watch", {
        request: watchCreateRequest(key, end, startRevision),
        signal: closing.signal,
        isLong: true,
        // The server ends the watch when it has no leader: it would stay silent otherwise.
        metadata: { hasleader: "true" },
        onMessage(bytes) {
          const response = readWatchResponse(bytes);
          if (response.isCanceled) closing.abort(canceled(response));
          else on.onResponse(response);
        },
      });
    } finally {
      on.signal.removeEventListener("abort", onAbort);
    }
    throw new Error("The server ended a watch.");
  }

  private async ask(path: string, request: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const connection = await this.link.get(signal);
    let answer: Uint8Array | undefined;
    await connection.call(path, { request, signal, onMessage: (message) => void (answer ??= message) });
    if (answer === undefined) throw new Error(`${path} was answered without a message.`);
    return answer;
  }

  close(): Promise<void> {
    return this.link.close();
  }
}

/** Who hears of a watch. */
export interface WatchEvents {
  readonly signal: AbortSignal;
  /** Changes in order, and first the word that the watch was created. */
  readonly onResponse: (response: WatchResponse) => void;
}

export { endOfPrefix };

function canceled({ compactRevision, cancelReason }: WatchResponse): Error {
  if (compactRevision > 0) return new Error(`Changes up to revision ${compactRevision} were compacted.`);
  return new Error(`The server cancelled a watch: ${cancelReason || "no reason given"}.`);
}

/** A connection with its token. */
class EtcdConnection {
  private readonly grpc: GrpcConnection;
  private readonly token: string | undefined;

  constructor(grpc: GrpcConnection, token: string | undefined) {
    this.grpc = grpc;
    this.token = token;
  }

  get isOpen(): boolean {
    return this.grpc.isOpen;
  }

  async call(path: string, call: Omit<Parameters<GrpcConnection["call"]>[0], "path">): Promise<void> {
    const token = this.token === undefined ? {} : { token: this.token };
    try {
      await this.grpc.call({ ...call, path, metadata: { ...token, ...call.metadata } });
    } catch (error) {
      // A token that has run out is replaced with the connection.
      const isOver = error instanceof GrpcError && (error.code === unauthenticated || error.code === unavailable);
      if (isOver) this.grpc.destroy(error);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.grpc.close();
  }
}

async function connectTo(server: Server, options: EtcdClientOptions, signal: AbortSignal): Promise<EtcdConnection> {
  const { tls, credentials, environment, pingMs, pingLimitMs } = options;
  const socket = await openSocket(server, tls, "h2", signal);
  const isSecure = tls !== undefined;
  const grpc = new GrpcConnection(socket, { environment, authority: server.text, isSecure, pingMs, pingLimitMs });
  if (credentials === undefined) return new EtcdConnection(grpc, undefined);
  try {
    let token = "";
    const request = authenticateRequest(credentials.user, credentials.password);
    const onMessage = (message: Uint8Array): void => void (token = readToken(message));
    await grpc.call({ path: "/etcdserverpb.Auth/Authenticate", request, signal, onMessage });
    return new EtcdConnection(grpc, token);
  } catch (error) {
    await grpc.close();
    throw error;
  }
}
