/** What a server may do to the small client, and what becomes of it. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { Code, RpcError } from "../../../runtime/index.ts";
import type { Frame } from "../../../runtime/lean/frames.ts";
import { FrameKind, GoawayCode, HeaderTag } from "../../../runtime/protocol/frame.ts";
import { Note } from "../fixture/lab.ts";
import { collect } from "../fixture/world.ts";
import { answer, createScript, optionOf, type Script, type ScriptedSocket } from "./scripted-socket.ts";

afterEach(() => void vi.unstubAllGlobals());

const { request, response, error, item, end, cancel, credit, ping, pong, settings, goaway } = FrameKind;

interface Started extends Script {
  readonly server: ScriptedSocket;
  readonly call: Frame;
  readonly outcome: Promise<unknown>;
}

/** A script in which one call is under way. */
async function startCall(options: Parameters<typeof createScript>[0] = {}): Promise<Started> {
  const script = createScript(options);
  const outcome = settled(script.lab.echo({ text: "a" }));
  const server = await script.accept();
  return { ...script, server, call: server.sent(request)[0] as Frame, outcome };
}

/** The reason of what fails, or the text of what comes. */
async function settled(call: Promise<{ readonly text: string } | void>): Promise<unknown> {
  return call.then(
    (note) => note?.text,
    (fault: unknown) => (RpcError.is(fault) ? fault.reason : fault),
  );
}

const reply = Note.encode({ text: "b" });
const none = { idHigh: 0, idLow: 0 };

test("a reply that comes byte by byte, behind the Option, is read", async () => {
  const script = createScript();
  const outcome = settled(script.lab.echo({ text: "a" }));
  script.socket().emit("open");
  await script.env.advanceAsync(0);
  const [call] = script.socket().sent(request);
  for (const byte of [...optionOf(), ...answer(response, call as Frame, { body: reply })]) {
    script.socket().receive(Uint8Array.of(byte));
  }
  expect(await outcome).toBe("b");
});

test("a reply in chunks is put together, with the metadata of the first", async () => {
  const script = createScript();
  const seen: unknown[] = [];
  const outcome = settled(script.lab.echo({}, { onResponseMetadata: (pairs) => seen.push([...pairs]) }));
  const server = await script.accept();
  const call = server.sent(request)[0] as Frame;
  server.receive(
    answer(response, call, { flags: 0x50, body: reply.slice(0, 1), header: [[HeaderTag.metadata, "\u0001kv"]] }),
  );
  server.receive(answer(response, call, { body: reply.slice(1) }));
  expect([await outcome, seen]).toEqual(["b", [[["k", "v"]]]]);
});

