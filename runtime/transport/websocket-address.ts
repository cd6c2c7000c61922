/** `ws://host:port/path` or `wss://...`, in its canonical spelling. */
export interface WebSocketAddress {
  readonly scheme: "ws" | "wss";
  /** The host is this machine. */
  readonly isLoopback: boolean;
  readonly text: string;
}

/** Reads an address. @returns text that says what is wrong with it */
export function parseWebSocketAddress(text: string): WebSocketAddress | string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "it is not a URL";
  }
  const { protocol, hash, username, hostname, href } = url;
  if (protocol !== "ws:" && protocol !== "wss:") return `the scheme "${protocol.slice(0, -1)}" is not known`;
  if (hash !== "") return 'a WebSocket address has no "#"';
  if (username !== "") return "it has a user name, which would not be sent";
  const scheme = protocol === "ws:" ? "ws" : "wss";
  return { scheme, isLoopback: /^(?:localhost|\[::1\]|127(?:\.\d+){3})$/.test(hostname), text: href };
}
