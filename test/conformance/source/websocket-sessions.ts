import { big, byte, utf8 } from "./bytes.ts";
import { frame, frameId } from "./frames.ts";
import { begun, call, clientSession, noteOutcome, outcome, reply } from "./client-steps.ts";
import {
  alive,
  clientOption,
  goaway,
  note,
  opened,
  request,
  sees,
  send,
  serverSession,
  settled,
} from "./session-steps.ts";
import { acceptKey, upgradeRequest, type UpgradeParts } from "./websocket-steps.ts";
import type { Step, Vector } from "./vector.ts";

const needs = ["websocket"];

function session(id: string, reqs: string, steps: readonly Step[]): Vector {
  return serverSession(`websocket-${id}`, reqs, steps, { needs });
}

/** Asks for a WebSocket, and gets it. */
const upgraded = (parts: UpgradeParts = {}, protocol: string | null = "rpcgen.1"): readonly Step[] => [
  send(upgradeRequest(parts)),
  {
    http: {
      status: "101",
      fields: {
        "sec-websocket-accept": acceptKey,
        "sec-websocket-protocol": protocol,
        "sec-websocket-extensions": null,
      },
    },
  },
];

/** Asks for a WebSocket as a page does, and is told that it may not. */
const forbidden = (host: string, origin: string): readonly Step[] => [
  send(upgradeRequest({ host, more: [`Origin: ${origin}`] })),
  { http: { status: "403" } },
  { close: true },
];

const mask = "37fa213d";

/** A frame of a client, from its first byte on: masked, final unless that says otherwise. Shorter than 126 bytes. */
function client(first: number, hex = ""): string {
  const key = Buffer.from(mask, "hex");
  const masked = Buffer.from(hex, "hex").map((each, index) => each ^ (key[index % 4] as number));
  return byte(first) + byte(0x80 | masked.length) + mask + Buffer.from(masked).toString("hex");
}

/** The head of a binary frame of a client that is to have so many bytes. */
const long = (bytes: bigint): string => `82ff${big(bytes, 8)}${mask}`;
const raw = (...hex: readonly string[]): Step => ({ raw: hex.join("") });
/** A close frame with this code comes, then the end. */
const closed = (code: number, skip: readonly number[] = []): readonly Step[] => [
  { websocket: { opcode: 8, payload: big(code, 2), skip } },
  { close: true },
];
const breach = (id: string, reqs: string, code: number, ...hex: readonly string[]): Vector =>
  session(`breach-${id}`, reqs, [...upgraded(), raw(...hex), ...closed(code)]);

const opening: readonly Vector[] = [
  session("unary", "WSK-1 WSK-2", [...upgraded(), ...opened(), ...alive(1)]),
  session("without-a-subprotocol", "WSK-1", [...upgraded({ protocol: "" }, null), ...opened(), ...alive(1)]),
  session("among-subprotocols", "WSK-1", [...upgraded({ protocol: "chat, rpcgen.1" }), ...opened(), ...alive(1)]),
  session("no-extension", "WSK-1", [...upgraded({ more: ["Sec-WebSocket-Extensions: permessage-deflate"] }), ...opened(), ...alive(1)]),
  session("at-once", "WSK-2 OPT-9", [...upgraded(), send(clientOption, request("Echo", 1, { body: note("now") })), { option: { Version: 1 } }, sees({ kind: 2, body: note("now") })]),
  session("other-version", "WSK-1", [send(upgradeRequest().replace(utf8("Version: 13"), utf8("Version: 12"))), { http: { status: "4xx" } }, { close: true }]),
  session("option-not-ours", "OPT-6 WSK-2", [...upgraded(), send(utf8("SSH-2.0-probe\r\n")), { close: true }]),
]; // prettier-ignore

const echo = request("Echo", 1, { body: note("pieces") });
const inPieces = (bytes: string, size: number): Step[] =>
  (bytes.match(new RegExp(`.{1,${2 * size}}`, "gu")) ?? []).map((each) => send(each));

const messages: readonly Vector[] = [
  session("byte-by-byte", "WSK-2", [...upgraded(), ...inPieces(clientOption, 1), { option: { Version: 1 } }, ...inPieces(echo, 1), sees({ kind: 2, body: note("pieces") })]),
  session("several-in-one", "WSK-2", [...upgraded(), ...opened(), send(echo, request("Echo", 2, { lane: 1, body: note("b") }), echo.slice(0, 10)), sees({ kind: 2, id: frameId(1, 0) }), sees({ kind: 2, id: frameId(2, 1) })]),
  session("fragments", "WSK-2", [...upgraded(), ...opened(), raw(client(0x02, echo.slice(0, 20)), client(0x89, "01"), client(0x00, echo.slice(20, 30)), client(0x80, echo.slice(30))), { websocket: { opcode: 10, payload: "01" } }, sees({ kind: 2, body: note("pieces") })]),
  session("empty-message", "WSK-2", [...upgraded(), raw(client(0x82)), ...opened(), ...alive(1)]),
  session("ping", "WSK-4", [...upgraded(), raw(client(0x89, utf8("hello"))), { websocket: { opcode: 10, payload: utf8("hello") } }, ...opened(), ...alive(1)]),
  session("pong", "WSK-4", [...upgraded(), raw(client(0x8a, utf8("hello"))), ...opened(), ...alive(1)]),
  session("breach-of-ours", "GOA-4 WSK-2", [...upgraded(), ...opened(), send("0000".repeat(10)), ...goaway(1)]),
]; // prettier-ignore