describe("a breach ends the connection with GOAWAY, and its calls:", () => {
  const breaches: Record<string, (call: Frame) => Uint8Array> = {
    "bytes that are no frame": () => new Uint8Array(20),
    "another version": (call) => answer(response, call).with(2, 2),
    "a kind that is not known": (call) => answer(0x20, call),
    "a kind that only clients send": (call) => answer(request, call),
    "flags that are reserved": (call) => answer(response, call, { flags: 0x80 }),
    "a header longer than its frame": (call) => answer(response, call).with(9, 1),
    "a header that is cut": (call) => answer(response, call, { header: [[HeaderTag.errorMessage, "abc"]] }).with(21, 9),
    "text that is not UTF-8": (call) =>
      answer(error, call, { header: [[HeaderTag.errorMessage, Uint8Array.of(0xff)]] }),
    "a reply to a call that never was": () => answer(response, { idHigh: 0, idLow: 0x70000 }),
    "an end with a body": (call) => answer(end, call, { body: reply }),
    "settings that are no JSON": () => answer(settings, none, { body: reply }),
    "settings with a limit that is none": () =>
      answer(settings, none, { serialization: 2, body: Buffer.from('{"Limits":{"MaxCalls":-1}}') }),
    "credit without end": (call) => answer(credit, call, { header: [[HeaderTag.credit, 0x7fffffff]] }),
  };
  test.each(Object.entries(breaches))("%s", async (_name, bytes) => {
    const { server, call, outcome, env } = await startCall();
    server.receive(bytes(call));
    expect(await outcome).toBe("protocol_violated");
    await env.advanceAsync(0);
    expect([server.sent(goaway).length, server.closedWith]).toEqual([1, 1000]);
  });

  test("a frame that claims to be long, before it has come", async () => {
    const { server, call, outcome } = await startCall();
    server.receive(answer(response, call).slice(0, 20).with(5, 2));
    expect(await outcome).toBe("protocol_violated");
  });

  test("items beyond the credit of their stream", async () => {
    const script = createScript();
    const unread = Note.encode({ data: new Uint8Array(60_000) });
    const stream = script.lab.list({ count: 1 });
    const server = await script.accept();
    const call = server.sent(request)[0] as Frame;
    // Nobody reads, so nothing is given back: 262,144 bytes are allowed.
    for (let count = 0; count < 5; count++) server.receive(answer(item, call, { body: unread }));
    expect(await settled(collect(stream).then(() => undefined))).toBe("protocol_violated");
  });

  test("more frames than bring anything forward", async () => {
    const { server, outcome } = await startCall();
    for (let count = 0; count < 1_000; count++) server.receive(answer(pong, none, { flags: 0 }));
    expect(server.sent(goaway)).toEqual([]);
    server.receive(answer(pong, none, { flags: 0 }));
    expect(await outcome).toBe("protocol_violated");
  });

  test.each([
    ["the connection", 4_096, undefined],
    ["the connection", 4_095, 1000],
    ["a call", 4_096, undefined],
    ["a call", 4_095, 1000],
  ])("too much credit for %s in frames of %i bytes: closed with %j", async (whose, bytes, closedWith) => {
    const { server, call, env } = await startCall();
    const frame = answer(credit, whose === "a call" ? call : none, { flags: 0, header: [[HeaderTag.credit, bytes]] });
    for (let count = 0; count < 1_000; count++) server.receive(frame);
    expect(server.sent(goaway)).toEqual([]);
    server.receive(frame);
    await env.advanceAsync(0);
    expect([server.sent(goaway).length, server.closedWith]).toEqual([closedWith === undefined ? 0 : 1, closedWith]);
  });
});

describe("fails the one call:", () => {
  test.each<[string, Parameters<typeof answer>[2], string]>([
    ["a header that is not known", { header: [[0x30, "x"]], body: reply }, "unsupported"],
    ["too much metadata", { header: Array.from({ length: 65 }, () => [0x8a, "\u0001kv"] as const) }, "limit_exceeded"],
    ["a compressed reply", { flags: 0x11, body: reply }, "unsupported"],
    ["a reply in JSON", { serialization: 2, body: reply }, "unsupported"],
    ["bytes that are no message", { body: Uint8Array.of(7) }, "malformed_message"],
  ])("%s", async (_name, parts, reason) => {
    const { server, call, outcome, lab, env } = await startCall();
    server.receive(answer(response, call, parts));
    expect(await outcome).toBe(reason);
    const next = settled(lab.echo({}));
    await env.advanceAsync(0);
    server.receive(answer(response, server.sent(request)[1] as Frame, { body: reply }));
    expect(await next).toBe("b");
  });

  test("a reply that is longer than allowed, and the server hears of it", async () => {
    const { server, call, outcome, env } = await startCall({ limits: { maxMessageBytes: 10 } });
    server.receive(answer(response, call, { body: new Uint8Array(11) }));
    expect(await outcome).toBe("limit_exceeded");
    const chunked = await startCall({ limits: { maxMessageBytes: 10 } });
    for (let count = 0; count < 2; count++) {
      chunked.server.receive(answer(response, chunked.call, { flags: 0x40, body: new Uint8Array(6) }));
    }
    expect(await chunked.outcome).toBe("limit_exceeded");
    await chunked.env.advanceAsync(0);
    expect(chunked.server.sent(cancel)).toHaveLength(1);
    await env.advanceAsync(0);
  });

  test("an error, as it travels", async () => {
    const script = createScript();
    const call = script.lab.echo({}).catch((fault: unknown) => fault);
    const server = await script.accept();
    const header = [[HeaderTag.errorCode, 8], [HeaderTag.errorReason, "too_many_calls"], [HeaderTag.errorMessage, "busy"], [HeaderTag.retryAfter, 250]] as const; // prettier-ignore
    server.receive(answer(error, server.sent(request)[0] as Frame, { header }));
    expect(await call).toMatchObject({
      code: Code.resourceExhausted,
      reason: "too_many_calls",
      message: "busy",
      retryAfterMs: 250,
      origin: "remote",
    });
  });
});

