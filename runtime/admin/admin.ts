/// <reference lib="esnext.disposable" preserve="true" />
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAccess } from "../http/access.ts";
import { listen } from "../http/listen.ts";
import { isLoopback } from "../transport/address.ts";
import { changesOf } from "./changes.ts";
import { errorReply, jsonReply, readBody, type Reply, send } from "./exchange.ts";
import { refusalOf } from "./guard.ts";
import { contentSecurityPolicy, page } from "./page.ts";
import { reportsOf } from "./reports.ts";
import type { AdminSources } from "./sources.ts";

/** Settings of {@link createAdmin}: what to show, and to whom. */
export interface AdminOptions extends AdminSources {
  /** Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default: 0, the system chooses. */
  readonly port?: number | undefined;
  /** Name and password that are asked for (basic authentication). Default: everybody who reaches the port. */
  readonly credentials?: { readonly user: string; readonly password: string } | undefined;
  /** Allows other machines to look, not to change anything, without credentials. Default: false. */
  readonly insecure?: boolean | undefined;
  /** Names by which browsers may call it, besides its address and `localhost`: `admin.internal`. Default: none. */
  readonly hostNames?: readonly string[] | undefined;
  /** Shown as the title of the page. Default: `rpcgen`. */
  readonly title?: string | undefined;
}

/** A port where a running program can be looked at. */
export interface Admin {
  /** `http://127.0.0.1:9901`. */
  readonly url: string;
  /** Stops; connections that stand are cut. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Shows a running program over HTTP, on a port of its own: `/` for people, the same as JSON by path, `/metrics`, `/healthz` and `/readyz`. By PUT the log levels and the
 * switches of degradation can be changed, by who has the credentials or, without any, on this machine.
 *
 * ```ts
 * const admin = await createAdmin({ port: 9901, server, health, channels: { payments } });
 * ```
 *
 * @throws TypeError for a host that other machines reach, unless `credentials` or `insecure` say that this is meant
 * @throws Error when the port is taken
 */
export async function createAdmin(options: AdminOptions = {}): Promise<Admin> {
  const { host = "127.0.0.1", port = 0 } = options;
  const access = createAccess(host, { ...options, realm: "admin" });
  const guard = { host, hostNames: options.hostNames ?? [] };
  const mayChange = options.credentials !== undefined || isLoopback(host);
  const routes = createRoutes(options, mayChange);
  const server = createServer({
    requestTimeout: 10_000,
    headersTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8_192,
  });
  server.maxConnections = 64;
  server.on("request", (incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()));
  server.on("clientError", (_error, socket) => socket.destroy());

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refusal = refusalOf(incoming, guard);
    if (refusal !== undefined) return send(incoming, outgoing, errorReply(403, refusal));
    const [path = ""] = (incoming.url ?? "").split("?", 1);
    const probe = routes.probe(path);
    if (probe === undefined && !access.allows(incoming)) return access.refuse(outgoing);
    send(incoming, outgoing, probe ?? (await answer(incoming, path)));
  }

  async function answer(incoming: IncomingMessage, path: string): Promise<Reply> {
    if (incoming.method === "PUT") return routes.put(path, incoming);
    if (incoming.method === "GET" || incoming.method === "HEAD") return readSafely(path);
    return { ...errorReply(405, "Use GET or PUT."), headers: { allow: "GET, HEAD, PUT" } };
  }

  /** What is shown belongs to others, who may throw. */
  function readSafely(path: string): Reply {
    try {
      return routes.get(path);
    } catch (error) {
      return errorReply(
        500,
        `This cannot be shown just now: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  await listen(server, host, port);
  const bound = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound.port}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Routes {
  /** Probes carry no credentials, and learn no more than a word. */
  probe(path: string): Reply | undefined;
  get(path: string): Reply;
  put(path: string, incoming: IncomingMessage): Promise<Reply>;
}

function createRoutes(options: AdminOptions, mayChange: boolean): Routes {
  const { health, metrics, title = "rpcgen" } = options;
  const reports = reportsOf(options);
  const changes = changesOf(options);
  const paths = [...reports.map(({ path }) => path), ...(metrics === undefined ? [] : ["/metrics"])];
  const nothing = (): Reply => errorReply(404, `There is nothing here; there is ${["/", ...paths].join(", ")}.`);

  function get(path: string): Reply {
    if (path === "/") {
      const sections = reports.map((report) => ({ ...report, content: report.read() }));
      const headers = { "content-security-policy": contentSecurityPolicy };
      return { status: 200, type: "text/html", text: page(title, sections), headers };
    }
    if (path === "/metrics" && metrics !== undefined)
      return { status: 200, type: "text/plain; version=0.0.4", text: metrics.text() };
    const report = reports.find((each) => each.path === path);
    return report === undefined ? nothing() : jsonReply(report.read());
  }

  async function put(path: string, incoming: IncomingMessage): Promise<Reply> {
    const change = changes.get(path);
    if (change === undefined) return nothing();
    if (!mayChange) return errorReply(403, "Without credentials nothing can be changed from other machines.");
    const body = await readBody(incoming);
    if (body.kind === "refused") return body.reply;
    try {
      change(body.value);
    } catch (error) {
      return errorReply(400, error instanceof Error ? error.message : String(error));
    }
    return get(path);
  }

  return {
    probe(path) {
      if (health === undefined) return undefined;
      if (path === "/healthz") return word(health.isLive, "alive");
      if (path === "/readyz") return word(health.isReady, "ready");
      return undefined;
    },
    get,
    put,
  };
}

function word(isGood: boolean, text: string): Reply {
  return { status: isGood ? 200 : 503, type: "text/plain", text: isGood ? `${text}\n` : `not ${text}\n` };
}
