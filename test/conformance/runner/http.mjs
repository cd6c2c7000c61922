import { createHash } from "node:crypto";

const emptyLine = Buffer.from("\r\n\r\n");
const salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Reads the head of a request or of an answer. @returns its first line, its fields by names in lower case, and where it ends; undefined when it has not arrived */
function readHead(bytes) {
  const end = bytes.indexOf(emptyLine);
  if (end < 0) return undefined;
  const [line, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const pairs = lines.map((each) => /^([^:]+):\s*(.*?)\s*$/u.exec(each) ?? ["", each, ""]);
  return {
    line,
    fields: Object.fromEntries(pairs.map(([, name, value]) => [name.toLowerCase(), value])),
    end: end + emptyLine.length,
  };
}

/** Reads a request without a body. @returns it and its size, or undefined when it has not arrived */
export function readRequest(bytes) {
  const head = readHead(bytes);
  return head && { value: { line: head.line, fields: head.fields }, size: head.end };
}

/** Reads an answer. @returns it and its size, or undefined when it has not arrived */
export function readAnswer(bytes, isClosed) {
  const head = readHead(bytes);
  if (head === undefined) return undefined;
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/u.exec(head.line)?.[1] ?? head.line;
  const length = status === "101" ? 0 : Number(head.fields["content-length"] ?? bytes.length - head.end);
  const isLengthKnown = status === "101" || head.fields["content-length"] !== undefined || isClosed;
  const size = head.end + length;
  if (!isLengthKnown || bytes.length < size) return undefined;
  return { value: { status, fields: head.fields, text: bytes.toString("utf8", head.end, size) }, size };
}

/** @returns what is wrong with an answer; undefined when it is as expected [OPN-1] */
export function faultOfAnswer({ status, fields: wanted = {} }, answer) {
  const isRight = status === "4xx" ? /^4\d\d$/u.test(answer.status) : status === answer.status;
  if (!isRight) return `the status is ${answer.status}`;
  for (const [name, value] of Object.entries(wanted)) {
    if ((answer.fields[name] ?? null) !== value) return `${name} is ${answer.fields[name] ?? "not there"}`;
  }
  if (status === "101") return undefined;
  const isText = (answer.fields["content-type"] ?? "").startsWith("text/plain");
  return isText && /^[^\n]+\n?$/u.test(answer.text) ? undefined : "it is not one line of plain text";
}

/** What opens the WebSocket that `fields` ask for. */
export function acceptUpgrade(fields) {
  const key = fields["sec-websocket-key"] ?? "";
  const offered = (fields["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${createHash("sha1").update(`${key}${salt}`).digest("base64")}`,
    ...(offered.includes("rpcgen.1") ? ["Sec-WebSocket-Protocol: rpcgen.1"] : []),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Reads a frame of HTTP/2. @returns it and its size, or undefined when it has not arrived */
export function readHttp2(bytes) {
  if (bytes.length < 9) return undefined;
  const size = 9 + bytes.readUIntBE(0, 3);
  if (bytes.length < size) return undefined;
  return { value: { type: bytes[3], flags: bytes[4], payload: bytes.toString("hex", 9, size) }, size };
}
