/** Cap'n Web over one WebSocket (`ws` on both sides). It sends bytes as base64 within JSON. */
import { createServer } from "node:http";
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
// @ts-expect-error -- it has no types of its own
import { WebSocket, WebSocketServer } from "ws";
import { listenOnLoopback } from "./loopback.mjs";

// Node 20 has no WebSocket of its own, and Cap'n Web asks for the constants of one.
/** @type {any} */ (globalThis).WebSocket ??= WebSocket;

class Echo extends RpcTarget {
  /** @param {Uint8Array} body */
  echo(body) {
    return body;
  }
}

/** @returns {Promise<string>} */
export async function startServer() {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (/** @type {any} */ socket) => void newWebSocketRpcSession(socket, new Echo()));
  return `ws://127.0.0.1:${await listenOnLoopback(server)}`;
}

/** @param {string} url @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(url) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  /** @type {any} */
  const api = newWebSocketRpcSession(socket);
  return {
    requestFrom: (body) => new Uint8Array(body),
    call: (request, done, fail) => void api.echo(request).then(done, fail),
    bodyOf: (reply) => reply,
    items: undefined,
  };
}
