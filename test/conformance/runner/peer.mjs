import { createFrameReader, wrap } from "./websocket.mjs";
import { createSplitter } from "./wire.mjs";
import { within } from "./within.mjs";

/**
 * The runner's end of a connection.
 * @param {boolean} isServer whether the runner plays the server
 */
export function createPeer(socket, { waitMs }, isServer) {
  const splitter = createSplitter();
  const controls = [];
  let take = splitter.push;
  let send = (bytes) => socket.write(bytes);
  let isClosed = false;
  let failure;
  let wake = () => undefined;
  socket.on("data", (bytes) => {
    try {
      take(bytes);
    } catch (error) {
      failure ??= error;
    }
    wake();
  });
  for (const event of ["end", "close"]) {
    socket.on(event, () => {
      isClosed = true;
      wake();
    });
  }
  const changed = (what) => within(new Promise((resolve) => (wake = resolve)), waitMs, what);
  const read = async (what, find) => {
    for (;;) {
      if (failure !== undefined) throw failure;
      const found = find();
      if (found !== undefined) return found;
      if (isClosed) throw new Error(`expected ${what}; the connection was closed`);
      await changed(what);
    }
  };
  return {
    /** Sends bytes of the protocol. */
    send: (bytes) => send(bytes),
    /** Sends bytes as they are. */
    sendRaw: (bytes) => socket.write(bytes),
    end: () => socket.end(),
    /** The next Option or frame. */
    next: (what) => read(what, splitter.next),
    /** What `parse` makes of the bytes that come next. */
    parse: (what, parse) => read(what, () => splitter.take(parse, isClosed)),
    /** The next frame of the WebSocket that is no binary message. */
    control: (what) => read(what, () => controls.shift()),
    /** From now on frames of a WebSocket come and go. */
    upgrade() {
      take = createFrameReader({
        isMasked: isServer,
        onPayload: splitter.push,
        onControl: (frame) => controls.push(frame),
      });
      send = (bytes) => socket.write(wrap(bytes, !isServer));
      take(splitter.rest());
    },
    /** Waits for the end of the connection, before which nothing may come. */
    async closed() {
      while (!isClosed) await changed("the end of the connection");
      const more = splitter.next();
      const rest = splitter.rest();
      if (more === undefined && rest.length === 0) return;
      throw new Error(
        `expected the end of the connection; found ${more ? JSON.stringify(more) : rest.toString("hex")}`,
      );
    },
  };
}
