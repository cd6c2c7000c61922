import { type Lots, mutate } from "./mutate.ts";

/** What peers begin with, by hand, and how it is spoilt. */
export interface Openings {
  /** Bytes of one peer; used again by the next call. */
  next(lots: Lots): Uint8Array;
}

const upgradeLines = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1:9000",
  "Connection: keep-alive, Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** Request lines in the place of the first line. */
const requestLines = [
  "GET / HTTP/1.1",
  "GET /?tenant=blue HTTP/1.1",
  "GET /healthz HTTP/1.1",
  "HEAD / HTTP/1.1",
  "HEAD /healthz HTTP/1.1",
  "POST / HTTP/1.1",
  "PUT /a HTTP/1.1",
  "PATCH /a HTTP/1.1",
  "DELETE /a HTTP/1.1",
  "OPTIONS / HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "GET / HTTP/1.0",
  "GET / HTTP/2.0",
  "GET /  HTTP/1.1",
  "GET http://127.0.0.1/ HTTP/1.1",
  "CONNECT 127.0.0.1:443 HTTP/1.1",
  "get / HTTP/1.1",
  "PRI * HTTP/2.0",
  "PRI * HTTP/1.1",
];

/** Lines that are put in, put in the place of another one, or come twice. */
const fieldLines = [
  ...upgradeLines.slice(1),
  "Host: evil.example",
  "Host:",
  "Origin: http://127.0.0.1:9000",
  "Origin: https://app.example.com",
  "Origin: https://evil.example",
  "Origin: null",
  "Connection: close",
  "connection: UPGRADE",
  "UPGRADE: WebSocket",
  "Upgrade: h2c",
  "Sec-WebSocket-Version: 8",
  "Sec-WebSocket-Key: c2hvcnQ=",
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
  "Sec-WebSocket-Protocol: rpcgen.1, chat",
  "Content-Length: 5",
  "Content-Length: 0",
  "Transfer-Encoding: chunked",
  " folded: line",
  "X-Odd : a",
  "X-Odd",
  "X-Odd: a\x00b",
  "X-Odd: a\nHost: evil.example",
  "",
];

/** First bytes of others: TLS in several versions, what looks like it, HTTP/2, and scanners. */
const strangers = [
  ...[
    "1603010200010001fc0303",
    "16030100050100000100",
    "160303",
    "1603",
    "16",
    "160200",
    "1503010002022a",
    "1403030001",
  ],
  ...[
    "802e0100020015000000100100800700c0030080060040",
    "00000000",
    "0d0a0d0a00",
    "ff534d4272000000",
    "3bef0101",
    "2a310d0a",
  ],
].map((hex) => Buffer.from(hex, "hex"));
const http2 = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
const ssh = Buffer.from("SSH-2.0-OpenSSH_9.6\r\n", "latin1");

/** @param sessions what clients of our own send, to be put into WebSockets, and as it is */
export function createOpenings(sessions: readonly (readonly Uint8Array[])[]): Openings {
  const ours = sessions.map((script) => Buffer.concat(script));
  const others = [...strangers, http2, ssh, ...requestLines.map((line) => Buffer.from(`${line}\r\n`, "latin1"))];
  return {
    next(lots) {
      switch (lots.below(8)) {
        case 0:
          return mutate(lots.pick(others), lots.pick(others), lots);
        case 1:
          return lots.below(2) === 0 ? lots.pick(others) : mutate(lots.pick(ours), lots.pick(others), lots);
        case 2:
        case 3:
          return spoiltHead(lots);
        case 4:
          return mutate(spoiltHead(lots), lots.pick(others), lots);
        default:
          return webSocket(lots.pick(ours), lots);
      }
    },
  };
}

/** The head of a request of which lines are missing, wrong, twice or too long. */
function spoiltHead(lots: Lots): Uint8Array {
  const lines = [...upgradeLines];
  if (lots.below(2) === 0) lines[0] = lots.pick(requestLines);
  for (let changes = lots.below(4); changes > 0; changes--) {
    const at = 1 + lots.below(lines.length);
    lines.splice(at, lots.below(2), ...(lots.below(3) === 0 ? [] : [lots.pick(fieldLines)]));
  }
  if (lots.below(32) === 0) lines.push(`X-Long: ${"x".repeat(7_900 + lots.below(400))}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/** A good request, then a session in frames of which some are spoilt. */
function webSocket(session: Uint8Array, lots: Lots): Uint8Array {
  const content = lots.below(2) === 0 ? session : mutate(session, session, lots);
  const parts: Uint8Array[] = [upgradeBytes];
  for (let at = 0; at < content.length && parts.length < 64;) {
    const length = lots.below(2) === 0 ? content.length - at : 1 + lots.below(Math.min(200, content.length - at));
    // Each begins a message and ends it, but for those that are spoilt below.
    parts.push(frame(0x82, content.subarray(at, at + length), lots));
    at += length;
    if (lots.below(8) === 0) parts.push(frame(lots.pick(firstBytes), content.subarray(0, lots.below(130)), lots));
  }
  if (lots.below(4) === 0) parts.push(frame(0x88, lots.pick(closings), lots));
  const whole = Buffer.concat(parts);
  if (lots.below(2) === 0) return whole;
  const frames = whole.subarray(upgradeBytes.length);
  return Buffer.concat([upgradeBytes, mutate(frames, frames, lots)]);
}

const upgradeBytes = Buffer.from(`${upgradeLines.join("\r\n")}\r\n\r\n`, "latin1");
/** Of frames that come in between: fragments, control frames, text, reserved bits and opcodes. */
const firstBytes = [0x02, 0x00, 0x80, 0x89, 0x8a, 0x09, 0x81, 0xc2, 0x83, 0x8b, 0x88];
const closings = [[], [3], [3, 232], [3, 233], [3, 237], [15, 160], [3, 232, 0xc3, 0x28], [0, 0]].map((codes) =>
  Uint8Array.from(codes),
);

/** A masked frame; now and then its length is written longer than needed, or the mask is missing. */
function frame(first: number, payload: Uint8Array, lots: Lots): Uint8Array {
  const { length } = payload;
  const isOdd = lots.below(64) === 0;
  const mask = lots.next();
  const masks = [mask >>> 24, (mask >>> 16) & 0xff, (mask >>> 8) & 0xff, mask & 0xff];
  const lengths =
    length < 126 && !isOdd ? [0x80 | length] : [lots.below(16) === 0 ? 126 : 0xfe, length >>> 8, length & 0xff];
  const bytes = new Uint8Array(1 + lengths.length + 4 + length);
  bytes[0] = first;
  bytes.set(lengths, 1);
  bytes.set(masks, 1 + lengths.length);
  const start = lengths.length + 5;
  for (let at = 0; at < length; at++) bytes[start + at] = (payload[at] as number) ^ (masks[at & 3] as number);
  return bytes;
}
