import type { IncomingMessage, ServerResponse } from "node:http";

/** What goes out. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Bytes of the body of a request. */
export const maxBodyBytes: number = 64 * 1024;

export function send(incoming: IncomingMessage, outgoing: ServerResponse, reply: Reply): void {
  const bytes = Buffer.from(reply.text);
  outgoing.writeHead(reply.status, {
    "content-type": `${reply.type}; charset=utf-8`,
    "content-length": bytes.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    ...reply.headers,
    // What was not read of a body would be taken for the next request.
    ...(incoming.complete || !hasBody(incoming) ? {} : { connection: "close" }),
  });
  outgoing.end(incoming.method === "HEAD" ? undefined : bytes);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

export function jsonReply(value: unknown, status = 200): Reply {
  return { status, type: "application/json", text: `${JSON.stringify(value)}\n` };
}

export function errorReply(status: number, error: string): Reply {
  return jsonReply({ error }, status);
}

/** A body, or the answer to one that is not taken. */
export type Body =
  { readonly kind: "json"; readonly value: unknown } | { readonly kind: "refused"; readonly reply: Reply };

/** Reads JSON. The type that is asked for keeps pages of other origins from sending it without being asked first. */
export async function readBody(incoming: IncomingMessage): Promise<Body> {
  if (!/^application\/json(?:;|$)/.test(incoming.headers["content-type"] ?? ""))
    return refused(415, "Send JSON with content-type: application/json.");
  if (Number(incoming.headers["content-length"] ?? 0) > maxBodyBytes) return tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return tooLong();
    chunks.push(chunk);
  }
  try {
    return { kind: "json", value: JSON.parse(Buffer.concat(chunks).toString()) };
  } catch {
    return refused(400, "The body is no JSON.");
  }
}

function tooLong(): Body {
  return refused(413, `The body may have ${maxBodyBytes} bytes.`);
}

function refused(status: number, error: string): Body {
  return { kind: "refused", reply: errorReply(status, error) };
}
