/** What the small client takes and sends: as much as each limit says, and nothing beside it. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { RpcError } from "../../../runtime/index.ts";
import type { Frame } from "../../../runtime/lean/frames.ts";
import { FrameKind, GoawayCode, HeaderTag } from "../../../runtime/protocol/frame.ts";
import type { Limits } from "../../../runtime/protocol/limits.ts";
import { Note } from "../fixture/lab.ts";
import { answer, createScript, type Script, type ScriptedSocket } from "./scripted-socket.ts";

afterEach(() => void vi.unstubAllGlobals());

const { request, response, item, credit } = FrameKind;

interface Started extends Script {
  readonly server: ScriptedSocket;
  readonly calls: readonly Frame[];
  readonly outcomes: readonly Promise<unknown>[];
}

/** A script in which so many calls are under way. */
async function startCalls(count: number, limits: Partial<Limits> = {}, option: object = {}): Promise<Started> {
  const script = createScript({ limits, timeoutMs: Infinity });
  const outcomes = Array.from({ length: count }, () => settled(script.lab.echo({})));
  const server = await script.accept(option);
  return { ...script, server, calls: server.sent(request), outcomes };
}

/** The text of what comes, or the reason of what fails. */
async function settled(call: Promise<{ readonly text: string } | void>): Promise<unknown> {
  return call.then(
    (note) => note?.text,
    (fault: unknown) => (RpcError.is(fault) ? fault.reason : fault),
  );
}

/** What one call comes to whose reply has this. */
async function outcomeOf(parts: Parameters<typeof answer>[2], limits: Partial<Limits> = {}): Promise<unknown> {
  const { server, calls, outcomes } = await startCalls(1, limits);
  server.receive(answer(response, calls[0] as Frame, { body: reply, ...parts }));
  return outcomes[0];
}

/** A note of so many bytes in all, which is at least 2. */
function noteOf(bytes: number): Uint8Array {
  for (let length = bytes - 2; ; length--) {
    const note = Note.encode({ text: "x".repeat(length) });
    if (note.length === bytes) return note;
  }
}

const reply = Note.encode({ text: "b" });
const ignorable = 0x9f;
const pair = (key: string, value: string): readonly [number, Uint8Array] => [
  HeaderTag.metadata,
  Buffer.concat([Uint8Array.of(key.length), Buffer.from(key + value)]),
];

test("frames with headers of maxHeaderBytes and bodies of maxFrameBytes are read; one byte more is a breach", async () => {
  const header = (bytes: number): { header: (readonly [number, string])[] } => ({
    header: [[ignorable, "h".repeat(bytes - 3)]],
  });
  expect(await outcomeOf(header(1_024), { maxHeaderBytes: 1_024 })).toBe("b");
  expect(await outcomeOf(header(1_025), { maxHeaderBytes: 1_024 })).toBe("protocol_violated");
  const body = (bytes: number): { body: Uint8Array } => ({ body: noteOf(bytes) });
  expect(await outcomeOf(body(65_536), { maxFrameBytes: 65_536 })).toMatch(/^x{60000}/);
  expect(await outcomeOf(body(65_537), { maxFrameBytes: 65_536 })).toBe("protocol_violated");
});

describe("metadata of a reply", () => {
  const headerOf = (...header: (readonly [number, Uint8Array])[]): Promise<unknown> => outcomeOf({ header });
  const longPairs = (last: number): (readonly [number, Uint8Array])[] => [
    pair("k", "v".repeat(8_191)),
    pair("l", "v".repeat(last)),
  ];

  test.each([
    ["64 pairs", Array.from({ length: 64 }, () => pair("k", "v")), Array.from({ length: 65 }, () => pair("k", "v"))],
    ["a key of 128 bytes", [pair("k".repeat(127), "v")], [pair("k".repeat(127) + "kk", "v")]],
    ["a value of 8 KiB", [pair("k", "v".repeat(8_192))], [pair("k", "v".repeat(8_193))]],
    ["16 KiB in all", longPairs(8_191), longPairs(8_192)],
  ])("may have %s, and no more", async (_, atLimit, above) => {
    expect([await headerOf(...atLimit), await headerOf(...above)]).toEqual(["b", "limit_exceeded"]);
  });

  test.each([
    ["a key with a capital", [HeaderTag.metadata, "\u0001Kv"], "unsupported"],
    ["a value that is no UTF-8", [HeaderTag.metadata, Uint8Array.of(1, 0x6b, 0xff)], "unsupported"],
    ["no key", [HeaderTag.metadata, "\u0000v"], "protocol_violated"],
    ["nothing", [HeaderTag.metadata, ""], "protocol_violated"],
    ["a key that is longer than the pair", [HeaderTag.metadata, "\u0003kv"], "protocol_violated"],
  ] as const)("that has %s fails its call, or more", async (_, entry, reason) => {
    expect(await outcomeOf({ header: [entry] })).toBe(reason);
  });

  test("may have a key and no value", async () => {
    expect(await headerOf(pair("k", ""))).toBe("b");
  });
});