describe("time", () => {
  test("that a call has ends it here and at the server", async () => {
    const script = createScript();
    const outcome = settled(script.lab.echo({}, { timeoutMs: 500 }));
    const server = await script.accept();
    await script.env.advanceAsync(497);
    expect(server.sent(cancel)).toEqual([]);
    await script.env.advanceAsync(3);
    expect(await outcome).toBe("deadline_passed");
    await script.env.advanceAsync(0);
    expect(server.sent(cancel)).toHaveLength(1);
  });

  test("that a connection may take is limited", async () => {
    const script = createScript({ connectTimeoutMs: 200 });
    const outcome = settled(script.lab.echo({}));
    await script.env.advanceAsync(200);
    expect(await outcome).toBe("connect_failed");
  });

  test("that a handshake may take is limited", async () => {
    const script = createScript({ limits: { handshakeMs: 300 } });
    const outcome = settled(script.lab.echo({}));
    script.socket().emit("open");
    await script.env.advanceAsync(300);
    expect(await outcome).toBe("connection_lost");
  });

  test("without a byte leads to a ping, and without an answer to the end", async () => {
    const { server, env, outcome } = await startCall({ timeoutMs: Infinity });
    await env.advanceAsync(21_000);
    expect(server.sent(ping)).toHaveLength(1);
    server.receive(answer(pong, { idHigh: 0, idLow: 1 }, { flags: 0, serialization: 0 }));
    await env.advanceAsync(21_000);
    expect(server.sent(ping)).toHaveLength(2);
    await env.advanceAsync(11_000);
    expect(await outcome).toBe("connection_lost");
  });

  test("inside a frame is limited", async () => {
    const { server, env, outcome, call } = await startCall();
    server.receive(answer(response, call, { body: reply }).slice(0, 21));
    await env.advanceAsync(11_000);
    expect(await outcome).toBe("connection_lost");
  });

  test("in which the server takes no byte is limited", async () => {
    const { server, env, outcome } = await startCall({ limits: { keepaliveMs: 0 } });
    server.bufferedAmount = 100;
    await env.advanceAsync(12_000);
    expect(await outcome).toBe("connection_lost");
  });

  test("between attempts to connect grows, and a call that waits for a connection goes on", async () => {
    const script = createScript();
    const outcome = settled(script.lab.echo({}, { waitForReady: true, timeoutMs: 60_000 }));
    for (let count = 0; count < 3; count++) {
      script.socket().emit("close", { code: 1006 });
      while (script.sockets.length === count + 1) await script.env.advanceAsync(50);
    }
    const waits = script.dialledMs.map((at, index) => at - (script.dialledMs[index - 1] ?? at));
    expect(waits.slice(1).every((wait, index) => wait > (index === 0 ? 50 : 500))).toBe(true);
    const server = await script.accept();
    server.receive(answer(response, server.sent(request)[0] as Frame, { body: reply }));
    expect([await outcome, script.channel.state]).toEqual(["b", "ready"]);
  });
});

test("a call that a leaving server did not take goes to the next connection, one that it took stays", async () => {
  const { server, call, outcome, lab, env, accept, sockets } = await startCall();
  const second = settled(lab.echo({ text: "second" }));
  await env.advanceAsync(0);
  server.receive(answer(goaway, call, { flags: 0, header: [[HeaderTag.goawayCode, 0]] }));
  await env.advanceAsync(0);
  const next = await accept();
  next.receive(answer(response, next.sent(request)[0] as Frame, { body: Note.encode({ text: "over there" }) }));
  server.receive(answer(response, call, { body: reply }));
  expect([await outcome, await second, sockets.length]).toEqual(["b", "over there", 2]);
  await env.advanceAsync(0);
  expect(server.closedWith).toBe(1000);
});

