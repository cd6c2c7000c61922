import { utf8 } from "./bytes.ts";
import { send, serverSession } from "./session-steps.ts";
import { upgradeRequest } from "./websocket-steps.ts";
import type { Step, Vector } from "./vector.ts";

const http = (...lines: readonly string[]): Step => send(utf8([...lines, "", ""].join("\r\n")));
const answered = (status: string): readonly Step[] => [{ http: { status } }, { close: true }];
const unsaid: Step = { close: true };
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/** SETTINGS of a client, empty. */
const settings = "000000040000000000";
/** SETTINGS, then GOAWAY of no stream with HTTP_1_1_REQUIRED. */
const refusal: readonly Step[] = [
  { http2: { type: 4, flags: 0, payload: "" } },
  { http2: { type: 7, flags: 0, payload: "000000000000000d" } },
  { close: true },
];

/** A request for a WebSocket of so many bytes. */
const headOf = (bytes: number): string => {
  const pad = "x".repeat(bytes - upgradeRequest({ more: ["Pad: "] }).length / 2);
  return upgradeRequest({ more: [`Pad: ${pad}`] });
};

const requests: readonly Vector[] = [
  serverSession("http-get", "OPN-1", [http("GET / HTTP/1.1", "Host: localhost"), ...answered("4xx")]),
  serverSession("http-get-elsewhere", "OPN-1", [http("GET /elsewhere HTTP/1.1", "Host: localhost"), ...answered("4xx")]),
  serverSession("http-post", "OPN-1", [http("POST / HTTP/1.1", "Host: localhost", "Content-Length: 0"), ...answered("4xx")]),
  serverSession("http-options", "OPN-1", [http("OPTIONS * HTTP/1.1", "Host: localhost"), ...answered("4xx")]),
  serverSession("http-malformed", "OPN-1", [http("GET / HTTP/1.1", "no colon"), ...answered("4xx")]),
  serverSession("http-in-pieces", "OPN-1 OPN-2", [...[..."GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"].map((letter) => send(utf8(letter))), ...answered("4xx")]),
  serverSession("http-head-of-8-kib", "OPN-2", [send(headOf(8_192)), { http: { status: "101" } }], { needs: ["websocket"] }),
  serverSession("http-head-too-long", "OPN-2", [send(headOf(8_193)), ...answered("431")]),
  serverSession("http2", "OPN-1", [send(utf8(preface), settings), ...refusal]),
  serverSession("http2-in-pieces", "OPN-1 OPN-2", [send(utf8(preface.slice(0, 9))), send(utf8(preface.slice(9))), ...refusal]),
]; // prettier-ignore

/** Beginnings that nobody finishes: the last byte fits no row of the table. */
const strangers: readonly (readonly [name: string, hex: string])[] = [
  ["tls", "1603010200"],
  ["tls-of-another-kind", "1604"],
  ["scanner", utf8("\r\n")],
  ["nothing-but-zeros", "00000000"],
  ["no-method", utf8("GEX")],
  ["method-without-a-path", utf8("GET x")],
  ["method-in-lower-case", utf8("get /")],
  ["http2-nearly", utf8("PRI * HTTP/3")],
  ["option-nearly", utf8('{"X')],
];

/** What else may be on the port. */
export const portSessions: readonly Vector[] = [
  ...requests,
  ...strangers.map(([name, hex]) => serverSession(`stranger-${name}`, "OPN-1 OPN-2", [send(hex), unsaid])),
  serverSession("upgrade-elsewhere", "WSK-1 OPN-1", [send(upgradeRequest({ path: "/elsewhere" })), ...answered("4xx")], { needs: ["websocket"] }),
]; // prettier-ignore
