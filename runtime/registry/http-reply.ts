import type { ServerResponse } from "node:http";
import type { Rendered } from "./response-cache.ts";
import type { Json } from "./write-instance.ts";

/** What goes out. */
export interface HttpReply {
  readonly status: number;
  readonly json?: Json | undefined;
  readonly rendered?: Rendered | undefined;
  readonly isGzip?: boolean | undefined;
}

/** Below this many bytes compression gains nothing. */
const gzipFromBytes = 512;

export function send(outgoing: ServerResponse, { status, json, rendered, isGzip = false }: HttpReply): void {
  const type = rendered?.type ?? "application/json";
  const plain = rendered?.text ?? (json === undefined ? undefined : Buffer.from(JSON.stringify(json)));
  if (plain === undefined) return void outgoing.writeHead(status, { "content-length": 0 }).end();
  const isPacked = rendered !== undefined && isGzip && plain.length >= gzipFromBytes;
  const body = isPacked ? rendered.gzip() : plain;
  outgoing.writeHead(status, {
    "content-type": type,
    "content-length": body.length,
    ...(isPacked ? { "content-encoding": "gzip" } : {}),
  });
  outgoing.end(body);
}
