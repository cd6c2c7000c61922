/// <reference lib="esnext.disposable" preserve="true" />
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Environment } from "../environment/environment.ts";
import { pause } from "../environment/limit.ts";
import { systemEnvironment } from "../environment/system.ts";
import { answer, type ApiScope } from "./api.ts";
import { createAccess } from "../http/access.ts";
import { listen } from "../http/listen.ts";
import { type HttpRequest, readBody, readRequest } from "./http-request.ts";
import { fetchInstances, httpSender, leaseClockHeader } from "./http-peer.ts";
import { probeInstance } from "./probe.ts";
import { createRegistry, type Registry, type RegistryOptions } from "./registry.ts";
import { createResponseCache, render } from "./response-cache.ts";
import { send } from "./http-reply.ts";
import { serveWatch } from "./watch.ts";

/** Settings of {@link createRegistryServer}. Every one has a default. */
export interface RegistryServerOptions extends Pick<
  RegistryOptions,
  "selfPreservation" | "renewalWindowMs" | "evictionIntervalMs" | "changesKeptMs" | "maxInstances" | "onEvent"
> {
  /** Bases of the APIs of the other registries: `http://10.0.0.2:8761/eureka`. Default: none. */
  readonly peers?: readonly string[] | undefined;
  /** Milliseconds that readers may be served the same answer although something changed. Default: 1,000 (Eureka: 30,000). */
  readonly responseKeptMs?: number | undefined;
  /** Milliseconds that a registry whose peers do not answer waits before it serves what little it knows. Default: 5,000 (Eureka: 300,000). */
  readonly waitForPeersMs?: number | undefined;
  /**
   * Milliseconds after a start without peers in which watchers are told that instances may be missing: those that were registered before come back
   * with their next renewal. Default: 15,000.
   */
  readonly settleMs?: number | undefined;
  /** Asks instances that stopped renewing and that self-preservation keeps whether they are there; evicts what refuses. Default: true. */
  readonly probe?: boolean | undefined;
  /** Name and password that clients and peers send (basic authentication). Default: everybody who reaches the port. */
  readonly credentials?: { readonly user: string; readonly password: string } | undefined;
  /** Allows other machines to connect although nothing is encrypted. Default: false. */
  readonly insecure?: boolean | undefined;
  /** Clock, timers and random numbers. Default: the system's. */
  readonly environment?: Environment | undefined;
}

