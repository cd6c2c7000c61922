import { describe, expect, test, vi } from "vitest";
import { record, type Recorder } from "../../../runtime/testing/suites/transport-recorder.ts";
import { createMemoryPair } from "../../../runtime/transport/memory-pair.ts";
import { createSniffedTransport, readFirstBytes, type SniffOptions } from "../../../runtime/transport/sniff.ts";
import type { Transport } from "../../../runtime/transport/transport.ts";
import { clientFrame } from "./node-websocket.ts";

interface Meeting {
  readonly peer: Transport;
  readonly heard: Recorder;
  readonly server: Transport;
  readonly served: Recorder;
  /** Everything that the peer heard until the end. */
  rest(): Promise<string>;
}

function meet(options: Partial<SniffOptions> = {}): Meeting {
  const [peer, inner] = createMemoryPair("memory:sniff");
  const server = createSniffedTransport(inner, {
    webSocketPath: "/",
    origins: undefined,
    maxWebSocketFrameBytes: 65_556,
    ...options,
  });
  const heard = record(peer);
  const rest = async (): Promise<string> => {
    await heard.closed();
    return Buffer.from(await heard.bytes(heard.byteLength())).toString("latin1");
  };
  return { peer, heard, server, served: record(server), rest };
}

function send(transport: Transport, text: string | Uint8Array, size?: number): void {
  const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  for (let at = 0; at < bytes.length; at += size ?? bytes.length) {
    transport.write(bytes.subarray(at, at + (size ?? bytes.length)));
  }
}