describe("messages", () => {
  test("of maxMessageBytes are read, in one frame or in chunks; one byte more fails the call", async () => {
    const limits = { maxMessageBytes: 10 };
    expect(await outcomeOf({ body: noteOf(10) }, limits)).toBe("x".repeat(8));
    expect(await outcomeOf({ body: noteOf(11) }, limits)).toBe("limit_exceeded");
    for (const [bytes, outcome] of [
      [10, "x".repeat(8)],
      [11, "limit_exceeded"],
    ] as const) {
      const { server, calls, outcomes } = await startCalls(1, limits);
      const note = noteOf(bytes);
      server.receive(answer(response, calls[0] as Frame, { flags: 0x50, body: note.slice(0, 5) }));
      server.receive(answer(response, calls[0] as Frame, { body: note.slice(5) }));
      expect(await outcomes[0]).toBe(outcome);
    }
  });

  test("may come in chunks maxChunkedMessages at a time; one more is a breach", async () => {
    const { server, calls, outcomes, env } = await startCalls(3, { maxChunkedMessages: 2 });
    const begin = (call: Frame): void =>
      server.receive(answer(response, call, { flags: 0x50, body: Uint8Array.of(1) }));
    calls.slice(0, 2).forEach(begin);
    await env.advanceAsync(1);
    expect(server.sent(FrameKind.goaway)).toEqual([]);
    begin(calls[2] as Frame);
    expect(await outcomes[2]).toBe("protocol_violated");
  });

  test.each([
    [240_000, 1],
    [239_999, 0],
  ])("in parts may fill maxPartialBytes: with %i, 240,000 get credit %i times", async (maxPartialBytes, times) => {
    const { server, calls, env } = await startCalls(2, { maxPartialBytes });
    const [first, second] = calls as [Frame, Frame];
    for (const call of [first, second, second, second])
      server.receive(answer(response, call, { flags: 0x50, body: new Uint8Array(60_000) }));
    await env.advanceAsync(1);
    const grants = server
      .sent(credit)
      .filter(({ idLow, idHigh }) => idLow === second.idLow && idHigh === second.idHigh);
    expect(grants).toHaveLength(times);
  });
});

