import type { IncomingMessage } from "node:http";
import type { ApiRequest } from "./api.ts";

/** What an HTTP request asks for; the body is still to be read. */
export interface HttpRequest extends Omit<ApiRequest, "body"> {
  readonly isXml: boolean;
  readonly isGzip: boolean;
}

const maxQueryEntries = 100;
const maxBodyBytes = 8 * 1024 * 1024;

/** Undefined: no path of the API. Bases are `/eureka/v2` as Eureka itself has it, and `/eureka` as Spring Cloud has it. */
export function readRequest({ url = "", method = "GET", headers }: IncomingMessage): HttpRequest | undefined {
  const [path = "", queryText = ""] = url.split("?", 2);
  const inner = /^\/eureka(?:\/v2)?\/(.*)$/s.exec(path)?.[1];
  if (inner === undefined || url.length > 8_192) return undefined;
  const query = new Map([...new URLSearchParams(queryText)].slice(0, maxQueryEntries));
  const accept = headers.accept ?? "";
  try {
    return {
      method,
      path: inner.replace(/\/$/, "").split("/").map(decodeURIComponent),
      query,
      isReplicated: headers["x-netflix-discovery-replication"] === "true",
      isCompact: headers["x-eureka-accept"] === "compact",
      isXml: !accept.includes("json"),
      isGzip: (headers["accept-encoding"] ?? "").includes("gzip"),
    };
  } catch {
    return undefined;
  }
}

/** A body, or why it was not taken. */
export type Body =
  | { readonly kind: "none" }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "refused"; readonly status: number; readonly message: string };

/** Reads JSON of at most 8 MiB. */
export async function readBody(incoming: IncomingMessage): Promise<Body> {
  if (Number(incoming.headers["content-length"] ?? 0) > maxBodyBytes) return tooLong;
  if (/xml/.test(incoming.headers["content-type"] ?? "")) {
    return {
      kind: "refused",
      status: 415,
      message: "send JSON (content-type: application/json); XML is only written here",
    };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return tooLong;
    chunks.push(chunk);
  }
  if (size === 0) return { kind: "none" };
  try {
    return { kind: "json", value: JSON.parse(Buffer.concat(chunks).toString()) };
  } catch {
    return { kind: "refused", status: 400, message: "the body is no JSON" };
  }
}

const tooLong: Body = Object.freeze({
  kind: "refused",
  status: 413,
  message: `the body is longer than ${maxBodyBytes} bytes`,
});
