/** tRPC over one WebSocket (`ws` on both sides); the stream is a subscription. */
import { createServer } from "node:http";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
// @ts-expect-error -- it has no types of its own
import { WebSocket, WebSocketServer } from "ws";
import { listenOnLoopback } from "./loopback.mjs";
import { echoOver, router } from "./trpc-router.mjs";

/** @returns {Promise<string>} */
export async function startServer() {
  const server = createServer();
  applyWSSHandler({ wss: new WebSocketServer({ server }), router });
  return `ws://127.0.0.1:${await listenOnLoopback(server)}`;
}

/** @param {string} url @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(url) {
  /** @type {any} */
  const client = createTRPCClient({
    links: [wsLink({ client: createWSClient({ url, WebSocket: /** @type {any} */ (WebSocket) }) })],
  });
  return { ...echoOver(client), items: (count, bytes) => receiveItems(client, { count, bytes }) };
}

/**
 * @param {any} client
 * @param {{ count: number, bytes: number }} input
 * @returns {Promise<number>}
 */
function receiveItems(client, input) {
  return new Promise((resolve, reject) => {
    let received = 0;
    client.items.subscribe(input, {
      onData: (/** @type {any} */ item) => (received += Buffer.from(item.body, "base64").length),
      onError: reject,
      onComplete: () => resolve(received),
    });
  });
}
