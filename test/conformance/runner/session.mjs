import { once } from "node:events";
import { connect, createServer } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { createSplitter } from "./wire.mjs";
import { within } from "./within.mjs";

/** Kinds that may come at any time: credit and settings. */
const always = [7, 10];

/** Plays a session with a testee that is a server: it listens at `port`. @returns undefined, or what was wrong */
export async function playServerSession(vector, port, options) {
  const socket = connect(port, "127.0.0.1");
  return withSocket(socket, async () => {
    await within(once(socket, "connect"), options.waitMs, "the connection");
    return play(vector.steps, createPeer(socket, options), undefined, options);
  });
}

/** Plays a session with a testee that is a client: it is told where to connect and what to call. */
export async function playClientSession(vector, testee, options) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  try {
    await within(
      testee.request({ op: "connect", port: server.address().port }),
      options.waitMs,
      "the answer to connect",
    );
    const calls = new Map();
    const first = vector.steps.findIndex((step) => step.call === undefined);
    for (const { call } of vector.steps.slice(0, first)) calls.set(call.key, testee.request({ op: "call", ...call }));
    const [socket] = await within(accepted, options.waitMs, "the connection of the client");
    // A client may send a call again that was turned away; there is nobody else to send it to.
    server.close();
    return await withSocket(socket, () => play(vector.steps.slice(first), createPeer(socket, options), calls, options));
  } catch (error) {
    return error.message;
  } finally {
    server.close();
    await within(testee.request({ op: "disconnect" }), options.waitMs, "the answer to disconnect");
  }
}

async function withSocket(socket, action) {
  socket.on("error", () => undefined);
  try {
    return await action();
  } catch (error) {
    return error.message;
  } finally {
    socket.destroy();
  }
}

/** The runner's end of a connection. */
function createPeer(socket, { waitMs }) {
  const splitter = createSplitter();
  let isClosed = false;
  let wake = () => undefined;
  socket.on("data", (bytes) => {
    splitter.push(bytes);
    wake();
  });
  for (const event of ["end", "close"]) {
    socket.on(event, () => {
      isClosed = true;
      wake();
    });
  }
  const changed = (what) => within(new Promise((resolve) => (wake = resolve)), waitMs, what);
  return {
    socket,
    async next(what) {
      for (;;) {
        const found = splitter.next();
        if (found !== undefined) return found;
        if (isClosed) throw new Error(`expected ${what}; the connection was closed`);
        await changed(what);
      }
    },
    async closed() {
      while (!isClosed) await changed("the end of the connection");
      const more = splitter.next();
      if (more !== undefined) throw new Error(`expected the end of the connection; found ${JSON.stringify(more)}`);
    },
  };
}

async function play(steps, peer, calls, options) {
  const names = new Map();
  for (const [index, step] of steps.entries()) {
    try {
      await playStep(step, { peer, calls, names, options });
    } catch (error) {
      return `step ${index + 1} of ${steps.length}: ${error.message}`;
    }
  }
  return undefined;
}

async function playStep(step, { peer, calls, names, options }) {
  if (step.send !== undefined) {
    const hex = step.send.replace(/\{(\w+)\}/gu, (_, name) => names.get(name) ?? "");
    for (let time = step.times ?? 1; time > 0; time--) peer.socket.write(Buffer.from(hex, "hex"));
  } else if (step.option !== undefined) await expectOption(step.option, peer);
  else if (step.expect !== undefined) await expectFrame(step.expect, peer, names);
  else if (step.close === true) await peer.closed();
  else if (step.end === true) peer.socket.end();
  else if (step.outcome !== undefined) await expectOutcome(step.outcome, calls, options);
  else throw new Error(`the runner does not know the step ${JSON.stringify(step)}`);
}

async function expectOption(pattern, peer) {
  const { option } = await peer.next("an Option");
  const value = JSON.parse(option ?? "null");
  if (value?.MagicNumber !== 3_927_900) throw new Error(`expected an Option; found ${option}`);
  for (const [name, wanted] of Object.entries(pattern)) {
    if (!isDeepStrictEqual(value[name], wanted))
      throw new Error(`expected ${name} ${JSON.stringify(wanted)} in the Option; found ${JSON.stringify(value[name])}`);
  }
}

async function expectFrame(pattern, peer, names) {
  const wanted = `a frame ${JSON.stringify(pattern)}`;
  for (;;) {
    const { frame, option } = await peer.next(wanted);
    if (frame === undefined) throw new Error(`expected ${wanted}; found the Option ${option}`);
    if (!frame.isWellFormed) throw new Error(`expected ${wanted}; found a malformed frame ${JSON.stringify(frame)}`);
    if (frame.kind !== pattern.kind && [...always, ...(pattern.skip ?? [])].includes(frame.kind)) continue;
    const fault = mismatch(pattern, frame);
    if (fault !== undefined) throw new Error(`expected ${wanted}; ${fault} in ${JSON.stringify(frame)}`);
    if (pattern.id?.startsWith("$")) names.set(pattern.id.slice(1), frame.id);
    return;
  }
}

function mismatch(pattern, frame) {
  for (const name of ["kind", "serialization", "flags", "body"]) {
    if (pattern[name] !== undefined && pattern[name] !== frame[name]) return `the ${name} differs`;
  }
  if (pattern.id !== undefined && !pattern.id.startsWith("$") && pattern.id !== frame.id) return "the id differs";
  for (const [tag, value] of Object.entries(pattern.header ?? {})) {
    if (frame.header[tag] === undefined) return `tag ${tag} is missing`;
    // Numbers may have leading zeros.
    if (value !== null && frame.header[tag].replace(/^(?:00)+(?=..)/u, "") !== value.replace(/^(?:00)+(?=..)/u, ""))
      return `tag ${tag} differs`;
  }
  return undefined;
}

async function expectOutcome({ key, ...wanted }, calls, { waitMs }) {
  const found = await within(calls.get(key), waitMs, `the outcome of call ${key}`);
  for (const [name, value] of Object.entries(wanted)) {
    const fault = difference(value, found[name]);
    if (fault) throw new Error(`expected the outcome ${JSON.stringify(wanted)}; found ${JSON.stringify(found)}`);
  }
}

/** Errors match when they have what is wanted, everything else when it is equal. */
function difference(wanted, found) {
  if (wanted === null || typeof wanted !== "object" || !("code" in wanted)) return !isDeepStrictEqual(wanted, found);
  return Object.entries(wanted).some(([name, value]) =>
    value === null ? found?.[name] === undefined : !isDeepStrictEqual(value, found?.[name]),
  );
}