/** A running registry. */
export interface RegistryServer {
  /** The base of its API for clients and peers: `http://127.0.0.1:8761/eureka`. */
  readonly url: string;
  readonly registry: Registry;
  /** True once it serves what it knows. */
  readonly isReady: boolean;
  /** Resolves then. */
  ready(): Promise<void>;
  /** Stops serving; connections that stand are cut. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const syncRetryMs = 500;
const peerTimeoutMs = 5_000;

/**
 * Starts a registry that speaks the Eureka REST API on `host:port` (port 0: the system chooses).
 * @throws TypeError for an address that other machines reach, unless `insecure` or `credentials` say that this is meant
 * @throws Error when the port is taken
 */
export async function createRegistryServer(
  address: { readonly host?: string; readonly port: number },
  options: RegistryServerOptions = {},
): Promise<RegistryServer> {
  const { host = "127.0.0.1", port } = address;
  const access = createAccess(host, { realm: "registry", ...options });
  const environment = options.environment ?? systemEnvironment;
  const peers = (options.peers ?? []).map(checkPeer);
  const registry = createRegistry({
    ...options,
    environment,
    peers: peers.map((url) => ({ name: new URL(url).host, send: httpSender(url, peerTimeoutMs) })),
    probe: options.probe === false ? undefined : probeInstance,
  });
  const cache = createResponseCache(environment, options.responseKeptMs ?? 1_000);
  const stop = new AbortController();
  let isReady = false;
  let completeAtMs = environment.now() + (options.settleMs ?? 15_000);
  const scope: ApiScope = {
    registry,
    get isReady() {
      return isReady;
    },
    wallClock: () => environment.wallClock(),
  };
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384 });
  server.on("request", (incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()));
  server.on("clientError", (_error, socket) => socket.destroy());

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (!access.allows(incoming)) return access.refuse(outgoing);
    const request = readRequest(incoming);
    if (request === undefined) return send(outgoing, { status: 404 });
    if (request.path[0] === "watch" && incoming.method === "GET") {
      return serveWatch(outgoing, {
        registry,
        app: request.path[1] ?? "",
        environment,
        isComplete: () => environment.now() >= completeAtMs,
        stop: stop.signal,
      });
    }
    const body = incoming.method === "POST" ? await readBody(incoming) : { kind: "none" as const };
    if (body.kind === "refused") return send(outgoing, { status: body.status, json: { error: body.message } });
    const full = { ...request, body: body.kind === "json" ? body.value : undefined };
    const make = (): ReturnType<typeof answer> => answer(full, scope);
    if (request.isReplicated) outgoing.setHeader(leaseClockHeader, environment.wallClock());
    if (!isReady || !isShared(request)) return sendRendered(outgoing, make(), request);
    const key = `${request.isXml ? "xml" : "json"} ${request.isCompact ? "compact" : "full"} ${request.path.join("/")}`;
    const rendered = cache.get(key, registry.table.version, () => render(make().json ?? {}, request.isXml));
    send(outgoing, { status: 200, rendered, isGzip: request.isGzip });
  }

  /** What many ask for, and what is answered 200. Peers want to know how old each lease is now. */
  function isShared({ method, isReplicated, path: [collection, app, id] }: HttpRequest): boolean {
    if (isReplicated || method !== "GET" || collection !== "apps" || id !== undefined) return false;
    return app === undefined || app === "delta" || registry.table.application(app) !== undefined;
  }

  function sendRendered(
    outgoing: ServerResponse,
    { status, json }: ReturnType<typeof answer>,
    { isXml, isGzip }: { readonly isXml: boolean; readonly isGzip: boolean },
  ): void {
    send(outgoing, json === undefined ? { status } : { status, rendered: render(json, isXml), isGzip });
  }

  await listen(server, host, port);
  const bound = server.address() as AddressInfo;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound.port}/eureka`;
  const ready = syncWithPeers(registry, peers, {
    environment,
    waitMs: options.waitForPeersMs ?? 5_000,
    signal: stop.signal,
  }).then((hasPeer) => {
    isReady = true;
    if (hasPeer) completeAtMs = environment.now();
  });

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise((resolve) => {
      stop.abort();
      registry.close();
      server.close(() => resolve());
      server.closeAllConnections();
    }));

  return {
    url,
    registry,
    get isReady() {
      return isReady;
    },
    ready: () => ready,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface SyncOptions {
  readonly environment: Environment;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Asks the peers until one answers, or the time is over: better to serve little than nothing. @returns whether one answered */
async function syncWithPeers(registry: Registry, peers: readonly string[], options: SyncOptions): Promise<boolean> {
  const { environment, waitMs, signal } = options;
  const untilMs = environment.now() + waitMs;
  while (peers.length > 0 && !signal.aborted) {
    const results = await Promise.allSettled(
      peers.map((url) =>
        fetchInstances(
          url,
          Math.ceil(Math.max(250, Math.min(peerTimeoutMs, untilMs - environment.now()))),
          environment.wallClock(),
        ),
      ),
    );
    const found = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    for (const instances of found) registry.fill(instances);
    if (found.length > 0) return true;
    if (environment.now() + syncRetryMs > untilMs) return false;
    await pause(environment, syncRetryMs, signal);
  }
  return false;
}

function checkPeer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" && url.port !== "" && url.search === "") return text.replace(/\/+$/, "");
  throw new TypeError(`"${text}" is no registry; write the base of its API, as in "http://10.0.0.2:8761/eureka".`);
}
