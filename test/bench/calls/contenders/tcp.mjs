/**
 * The limit: bodies of a fixed size, echoed without frames, codec or promises; everything of a tick goes out in one write. No RPC
 * system over a socket of `node:net` can do less.
 */
import { connectTo, listen } from "./sockets.mjs";

/** More than the calls in flight; a power of two. */
const RING = 1024;
const MOST_IN_FLIGHT = 256;

/** @returns {Promise<string>} */
export function startServer() {
  return listen((socket) => {
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("error", () => socket.destroy());
  });
}

/** @param {string} port @returns {Promise<import("./contender.mjs").EchoClient>} */
export function connect(port) {
  return connectTo(port, clientOver);
}

/** @param {import("node:net").Socket} socket @returns {import("./contender.mjs").EchoClient} */
function clientOver(socket) {
  /** @type {((reply: Buffer | Buffer[]) => void)[]} */
  const waiting = Array.from({ length: RING });
  let head = 0;
  let tail = 0;
  let received = 0;
  let unsent = 0;
  let size = 0;
  /** Many copies of the body, of which a flush sends as many as were asked for. */
  let copies = Buffer.alloc(0);
  const flush = () => {
    socket.write(copies.subarray(0, unsent * size));
    unsent = 0;
  };
  /** What came of a body that is not complete yet. @type {Buffer[]} */
  let pieces = [];
  socket.on("data", (bytes) => {
    received += bytes.length;
    let at = 0;
    for (let end = size - (received - bytes.length); received >= size; end += size) {
      received -= size;
      const body = bytes.subarray(at, end);
      at = end;
      waiting[head++ & (RING - 1)](pieces.length === 0 ? body : [...pieces, body]);
      if (pieces.length > 0) pieces = [];
    }
    if (at < bytes.length) pieces.push(bytes.subarray(at));
  });
  return {
    requestFrom(body) {
      size = body.length;
      copies = Buffer.concat(Array.from({ length: MOST_IN_FLIGHT }, () => body));
      return body;
    },
    call(_request, done) {
      waiting[tail++ & (RING - 1)] = done;
      if (unsent++ === 0) process.nextTick(flush);
    },
    bodyOf: (reply) => (Array.isArray(reply) ? Buffer.concat(reply) : reply),
    items: undefined,
  };
}