const breaches: readonly Vector[] = [
  breach("frame-too-long", "WSK-3", 1009, long(0x7fff_ffffn)),
  breach("frame-of-2-to-the-63", "WSK-3", 1009, long(0x7fff_ffff_ffff_ffffn)),
  breach("text", "WSK-3", 1003, client(0x81, utf8("hello"))),
  breach("not-masked", "WSK-3", 1002, "820101"),
  breach("reserved-bit", "WSK-3", 1002, client(0xc2, "01")),
  breach("opcode", "WSK-3", 1002, client(0x83, "01")),
  breach("opcode-of-control", "WSK-3", 1002, client(0x8b, "01")),
  breach("continuation-of-nothing", "WSK-3", 1002, client(0x80, "01")),
  breach("message-in-a-message", "WSK-3", 1002, client(0x02, utf8("{")), client(0x82, "01")),
  breach("ping-in-fragments", "WSK-3", 1002, client(0x09, "01")),
  breach("ping-too-long", "WSK-3", 1002, `89fe007e${mask}`),
  breach("length-in-more-bytes", "WSK-3", 1002, `82fe007d${mask}`),
  breach("half-a-close-code", "WSK-3", 1002, client(0x88, "03")),
  breach("close-code-not-to-be-sent", "WSK-3", 1002, client(0x88, big(1005, 2))),
  breach("close-reason-not-utf8", "WSK-3", 1007, client(0x88, `${big(1000, 2)}ff`)),
  session("breach-empty-messages", "WSK-4", [...upgraded(), { raw: client(0x82), times: 1_001 }, ...closed(1008)]),
  session("breach-pings", "WSK-4", [...upgraded(), { raw: client(0x89), times: 1_001 }, ...closed(1008, [10])]),
  session("frames-without-data-in-between", "WSK-4", [...upgraded(), ...opened(), { raw: client(0x8a), times: 1_000 }, ...settled, { raw: client(0x8a), times: 1_000 }, ...alive(1)]),
]; // prettier-ignore

const origins: readonly Vector[] = [
  session("origin-here", "WSK-5", [...upgraded({ host: "localhost:8000", more: ["Origin: http://localhost:8000"] }), ...opened(), ...alive(1)]),
  session("origin-elsewhere", "WSK-5", forbidden("localhost:8000", "http://pages.example")),
  session("origin-of-another-port", "WSK-5", forbidden("localhost:8000", "http://localhost:8001")),
  session("origin-null", "WSK-5", forbidden("localhost:8000", "null")),
  session("origin-of-a-name-that-leads-here", "WSK-5", forbidden("rebound.example:8000", "http://rebound.example:8000")),
]; // prettier-ignore

const ends: readonly Vector[] = [
  session("close", "WSK-6", [...upgraded(), ...opened(), ...alive(1), raw(client(0x88, big(1000, 2))), ...closed(1000)]),
  session("close-going-away", "WSK-6", [...upgraded(), ...opened(), ...alive(1), raw(client(0x88, big(1001, 2))), { websocket: { opcode: 8 } }, { close: true }]),
  session("close-without-a-code", "WSK-6", [...upgraded(), ...opened(), raw(client(0x88)), { websocket: { opcode: 8 } }, { close: true }]),
]; // prettier-ignore

/** A client session over a WebSocket. */
const page = (id: string, reqs: string, steps: readonly Step[]): Vector =>
  clientSession(`websocket-${id}`, reqs, steps, { needs, connect: { transport: "websocket" } });
const asked = begun({}, {}, { before: [{ upgrade: { path: "/" } }] });
const lost = outcome({ error: { code: 14 } });

const clients: readonly Vector[] = [
  page("unary", "WSK-1 WSK-2", [...asked, send(reply()), noteOutcome]),
  page("reply-in-messages", "WSK-2", [...asked, send(reply().slice(0, 12)), send(reply().slice(12)), noteOutcome]),
  page("several-in-one", "WSK-2", [...asked, send(frame({ kind: 8, id: "0102030405060708" }), reply()), sees({ kind: 9, id: "0102030405060708" }), noteOutcome]),
  page("ping", "WSK-4", [...asked, raw("890568656c6c6f"), { websocket: { opcode: 10, payload: utf8("hello") } }, send(reply()), noteOutcome]),
  page("close", "WSK-6", [...asked, raw("880203e8"), { websocket: { opcode: 8 } }, { end: true }, lost]),
  page("close-with-an-error", "WSK-6", [...asked, raw("880203f3"), { websocket: { opcode: 8 } }, { end: true }, lost]),
  page("refused", "WSK-1", [call(), { upgrade: { path: "/", status: "403" } }, lost]),
]; // prettier-ignore

/** WebSockets, from both sides. */
export const websocketSessions: readonly Vector[] = [
  ...opening,
  ...messages,
  ...breaches,
  ...origins,
  ...ends,
  ...clients,
];
