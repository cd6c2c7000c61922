import { once } from "node:events";
import { connect, createServer } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { acceptUpgrade, faultOfAnswer, readAnswer, readHttp2, readRequest } from "./http.mjs";
import { createPeer } from "./peer.mjs";
import { within } from "./within.mjs";

/** Kinds that may come at any time: credit and settings. */
const always = [7, 10];

/** Plays a session with a testee that is a server: it listens at `port`. @returns undefined, or what was wrong */
export async function playServerSession(vector, port, options) {
  const socket = connect(port, "127.0.0.1");
  return withSocket(socket, async () => {
    await within(once(socket, "connect"), options.waitMs, "the connection");
    return play(vector.steps, createPeer(socket, options, false), undefined, options);
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
      testee.request({ op: "connect", port: server.address().port, ...vector.connect }),
      options.waitMs,
      "the answer to connect",
    );
    const calls = new Map();
    const first = vector.steps.findIndex((step) => step.call === undefined);
    for (const { call } of vector.steps.slice(0, first)) calls.set(call.key, testee.request(callOf(call)));
    const [socket] = await within(accepted, options.waitMs, "the connection of the client");
    // A client may send a call again that was turned away; there is nobody else to send it to.
    server.close();
    return await withSocket(socket, () =>
      play(vector.steps.slice(first), createPeer(socket, options, true), calls, options),
    );
  } catch (error) {
    return error.message;
  } finally {
    server.close();
    await within(testee.request({ op: "disconnect" }), options.waitMs, "the answer to disconnect");
  }
}

/** What a testee is told of a call. */
function callOf({ times, ...call }) {
  if (times === undefined) return { op: "call", ...call };
  return { op: "call", ...call, request: { ...call.request, text: call.request.text.repeat(times) } };
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

const players = {
  send: (hex, { peer, names, times }) => repeat(times, bytesOf(hex, names), peer.send),
  raw: (hex, { peer, names, times }) => repeat(times, bytesOf(hex, names), peer.sendRaw),
  option: (pattern, { peer }) => expectOption(pattern, peer),
  expect: (pattern, { peer, names }) => expectFrame(pattern, peer, names),
  http: (pattern, { peer }) => expectAnswer(pattern, peer),
  http2: (pattern, { peer }) => expectHttp2(pattern, peer),
  upgrade: (pattern, { peer }) => expectUpgrade(pattern, peer),
  websocket: (pattern, { peer }) => expectControl(pattern, peer),
  close: (_, { peer }) => peer.closed(),
  end: (_, { peer }) => peer.end(),
  outcome: (pattern, { calls, options }) => expectOutcome(pattern, calls, options),
};

async function playStep({ times = 1, ...step }, context) {
  const [[name, pattern]] = Object.entries(step);
  if (!Object.hasOwn(players, name)) throw new Error(`the runner does not know the step ${JSON.stringify(step)}`);
  await players[name](pattern, { ...context, times });
}

function bytesOf(hex, names) {
  return Buffer.from(
    hex.replace(/\{(\w+)\}/gu, (_, name) => names.get(name) ?? ""),
    "hex",
  );
}

function repeat(times, bytes, send) {
  for (let time = times; time > 0; time--) send(bytes);
}

async function expectAnswer(pattern, peer) {
  const answer = await peer.parse(`an answer of HTTP with status ${pattern.status}`, readAnswer);
  const fault = faultOfAnswer(pattern, answer);
  if (fault !== undefined) throw new Error(`expected the answer ${JSON.stringify(pattern)}; ${fault}`);
  if (pattern.status === "101") peer.upgrade();
}

async function expectUpgrade({ path, status = "101" }, peer) {
  const { line, fields } = await peer.parse("a request for a WebSocket", readRequest);
  const isRight = line === `GET ${path} HTTP/1.1` && fields.upgrade?.toLowerCase() === "websocket";
  if (!isRight || fields["sec-websocket-version"] !== "13")
    throw new Error(`expected a request for a WebSocket at ${path}; found ${JSON.stringify({ line, fields })}`);
  if (status !== "101") {
    peer.sendRaw(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    return peer.end();
  }
  peer.sendRaw(acceptUpgrade(fields));
  return peer.upgrade();
}

async function expectHttp2(pattern, peer) {
  const wanted = `a frame of HTTP/2 ${JSON.stringify(pattern)}`;
  const frame = await peer.parse(wanted, readHttp2);
  if (!isLike(pattern, frame)) throw new Error(`expected ${wanted}; found ${JSON.stringify(frame)}`);
}

async function expectControl({ skip = [], ...pattern }, peer) {
  const wanted = `a frame of the WebSocket ${JSON.stringify(pattern)}`;
  let frame = await peer.control(wanted);
  while (skip.includes(frame.opcode)) frame = await peer.control(wanted);
  if (!isLike(pattern, frame)) throw new Error(`expected ${wanted}; found ${JSON.stringify(frame)}`);
}

/** Members that are given are the same, but the payload only begins with what is given, unless that is empty. */
function isLike({ payload, ...pattern }, frame) {
  const isPayloadRight =
    payload === undefined || (payload === "" ? frame.payload === "" : frame.payload.startsWith(payload));
  return isPayloadRight && Object.entries(pattern).every(([name, value]) => frame[name] === value);
}

async function expectOption(pattern, peer) {
  const { option } = await peer.next("an Option");
  const value = JSON.parse(option ?? "null");
  if (value?.MagicNumber !== 3_927_900) throw new Error(`expected an Option; found ${option}`);
  for (const [name, wanted] of Object.entries(pattern)) {
    if (!isMember(wanted, value[name]))
      throw new Error(`expected ${name} ${JSON.stringify(wanted)} in the Option; found ${JSON.stringify(value[name])}`);
  }
}

/** Arrays have at least what is wanted; `null`: there is no such member. */
function isMember(wanted, found) {
  if (wanted === null) return found === undefined;
  if (Array.isArray(wanted)) return Array.isArray(found) && wanted.every((each) => found.includes(each));
  return isDeepStrictEqual(found, wanted);
}

async function expectFrame(pattern, peer, names) {
  const wanted = `a frame ${JSON.stringify(pattern)}`;
  for (;;) {
    const { frame, option } = await peer.next(wanted);
    if (frame === undefined) throw new Error(`expected ${wanted}; found the Option ${option}`);
    if (!frame.isWellFormed) throw new Error(`expected ${wanted}; found a malformed frame ${JSON.stringify(frame)}`);
    if (frame.kind !== pattern.kind && [...always, ...(pattern.skip ?? [])].includes(frame.kind)) continue;
    const fault = mismatch(pattern, frame);
    if (fault !== undefined && pattern.until === true) continue;
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
