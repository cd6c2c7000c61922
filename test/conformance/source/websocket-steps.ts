import { utf8 } from "./bytes.ts";

/** What a request for a WebSocket may differ in. */
export interface UpgradeParts {
  readonly path?: string;
  readonly host?: string;
  readonly protocol?: string | undefined;
  readonly more?: readonly string[];
}

/** A request for a WebSocket, with the key of RFC 6455's example. */
export function upgradeRequest({
  path = "/",
  host = "localhost",
  protocol = "rpcgen.1",
  more = [],
}: UpgradeParts = {}): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...(protocol === "" ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...more,
  ];
  return utf8([...lines, "", ""].join("\r\n"));
}

/** What answers the key above. */
export const acceptKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
