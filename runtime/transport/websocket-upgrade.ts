import { createHash } from "node:crypto";
import { isAllowedOrigin } from "./websocket-origin.ts";

/** What an HTTP request is answered. */
export interface HttpAnswer {
  /** True: the connection goes on as a WebSocket. False: it is closed after the answer. */
  readonly isUpgrade: boolean;
  readonly bytes: Uint8Array;
}

/** Answers probes of orchestrators and load balancers; undefined: the path is none of theirs. Asked for each request. */
export type Probe = (path: string) => { readonly isGood: boolean; readonly text: string } | undefined;

/** How WebSockets are let in. */
export interface UpgradeOptions {
  /** Where they are: `/`. */
  readonly path: string;
  /** As `ServerOptions.origins`. */
  readonly origins: readonly string[] | undefined;
  /** Asked for other paths. */
  readonly probe?: Probe | undefined;
  /** This side of the connection. */
  readonly localAddress: string;
}

/** The subprotocol that our clients offer: the protocol and its version. */
export const subprotocol = "rpcgen.1";

interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly version: string;
  /** Names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
}

const acceptSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const requestLine = /^([A-Z]{1,16}) (\/[\x21-\x7e]*|\*) HTTP\/1\.([01])$/;
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;
/** Fields that decide something: twice is an attempt at confusion. */
const single: ReadonlySet<string> = new Set([
  "host",
  "origin",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
]);

/** Answers the head of an HTTP/1.1 request (latin1 text, without the empty line at its end). */
export function answerRequest(head: string, options: UpgradeOptions): HttpAnswer {
  const request = parseHead(head);
  if (request === undefined) return answer(400, "Bad Request", "This is not a well-formed HTTP/1.1 request.");
  const isHead = request.method === "HEAD";
  const [path = ""] = request.path.split("?", 1);
  if (path !== options.path) return answerProbe(request, options.probe?.(path));
  if (request.method !== "GET")
    return answer(405, "Method Not Allowed", "Use GET.", { fields: ["Allow: GET"], isHead });
  return upgrade(request, options);
}

function answerProbe({ method }: RequestHead, found: ReturnType<Probe>): HttpAnswer {
  const isHead = method === "HEAD";
  if (found === undefined) return answer(404, "Not Found", "There is nothing here.", { isHead });
  if (method !== "GET" && !isHead)
    return answer(405, "Method Not Allowed", "Use GET.", { fields: ["Allow: GET, HEAD"] });
  return found.isGood
    ? answer(200, "OK", found.text, { isHead })
    : answer(503, "Service Unavailable", found.text, { isHead });
}

/** The answer to a head that is too long. */
export function answerTooLarge(maxBytes: number): HttpAnswer {
  const text = `The head of a request may have ${maxBytes} bytes.`;
  return answer(431, "Request Header Fields Too Large", text);
}

function parseHead(head: string): RequestHead | undefined {
  const [first = "", ...lines] = head.split("\r\n");
  const [, method, path, minor] = requestLine.exec(first) ?? [];
  if (method === undefined || path === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = fieldLine.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    const earlier = fields.get(key);
    if (earlier !== undefined && single.has(key)) return undefined;
    fields.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return fields.has("host") ? { method, path, version: `1.${minor}`, fields } : undefined;
}

function upgrade({ fields, version }: RequestHead, options: UpgradeOptions): HttpAnswer {
  if (
    version !== "1.1" ||
    !hasToken(fields.get("upgrade"), "websocket") ||
    !hasToken(fields.get("connection"), "upgrade")
  ) {
    const text = "This is an RPC server. Browsers reach it by WebSocket.";
    return answer(426, "Upgrade Required", text, { fields: ["Upgrade: websocket"] });
  }
  if (fields.get("sec-websocket-version") !== "13") {
    const text = "Only version 13 of the WebSocket protocol is spoken here.";
    return answer(426, "Upgrade Required", text, { fields: ["Sec-WebSocket-Version: 13"] });
  }
  const key = fields.get("sec-websocket-key") ?? "";
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key))
    return answer(400, "Bad Request", "Sec-WebSocket-Key must be 16 bytes in base64.");
  if (fields.has("transfer-encoding") || (fields.get("content-length") ?? "0") !== "0") {
    return answer(400, "Bad Request", "A WebSocket request has no body.");
  }
  const host = fields.get("host") ?? "";
  if (!isAllowedOrigin({ ...options, origin: fields.get("origin"), host })) {
    const text = 'Pages of this origin may not connect. Name it in the option "origins" of the server.';
    return answer(403, "Forbidden", text);
  }
  return accept(key, hasToken(fields.get("sec-websocket-protocol"), subprotocol));
}

function accept(key: string, isOffered: boolean): HttpAnswer {
  const digest = createHash("sha1")
    .update(key + acceptSalt)
    .digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${digest}`,
    ...(isOffered ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
  ];
  return { isUpgrade: true, bytes: Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1") };
}

interface AnswerExtras {
  readonly fields?: readonly string[];
  /** HEAD is answered without a body. */
  readonly isHead?: boolean;
}

function answer(status: number, phrase: string, text: string, extras: AnswerExtras = {}): HttpAnswer {
  const body = `${text}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${phrase}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
    "X-Content-Type-Options: nosniff",
    "Cache-Control: no-store",
    "Connection: close",
    ...(extras.fields ?? []),
  ];
  return {
    isUpgrade: false,
    bytes: Buffer.from(`${lines.join("\r\n")}\r\n\r\n${extras.isHead === true ? "" : body}`, "latin1"),
  };
}

function hasToken(value: string | undefined, token: string): boolean {
  return (value ?? "").split(",").some((item) => item.trim().toLowerCase() === token);
}
