import type { Address } from "./address.ts";
import { parseWebSocketAddress } from "./websocket-address.ts";

/**
 * Reads `wss://api.example.com/`, `ws://localhost:9000/` or `worker:users`: takes the place of `address.ts` in bundles for a browser.
 * @throws TypeError that quotes the text and says which form was expected
 */
export function parseAddress(text: string): Address {
  const name = /^worker:([A-Za-z0-9._-]{1,64})$/.exec(text)?.[1];
  if (name !== undefined) return { scheme: "worker", name, text };
  const found = parseWebSocketAddress(text);
  if (typeof found !== "string") return found;
  throw new TypeError(
    `"${text}" is not an address for a browser: ${found}. Write "wss://host:port/" or "worker:name".`,
  );
}
