import { createHash } from "node:crypto";
import { Finding } from "./target.ts";

/**
 * What a port may say to who begins with `bytes`, read off the table of PROTOCOL.md [OPN-1, OPN-2] a second time, in another way than the
 * runtime does.
 */
export type Opening = "ours" | "http" | "http2" | "stranger" | "unfinished";

const rows: readonly (readonly [start: RegExp, who: Opening])[] = [
  [/^\{/, "ours"],
  [/^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \//, "http"],
  [/^OPTIONS \*/, "http"],
  [/^PRI \* HTTP\/2\.0/, "http2"],
  [/^\x16\x03/, "stranger"],
];
const starts = [
  "GET /",
  "HEAD /",
  "POST /",
  "PUT /",
  "PATCH /",
  "DELETE /",
  "OPTIONS /",
  "OPTIONS *",
  "PRI * HTTP/2.0",
  "\x16\x03",
];
const maxHeadBytes = 8_192;

/** Finds the row. */
export function openingOf(bytes: Uint8Array): Opening {
  const start = latin1(bytes.subarray(0, 20));
  const row = rows.find(([pattern]) => pattern.test(start));
  if (row !== undefined) return row[1];
  return starts.some((each) => each.startsWith(start)) ? "unfinished" : "stranger";
}

/** What a port did. */
export interface Reaction {
  readonly written: Uint8Array;
  readonly isClosed: boolean;
}

/** @throws Finding when a port reacts to `bytes` in a way that the protocol does not know */
export function checkReaction(
  bytes: Uint8Array,
  { written, isClosed }: Reaction,
  origins: readonly string[] | undefined,
): void {
  const opening = openingOf(bytes);
  const text = latin1(written);
  switch (opening) {
    case "unfinished":
      return expect(text === "" && !isClosed, "who has not said enough yet is answered or cut off");
    case "stranger":
      return expect(text === "" && isClosed, "a stranger is answered, or kept");
    case "ours":
      return expect(text === "" || text.startsWith('{"MagicNumber":3927900'), "an Option is not answered by an Option");
    case "http2":
      return expect(
        isClosed && text.startsWith("\0\0\0\x04\0\0\0\0\0") && text.includes("gRPC"),
        "gRPC is not told what it needs",
      );
    case "http":
      return checkHttp(bytes, { text, isClosed }, origins);
  }
}

interface TextReaction {
  readonly text: string;
  readonly isClosed: boolean;
}

function checkHttp(bytes: Uint8Array, { text, isClosed }: TextReaction, origins: readonly string[] | undefined): void {
  const sent = latin1(bytes.subarray(0, maxHeadBytes));
  const end = sent.indexOf("\r\n\r\n");
  if (end < 0 && bytes.length < maxHeadBytes)
    return expect(text === "" && !isClosed, "a head that is not complete is answered or cut off");
  const [, status = ""] = /^HTTP\/1\.1 (\d{3}) [A-Z][A-Za-z ]+\r\n/.exec(text) ?? [];
  if (end < 0) expect(status === "431", `a head that is too long is answered with ${status}`);
  if (status === "101") return checkUpgrade(sent.slice(0, end), text, origins);
  expect(statuses.has(status), `a request is answered with ${JSON.stringify(status)}`);
  expect(isClosed, `the connection lives on after ${status}`);
  const [head = "", body, ...more] = text.split("\r\n\r\n");
  const [, length = ""] = /\r\nContent-Length: (\d+)(?:\r\n|$)/.exec(head) ?? [];
  const isWhole = body === "" ? sent.startsWith("HEAD ") : body?.length === Number(length);
  expect(isWhole && more.length === 0, `the body of the answer ${status} has not the length that is said`);
}

/** 200 and 503 are for the probe of ports.ts. */
const statuses: ReadonlySet<string> = new Set(["200", "400", "403", "404", "405", "426", "431", "503"]);

/** Who is let in has asked for it by the letter of RFC 6455, once, and comes from a page that may. */
function checkUpgrade(head: string, text: string, origins: readonly string[] | undefined): void {
  expect(/^GET \/(?:\?[!-~]*)? HTTP\/1\.1\r\n/.test(head), "a WebSocket is opened by another request line");
  expect(
    !/[\0-\x08\x0b\x0c\x0e-\x1f]|[^\r]\n|\r[^\n]/.test(head),
    "a WebSocket is opened by a head with control characters",
  );
  for (const name of ["Host", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])
    expect(valuesOf(head, name).length === 1, `a WebSocket is opened with ${valuesOf(head, name).length} of ${name}`);
  const [key = ""] = valuesOf(head, "Sec-WebSocket-Key");
  expect(text.includes(`\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n`), "the key is not answered as RFC 6455 says");
  expect(valuesOf(head, "Sec-WebSocket-Version")[0] === "13", "a WebSocket of another version is opened");
  expect(/\bupgrade\b/i.test(valuesOf(head, "Connection").join()), "a WebSocket is opened without Connection: Upgrade");
  const [origin, ...more] = valuesOf(head, "Origin");
  expect(more.length === 0, "a WebSocket is opened with two origins");
  if (origin === undefined) return;
  const [host = ""] = valuesOf(head, "Host");
  const isSame = origin.toLowerCase().endsWith(`//${host.toLowerCase()}`) && /^(?:127\.|localhost)/i.test(host);
  expect(origins === undefined ? isSame : origins.includes(origin), `a page of ${origin} is let in at ${host}`);
}

function valuesOf(head: string, name: string): string[] {
  const lines = head.split("\r\n").filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return lines.map((line) => line.slice(name.length + 1).trim());
}

function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/**
 * After the upgrade a server sends whole binary messages, pongs and at last one close frame, none of them masked.
 * @returns what the messages carry
 */
export function readServerFrames(written: Uint8Array): string {
  const payloads: string[] = [];
  let at = latin1(written.subarray(0, 1_024)).indexOf("\r\n\r\n") + 4;
  let isOver = false;
  while (at < written.length) {
    expect(!isOver, "something follows the close frame");
    const first = written[at] as number;
    const short = written[at + 1] as number;
    expect(first === 0x82 || first === 0x8a || first === 0x88, `a server's frame begins with ${first.toString(16)}`);
    expect(short <= 126, "a server's frame is masked, or longer than what it answers");
    const length = short < 126 ? short : ((written[at + 2] as number) << 8) | (written[at + 3] as number);
    at += (short < 126 ? 2 : 4) + length;
    if (first === 0x82) payloads.push(latin1(written.subarray(at - length, at)));
    isOver = first === 0x88;
  }
  expect(at === written.length, "a server's frame is cut");
  return payloads.join("");
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function expect(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Finding(otherwise);
}
