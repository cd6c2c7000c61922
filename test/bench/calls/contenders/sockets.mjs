/** Bare sockets of `node:net`, as the contenders without an RPC system use them. */
import { connect as connectSocket, createServer } from "node:net";

/** @param {(socket: import("node:net").Socket) => void} serve @returns {Promise<string>} the port */
export function listen(serve) {
  const server = createServer({ noDelay: true }, serve);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(String(/** @type {any} */ (server.address()).port)));
  });
}

/**
 * @param {string} port
 * @param {(socket: import("node:net").Socket) => import("./contender.mjs").EchoClient} clientOver
 * @returns {Promise<import("./contender.mjs").EchoClient>}
 */
export function connectTo(port, clientOver) {
  const socket = connectSocket({ port: Number(port), host: "127.0.0.1", noDelay: true });
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(clientOver(socket)));
    socket.once("error", reject);
  });
}