test.each([
  [GoawayCode.none, 1],
  [GoawayCode.idle, 1],
  [GoawayCode.internal, 2],
])(
  "a one-way call that was begun when the server leaves with code %i is sent over %i connections",
  async (code, count) => {
    const script = createScript();
    const done = script.lab.track({ data: new Uint8Array(400_000) });
    const server = await script.accept();
    const begun = server.sent(request).length;
    server.receive(answer(goaway, none, { flags: 0, header: [[HeaderTag.goawayCode, code]] }));
    await script.env.advanceAsync(0);
    const last = count === 1 ? server : await script.accept();
    const call = last.sent(request)[0] as Frame;
    last.receive(answer(credit, call, { flags: 0, header: [[HeaderTag.credit, 400_000]] }));
    await script.env.advanceAsync(0);
    await done;
    const sizes = script.sockets.map((socket) => socket.sent(request).reduce((sum, { body }) => sum + body.length, 0));
    expect([begun > 0, sizes.length, (sizes.at(-1) ?? 0) > 400_000]).toEqual([true, count, true]);
    expect(server.closedWith).toBe(1000);
  },
);

test.each([
  ["goes elsewhere, whole, when it", false],
  ["was taken by who grants it credit, and fails when it then", true],
])("an upload %s is refused by a goodbye", async (_, isTaken) => {
  const script = createScript();
  const outcome = settled(script.lab.sum(Array.from({ length: 4 }, () => ({ data: new Uint8Array(50_000) }))));
  const server = await script.accept();
  const bytesAt = (socket: ScriptedSocket): number => socket.sent(item).reduce((sum, { body }) => sum + body.length, 0);
  expect(bytesAt(server)).toBeGreaterThan(200_000);
  const [call] = server.sent(request) as [Frame];
  if (isTaken) server.receive(answer(credit, call, { flags: 0, header: [[HeaderTag.credit, 100_000]] }));
  server.receive(answer(goaway, none, { flags: 0 }));
  await script.env.advanceAsync(0);
  if (isTaken) return expect([await outcome, script.sockets.length]).toEqual(["draining", 1]);
  const next = await script.accept();
  expect([bytesAt(next), next.sent(end).length]).toEqual([bytesAt(server), 1]);
  next.receive(answer(response, next.sent(request)[0] as Frame, { body: reply }));
  expect(await outcome).toBe("b");
});

test("calls beyond what the server runs at once wait for their turn", async () => {
  const script = createScript({ connect: "eager" });
  const server = await script.accept({ Limits: { MaxCalls: 1 } });
  const outcomes = [settled(script.lab.echo({})), settled(script.lab.echo({}))];
  await script.env.advanceAsync(0);
  expect(server.sent(request)).toHaveLength(1);
  server.receive(answer(response, server.sent(request)[0] as Frame, { body: reply }));
  await script.env.advanceAsync(0);
  const [first, second] = server.sent(request).map(({ idLow }) => idLow);
  // The same lane, the next number.
  expect([first, second]).toEqual([0x10000, 0x20000]);
  server.receive(answer(response, server.sent(request)[1] as Frame, { body: reply }));
  expect(await Promise.all(outcomes)).toEqual(["b", "b"]);
});

test("a token that cannot be had fails the calls, and nothing is sent", async () => {
  const script = createScript({ token: () => Promise.reject(new Error("secret store is away")) });
  const outcome = settled(script.lab.echo({}));
  script.socket().emit("open");
  await script.env.advanceAsync(0);
  expect([await outcome, script.socket().option]).toEqual(["unauthenticated", undefined]);
});

test("the Option says what there is, and the token", async () => {
  const { server } = await startCall({ token: "abc", peerName: "page/1" });
  expect(server.option).toMatchObject({ Version: 1, Serializations: ["binary"], Token: "abc", Peer: "page/1" });
});

test.each([
  ["is none", Buffer.from("HTTP/1.1 400\n")],
  ["says no", optionOf({ Error: "another version" })],
  ["chose JSON", optionOf({ Serializations: ["json"] })],
  ["has no end", new Uint8Array(9_000).fill(0x20)],
])("an answer to the Option that %s fails the calls before they count as sent", async (_name, bytes) => {
  const script = createScript();
  const outcome = settled(script.lab.echo({}));
  script.socket().emit("open");
  await script.env.advanceAsync(0);
  script.socket().receive(bytes);
  expect(await outcome).toBe("handshake_failed");
});
