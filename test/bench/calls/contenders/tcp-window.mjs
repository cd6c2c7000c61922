/**
 * The limit for small calls beside a transfer: what `node:net` does with the least of a protocol that has both. Frames with a kind and a length, replies
 * written at once, a stream in frames of 64 KiB out of the same memory each time, and the flow control of rpcgen: 256 KiB under way, given back
 * half of it at a time. Nothing is encoded, decoded or allocated for a message.
 */
import { connectTo, listen } from "./sockets.mjs";

const HEAD = 5;
const kinds = { call: 1, start: 2, credit: 3, item: 4 };
const WINDOW = 262_144;

/** @returns {Promise<string>} */
export function startServer() {
  return listen(serve);
}

/** @param {import("node:net").Socket} socket */
function serve(socket) {
  let item = Buffer.alloc(0);
  let left = 0;
  let credit = 0;
  const send = () => {
    while (left > 0 && credit >= item.length && !socket.writableNeedDrain) {
      left--;
      credit -= item.length;
      socket.write(item);
    }
  };
  socket.on("drain", send);
  socket.on("error", () => socket.destroy());
  socket.on(
    "data",
    readFrames((kind, body) => {
      if (kind === kinds.call) socket.write(frameOf(kinds.call, body));
      else if (kind === kinds.start) {
        item = frameOf(kinds.item, Buffer.alloc(body.readUInt32LE(4), 1));
        left = body.readUInt32LE(0);
        credit = WINDOW;
        send();
      } else {
        credit += body.readUInt32LE(0);
        send();
      }
    }),
  );
}

/** @param {string} port @returns {Promise<import("./contender.mjs").EchoClient>} */
export function connect(port) {
  return connectTo(port, clientOver);
}

/** @param {import("node:net").Socket} socket @returns {import("./contender.mjs").EchoClient} */
function clientOver(socket) {
  /** @type {((body: Buffer) => void)[]} */
  const waiting = [];
  let received = 0;
  let unacknowledged = 0;
  let wanted = Infinity;
  let finish = (/** @type {number} */ _received) => {};
  socket.on(
    "data",
    readFrames((kind, body) => {
      if (kind === kinds.call) return waiting.shift()?.(body);
      received += body.length;
      unacknowledged += HEAD + body.length;
      if (unacknowledged >= WINDOW / 2) {
        socket.write(frameOf(kinds.credit, numbers(unacknowledged)));
        unacknowledged = 0;
      }
      if (received >= wanted) finish(received);
    }),
  );
  return {
    requestFrom: (body) => frameOf(kinds.call, body),
    call(request, done) {
      waiting.push(done);
      socket.write(request);
    },
    bodyOf: (reply) => reply,
    items(count, bytes) {
      received = 0;
      unacknowledged = 0;
      wanted = count * bytes;
      socket.write(frameOf(kinds.start, numbers(count, bytes)));
      return new Promise((resolve) => (finish = resolve));
    },
  };
}

/** @param {number} kind @param {Uint8Array} body */
function frameOf(kind, body) {
  const frame = Buffer.allocUnsafe(HEAD + body.length);
  frame[0] = kind;
  frame.writeUInt32LE(body.length, 1);
  frame.set(body, HEAD);
  return frame;
}

/** @param {readonly number[]} values */
function numbers(...values) {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** Frames out of pieces of a connection. @param {(kind: number, body: Buffer) => void} take */
function readFrames(take) {
  /** What came of a frame that is not complete yet. @type {Buffer[]} */
  let pieces = [];
  let size = 0;
  let needed = HEAD;
  return (/** @type {Buffer} */ bytes) => {
    pieces.push(bytes);
    size += bytes.length;
    if (size < needed) return;
    let input = pieces.length === 1 ? bytes : Buffer.concat(pieces);
    for (;;) {
      needed = input.length < HEAD ? HEAD : HEAD + input.readUInt32LE(1);
      if (input.length < needed) break;
      take(input[0], input.subarray(HEAD, needed));
      input = input.subarray(needed);
    }
    pieces = input.length === 0 ? [] : [input];
    size = input.length;
  };
}