interface Upgrade {
  readonly line?: string;
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

/** A request of a browser; a field that is given as undefined is left out. */
function upgrade({ line = "GET / HTTP/1.1", fields = {} }: Upgrade = {}): string {
  const all: Record<string, string | undefined> = {
    Host: "127.0.0.1:9000",
    Connection: "keep-alive, Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...fields,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return `${[line, ...given.map(([name, value]) => `${name}: ${value}`)].join("\r\n")}\r\n\r\n`;
}

const accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

describe("the first bytes of", () => {
  test.each([
    ["our protocol", "{", "rpcgen"],
    ["a browser", "GET /", "http"],
    ["curl -d", "POST /", "http"],
    ["a preflight", "OPTIONS /", "http"],
    ["a server-wide question", "OPTIONS *", "http"],
    ["gRPC", "PRI * HTTP/2.0", "http2"],
    ["TLS", "\x16\x03\x01", "tls"],
    ["SSH", "SSH-2.0", "unknown"],
    ["Redis", "*1\r\n", "unknown"],
    ["a method in small letters", "get /", "unknown"],
    ["a proxy", "GET http://", "unknown"],
    ["a tunnel", "CONNECT example.com:443", "unknown"],
    ["nobody yet", "", "undecided"],
  ])("%s are told", (_name, start, kind) => {
    expect(readFirstBytes(Buffer.from(start, "latin1"))).toBe(kind);
  });

  test.each(["GET /", "HEAD /", "POST /", "PUT /", "PATCH /", "DELETE /", "OPTIONS /", "PRI * HTTP/2.0", "\x16\x03"])(
    "%j are undecided until the last of them, and unknown at the first wrong one",
    (start) => {
      const bytes = Buffer.from(start, "latin1");
      for (let length = 1; length < bytes.length; length++) {
        expect(readFirstBytes(bytes.subarray(0, length))).toBe("undecided");
        expect(readFirstBytes(Buffer.concat([bytes.subarray(0, length), Uint8Array.of(1)]))).toBe("unknown");
      }
    },
  );
});

describe("our own protocol", () => {
  test.each([1, 4, 100])("passes through in pieces of %d bytes, both ways", async (size) => {
    const { peer, heard, server, served } = meet();
    send(peer, '{"MagicNumber":3927900}\nframes', size);
    expect(await served.text(30)).toBe('{"MagicNumber":3927900}\nframes');
    server.write(Buffer.from("answer"));
    expect(await heard.text(6)).toBe("answer");
    expect([server.bytesRead, server.bytesWritten]).toEqual([30, 6]);
  });
});

describe("a stranger", () => {
  test.each([
    ["TLS", "\x16\x03\x01\x02\x00", "began with TLS"],
    ["a scanner", "\x00\x00", "no protocol that is spoken here"],
    ["text that nearly fits", "GET http://", "no protocol"],
  ])("%s is cut off without a word", async (_name, bytes, message) => {
    const { peer, served, heard } = meet();
    send(peer, bytes, 1);
    expect((await served.closed())?.message).toContain(message);
    await heard.closed();
    expect([heard.byteLength(), served.byteLength()]).toEqual([0, 0]);
  });

  test("that speaks gRPC reads why it is not served", async () => {
    const { peer, rest } = meet();
    send(peer, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 5);
    const answer = Buffer.from(await rest(), "latin1");
    expect(answer.subarray(0, 9).toString("hex")).toBe("000000040000000000");
    expect(answer[12]).toBe(7);
    expect(answer.readUInt32BE(22)).toBe(13);
    expect(answer.subarray(26).toString()).toBe("gRPC is not served on this port; use an rpcgen client.");
    expect(answer.readUIntBE(9, 3)).toBe(answer.length - 18);
  });
});

describe("an HTTP request", () => {
  test.each<[string, string, string]>([
    ["for the WebSocket path without an upgrade", upgrade({ fields: { Upgrade: undefined } }), "426 Upgrade Required"],
    ["that upgrades to something else", upgrade({ fields: { Upgrade: "h2c" } }), "426 Upgrade Required"],
    ["without Connection: Upgrade", upgrade({ fields: { Connection: "close" } }), "426 Upgrade Required"],
    ["of HTTP/1.0", upgrade({ line: "GET / HTTP/1.0" }), "426 Upgrade Required"],
    ["of an old WebSocket", upgrade({ fields: { "Sec-WebSocket-Version": "8" } }), "426 Upgrade Required"],
    ["for another path", upgrade({ line: "GET /health HTTP/1.1" }), "404 Not Found"],
    ["with another method", upgrade({ line: "POST / HTTP/1.1" }), "405 Method Not Allowed"],
    ["of a preflight", upgrade({ line: "OPTIONS / HTTP/1.1" }), "405 Method Not Allowed"],
    ["for the whole server", upgrade({ line: "OPTIONS * HTTP/1.1" }), "404 Not Found"],
    ["of another version", upgrade({ line: "GET / HTTP/2.0" }), "400 Bad Request"],
    ["with two spaces", upgrade({ line: "GET /  HTTP/1.1" }), "400 Bad Request"],
    ["without a host", upgrade({ fields: { Host: undefined } }), "400 Bad Request"],
    ["with a field twice", upgrade({ fields: { host: "other" } }), "400 Bad Request"],
    ["with a folded field", upgrade({ fields: { "X-Long": "a\r\n b" } }), "400 Bad Request"],
    ["with a space before the colon", upgrade({ fields: { "X-Odd ": "a" } }), "400 Bad Request"],
    ["with a control character", upgrade({ fields: { "X-Odd": "a\x00b" } }), "400 Bad Request"],
    ["with a bare line feed", upgrade({ fields: { "X-Odd": "a\nEvil: yes" } }), "400 Bad Request"],
    ["with a key that is too short", upgrade({ fields: { "Sec-WebSocket-Key": "c2hvcnQ=" } }), "400 Bad Request"],
    ["without a key", upgrade({ fields: { "Sec-WebSocket-Key": undefined } }), "400 Bad Request"],
    ["with a body", upgrade({ fields: { "Content-Length": "5" } }), "400 Bad Request"],
    ["with chunks", upgrade({ fields: { "Transfer-Encoding": "chunked" } }), "400 Bad Request"],
  ])("%s is refused shortly", async (_name, request, status) => {
    for (const size of [undefined, 1]) {
      const { peer, rest, served } = meet();
      send(peer, request, size);
      const answer = await rest();
      expect(answer.split("\r\n")[0]).toBe(`HTTP/1.1 ${status}`);
      expect(answer).toContain("Connection: close");
      expect(answer.length).toBeLessThan(512);
      const [head = "", body = ""] = answer.split("\r\n\r\n");
      expect(head).toContain(`Content-Length: ${body.length}`);
      expect((await served.closed())?.message).toContain("was told so");
      expect(served.byteLength()).toBe(0);
    }
  });

  test("by HEAD is answered without a body", async () => {
    const { peer, rest } = meet();
    send(peer, upgrade({ line: "HEAD / HTTP/1.1" }));
    expect((await rest()).endsWith("\r\n\r\n")).toBe(true);
  });

  test("may have a head of 8 KiB, and not a byte more", async () => {
    const head = upgrade({ fields: { "X-Padding": "" } });
    const padded = (length: number): string => upgrade({ fields: { "X-Padding": "x".repeat(length - head.length) } });
    for (const size of [undefined, 1_000]) {
      const fits = meet();
      send(fits.peer, padded(8192), size);
      expect(await fits.heard.text(12)).toBe("HTTP/1.1 101");
      const tooLong = meet();
      send(tooLong.peer, padded(8193), size);
      expect(await tooLong.rest()).toContain("431 Request Header Fields Too Large");
    }
  });
});

describe("a head that comes byte by byte", () => {
  test.each([
    ["one long line", "x".repeat(8_000)],
    ["many lines", "x\r\nX: ".repeat(1_000)],
    ["many ends of lines that are none", "x\r\rX: ".repeat(1_000)],
  ])("is searched for its end but once: %s", async (_name, value) => {
    const { peer, heard } = meet();
    const head = upgrade({ fields: { "X-Padding": value } });
    const search = vi.spyOn(Uint8Array.prototype, "indexOf");
    send(peer, head, 1);
    await heard.text(12);
    const looked = search.mock.calls.map(([, from = 0], at) => (search.mock.contexts[at] as Uint8Array).length - from);
    search.mockRestore();
    const sum = looked.reduce((all, count) => all + count, 0);
    expect(sum).toBeGreaterThan(head.length / 2);
    expect(sum).toBeLessThan(20 * head.length);
  });

  test.each([1, 2, 3, 5])("ends with its empty line, in pieces of %d bytes", async (size) => {
    const { peer, heard } = meet();
    send(peer, upgrade(), size);
    expect(await heard.text(129)).toContain(accepted);
  });
});

describe("a WebSocket", () => {
  test("is opened with the key of RFC 6455, at every way to cut the request", async () => {
    const request = upgrade();
    for (let cut = 1; cut < request.length; cut++) {
      const { peer, heard } = meet();
      send(peer, request.slice(0, cut));
      send(peer, request.slice(cut));
      const answer = await heard.text(129);
      expect(answer).toContain(`Sec-WebSocket-Accept: ${accepted}\r\n\r\n`);
    }
  });

  test("takes our subprotocol when it is offered", async () => {
    const { peer, heard } = meet();
    send(peer, upgrade({ fields: { "Sec-WebSocket-Protocol": "chat, rpcgen.1" } }));
    expect(await heard.text(163)).toContain("Sec-WebSocket-Protocol: rpcgen.1\r\n\r\n");
  });

  test("may have another path, and a query", async () => {
    const { peer, heard } = meet({ webSocketPath: "/rpc" });
    send(peer, upgrade({ line: "GET /rpc?tenant=blue HTTP/1.1" }));
    expect(await heard.text(12)).toBe("HTTP/1.1 101");
  });

  test("carries bytes both ways, also those that came with the request", async () => {
    const { peer, heard, server, served } = meet();
    send(peer, Buffer.concat([Buffer.from(upgrade()), clientFrame(2, Buffer.from("{early}"))]));
    expect(await served.text(7)).toBe("{early}");
    server.write(Buffer.from("reply"));
    server.write(new Uint8Array(20_000));
    await heard.bytes(129 + 7 + 4 + 20_000);
    expect([server.bytesRead, server.bytesWritten]).toEqual([7, 20_005]);
  });

  test("answers a ping", async () => {
    const { peer, heard } = meet();
    send(peer, Buffer.concat([Buffer.from(upgrade()), clientFrame(9, Buffer.from("are you there"))]));
    const answer = await heard.bytes(129 + 15);
    expect(Buffer.from(answer.subarray(129)).toString("latin1")).toBe("\x8a\x0dare you there");
  });

  test("ends without an error when the peer closes, and repeats its code", async () => {
    const { peer, served, rest } = meet();
    send(
      peer,
      Buffer.concat([Buffer.from(upgrade()), clientFrame(8, Uint8Array.of(3, 0xe9)), clientFrame(2, Uint8Array.of(1))]),
    );
    expect(await served.closed()).toBeUndefined();
    expect((await rest()).slice(129)).toBe("\x88\x02\x03\xe9");
    expect(served.byteLength()).toBe(0);
  });

  test("ends with an error when the peer says that something went wrong", async () => {
    const { peer, served } = meet();
    send(peer, Buffer.concat([Buffer.from(upgrade()), clientFrame(8, Uint8Array.of(0x0f, 0xa0))]));
    expect((await served.closed())?.message).toBe("The peer closed the WebSocket with code 4000.");
  });

  test("is closed with the code for what the peer did wrong", async () => {
    const { peer, served, rest } = meet();
    send(peer, Buffer.concat([Buffer.from(upgrade()), Uint8Array.of(0x81)]));
    expect((await served.closed())?.message).toContain("must be binary");
    expect((await rest()).slice(129)).toBe("\x88\x02\x03\xeb");
  });

  test("says goodbye when the server closes", async () => {
    const { peer, heard, server, served, rest } = meet();
    send(peer, upgrade());
    await heard.text(129);
    server.close();
    server.close();
    server.write(Uint8Array.of(1));
    expect(await served.closed()).toBeUndefined();
    expect((await rest()).slice(129)).toBe("\x88\x02\x03\xe8");
  });
});

describe("the origin", () => {
  const meeting = async (origins: readonly string[] | undefined, origin: string, host: string): Promise<string> => {
    const { peer, heard } = meet({ origins });
    send(peer, upgrade({ fields: { Origin: origin, Host: host } }));
    return (await heard.text(12)).slice(9);
  };

  test.each<[string, readonly string[] | undefined, string, string, string]>([
    ["of the same host", undefined, "http://127.0.0.1:9000", "127.0.0.1:9000", "101"],
    ["of the same host at the usual port", undefined, "https://app.example.com", "app.example.com:443", "101"],
    ["of another port", undefined, "http://127.0.0.1:9001", "127.0.0.1:9000", "403"],
    ["of another host", undefined, "https://evil.example", "127.0.0.1:9000", "403"],
    ["that hides", undefined, "null", "127.0.0.1:9000", "403"],
    ["that is no origin", undefined, "https://app.example.com/page", "app.example.com", "403"],
    ["that is empty", undefined, "", "127.0.0.1:9000", "403"],
    ["in the list", ["https://app.example.com"], "https://app.example.com", "10.0.0.1:1", "101"],
    ["not in the list", ["https://app.example.com"], "https://app.example.com.evil.example", "10.0.0.1:1", "403"],
    ["of the same host but not in the list", [], "http://127.0.0.1:9000", "127.0.0.1:9000", "403"],
    ["when all may", ["*"], "null", "10.0.0.1:1", "101"],
  ])("%s is judged", async (_name, origins, origin, host, status) => {
    expect(await meeting(origins, origin, host)).toBe(status);
  });
});