describe("what is sent", () => {
  test("has at most the bytes that the server takes in a message", async () => {
    const { lab, server, env } = await startCalls(1, {}, { Limits: { MaxMessageBytes: 10 } });
    const [whole, tooLong] = [8, 9].map((length) => settled(lab.echo({ text: "x".repeat(length) })));
    await env.advanceAsync(1);
    expect(server.sent(request).map(({ body }) => body.length)).toEqual([0, 10]);
    server.receive(answer(response, server.sent(request)[1] as Frame, { body: reply }));
    expect([await whole, await tooLong]).toEqual(["b", "limit_exceeded"]);
    const items = [8, 9].map((length) => settled(lab.sum([{ text: "x".repeat(length) }])));
    await env.advanceAsync(1);
    expect(server.sent(item).map(({ body }) => body.length)).toEqual([10]);
    expect(await items[1]).toBe("limit_exceeded");
  });

  test("waits in a line of maxWaitingCalls while the server runs as many as it likes", async () => {
    const script = createScript({ connect: "eager", timeoutMs: Infinity, limits: { maxWaitingCalls: 2 } });
    const server = await script.accept({ Limits: { MaxCalls: 1 } });
    const calls = Array.from({ length: 4 }, () => settled(script.lab.echo({})));
    await script.env.advanceAsync(1);
    expect(await calls[3]).toBe("too_many_calls");
    for (let count = 0; count < 3; count++) {
      await script.env.advanceAsync(1);
      server.receive(answer(response, server.sent(request)[count] as Frame, { body: reply }));
    }
    expect(await Promise.all(calls.slice(0, 3))).toEqual(["b", "b", "b"]);
  });

  test("waits with maxOutboundBytes in all, and not a byte more", async () => {
    const script = createScript({ connect: "eager", timeoutMs: Infinity, limits: { maxOutboundBytes: 100 } });
    const server = await script.accept({ Limits: { MaxCalls: 1 } });
    const call = (bytes: number): Promise<unknown> => settled(script.lab.echo({ text: "x".repeat(bytes - 2) }));
    const first = call(10);
    await script.env.advanceAsync(1);
    const waiting = call(60);
    const [tooMuch, last] = [call(41), call(40)];
    await script.env.advanceAsync(1);
    expect(await tooMuch).toBe("too_many_calls");
    for (let count = 0; count < 3; count++) {
      await script.env.advanceAsync(1);
      server.receive(answer(response, server.sent(request)[count] as Frame, { body: reply }));
    }
    expect(await Promise.all([first, waiting, last])).toEqual(["b", "b", "b"]);
  });

  test("waits for a connection in a line of maxWaitingCalls too", async () => {
    const script = createScript({ limits: { maxWaitingCalls: 2 } });
    const waiters = Array.from({ length: 3 }, () => settled(script.channel.ready()));
    expect(await waiters[2]).toBe("too_many_calls");
    await script.accept();
    expect(await Promise.all(waiters.slice(0, 2))).toEqual([undefined, undefined]);
  });
});

test("a text of an error is cut at 1,024 characters, an id at 256, details above 4 KiB are left out", async () => {
  const failureWith = async (extra: number): Promise<RpcError> => {
    const script = createScript({ timeoutMs: Infinity });
    const failure = script.lab.echo({}).catch((fault: unknown) => fault) as Promise<RpcError>;
    const server = await script.accept();
    const header = [
      [HeaderTag.errorMessage, "m".repeat(1_024 + extra)],
      [HeaderTag.errorId, "i".repeat(256 + extra)],
      [HeaderTag.errorDetails, JSON.stringify(["d".repeat(4_092 + extra)])],
    ] as const;
    server.receive(answer(FrameKind.error, server.sent(request)[0] as Frame, { header }));
    return failure;
  };
  const [full, cut] = [await failureWith(0), await failureWith(1)];
  for (const { message, errorId } of [full, cut]) expect([message.length, errorId?.length]).toEqual([1_024, 256]);
  expect([full.details.length, cut.details.length]).toEqual([1, 0]);
});

test("a server that finds pings too many is pinged half as often on the next connection", async () => {
  const script = createScript({ timeoutMs: Infinity, limits: { keepaliveMs: 4_000 } });
  const silenceBeforePing = async (): Promise<number> => {
    const { length } = script.sockets;
    void settled(script.lab.echo({}, { waitForReady: true }));
    while (script.sockets.length === length) await script.env.advanceAsync(100);
    const server = await script.accept();
    let silentMs = 0;
    for (; server.sent(FrameKind.ping).length === 0; silentMs += 1_000) await script.env.advanceAsync(1_000);
    const header = [[HeaderTag.goawayCode, GoawayCode.tooManyPings]] as const;
    server.receive(answer(FrameKind.goaway, server.sent(request)[0] as Frame, { flags: 0, header }));
    server.emit("close", { code: 1000 });
    await script.env.advanceAsync(1);
    return silentMs;
  };
  const waits = [await silenceBeforePing(), await silenceBeforePing(), await silenceBeforePing()];
  // It looks once a second, so a ping may be a second late.
  expect(waits.map((ms) => Math.floor(ms / 4_000))).toEqual([1, 2, 4]);
});
