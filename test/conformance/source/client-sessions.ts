import { utf8, vary, words } from "./bytes.ts";
import { entry, frame, methodNumber, pair } from "./frames.ts";
import type { ClientCall, ClientOutcome, FramePattern, Step, Vector } from "./vector.ts";

const optionText =
  '{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1,"Serializations":["binary"]}\n';
const number = methodNumber("/conformance.v1.Conformance/Echo");
const note = { text: "hi", count: "5" };
const noteHex = words(1, "hi") + vary(2, 5);

const call = (more: Partial<ClientCall> = {}): Step => ({ call: { key: "a", method: "echo", request: note, ...more } });
const outcome = (rest: Partial<ClientOutcome>): Step => ({ outcome: { key: "a", ...rest } });
const sees = (more: Partial<FramePattern> = {}): Step => ({
  expect: { kind: 1, id: "$a", serialization: 1, flags: 0x10, header: { "01": number }, body: noteHex, ...more },
});
const send = (...hex: readonly string[]): Step => ({ send: hex.join("") });
const reply = (body = noteHex, header = "", flags = 0x10): string =>
  frame({ kind: 2, id: "{a}", serialization: 1, flags, header, body });
/** A reply whose body is as long as every receiver has to take it, without the letters that fill it. */
const longest = reply(words(1, "x".repeat(65_532)), pair("k", "v")).slice(0, -2 * 65_532);
const failure = (code: string, more = "", body = ""): string =>
  frame({ kind: 3, id: "{a}", serialization: 1, flags: 0x10, header: entry(5, code) + more, body });

/** The client connects, sends its Option and the call; the server answers with its own. */
const begun = (more: Partial<ClientCall> = {}, pattern: Partial<FramePattern> = {}): readonly Step[] => [
  call(more),
  { option: { CodecType: "application/x-rpcgen" } },
  send(utf8(optionText)),
  sees(pattern),
];

function session(id: string, reqs: string, steps: readonly Step[]): Vector {
  return { id: `client-${id}`, reqs: reqs.split(" "), level: "required", kind: "session", role: "client", steps, expect: { ok: true } };
} // prettier-ignore

const result = outcome({ result: note });

/** Dialogues with a client under test: it makes unary calls. */
export const clientSessions: readonly Vector[] = [
  session("unary", "OPT-1 FRM-1 STR-2", [...begun(), send(reply()), result]),
  session("empty-reply", "FRM-9", [...begun(), send(reply("")), outcome({ result: {} })]),
  session("reply-metadata", "HDR-7", [...begun(), send(reply(noteHex, pair("k", "v") + pair("k", "w"))), outcome({ result: note, metadata: [["k", "v"], ["k", "w"]] })]),
  session("metadata", "HDR-7", [...begun({ metadata: [["user", "ann"]] }, { header: { "01": number, "8a": pair("user", "ann").slice(4) } }), send(reply()), result]),
  session("declared-error", "ERR-1 ERR-2", [...begun(), send(failure("05", entry(6, utf8("declared")) + entry(7, utf8("no such note")) + entry(8, utf8("conformance.v1.Failure")), words(1, "gone"))), outcome({ error: { code: 5, reason: "declared", message: "no such note", type: "conformance.v1.Failure", data: { why: "gone" } } })]),
  session("error", "ERR-2", [...begun(), send(failure("0a", entry(6, utf8("application")) + entry(7, utf8("again")))), outcome({ error: { code: 10, reason: "application", message: "again" } })]),
  session("error-unknown-code", "ERR-2", [...begun(), send(failure("63")), outcome({ error: { code: 2 } })]),
  session("error-unknown-reason", "ERR-2 EVO-2", [...begun(), send(failure("03", entry(6, utf8("bad_moon")))), outcome({ error: { code: 3, reason: "application" } })]),
  session("deadline", "DDL-1 CAN-1", [...begun({ timeoutMs: 50 }, { header: { "01": number, "03": null } }), { expect: { kind: 6, header: {} } }, outcome({ error: { code: 4 } })]),
  session("chunks", "MSG-2", [...begun(), send(reply(noteHex.slice(0, 4), pair("k", "v"), 0x50), frame({ kind: 2, id: "{a}", serialization: 1, flags: 0x10, body: noteHex.slice(4) })), outcome({ result: note, metadata: [["k", "v"]] })]),
  session("longest-frame", "FRM-4 OPT-9", [...begun(), send(longest), { send: utf8("x".repeat(508)), times: 129 }, outcome({ metadata: [["k", "v"]] })]),
  session("reply-in-pieces", "FRM-1", [...begun(), ...splitReply(), result]),
  session("ping", "PNG-1", [...begun(), send(frame({ kind: 8, id: "0102030405060708" })), { expect: { kind: 9, id: "0102030405060708" } }, send(reply()), result]),
  session("unknown-kind-skipped", "FRM-6 EVO-1", [...begun(), send(frame({ kind: 0xc1, body: "00" }), reply()), result]),
  session("unknown-tag-skipped", "HDR-4 EVO-1", [...begun(), send(reply(noteHex, entry(0xf0, "00"))), result]),
  session("unknown-tag-fails-the-reply", "HDR-4", [...begun(), send(reply(noteHex, entry(0x7f, "00"))), outcome({ error: { code: null } }), send(frame({ kind: 8, id: "00000000000000aa" })), { expect: { kind: 9, id: "00000000000000aa", skip: [6] } }]),
  session("settings", "SET-1", [...begun(), send(frame({ kind: 10, serialization: 2, body: utf8('{"Limits":{"MaxMessageBytes":100}}') }), reply()), result]),
  session("credit", "FLW-4", [...begun(), send(frame({ kind: 7, header: entry(4, "00020000") }), reply()), result]),
  session("goaway-below-the-call", "GOA-1", [...begun(), send(frame({ kind: 11, header: entry(0x0a, "00") })), { end: true }, outcome({ error: { code: 14 } })]),
  session("goaway-above-the-call", "GOA-1 GOA-2", [...begun(), send(frame({ kind: 11, id: "{a}", header: entry(0x0a, "00") }), reply()), result]),
  session("lost", "STR-5", [...begun(), { end: true }, outcome({ error: { code: 14 } })]),
  session("refused", "OPT-7", [call(), { option: {} }, send(utf8('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1,"Error":"no","Supported":[]}\n')), { end: true }, outcome({ error: { code: 14 } })]),
  session("breach-magic", "FRM-2 GOA-4", [...begun(), send("0000".repeat(10)), { expect: { kind: 11, header: { "0a": "01" } } }, { close: true }]),
  session("breach-frame-too-long", "FRM-4 GOA-4", [...begun(), send("3bef0102ffffffff00000110", "{a}"), { expect: { kind: 11, header: { "0a": "02" } } }, { close: true }]),
  session("breach-request-from-a-server", "STR-6 FRM-5", [...begun(), send(frame({ kind: 1, id: "{a}", header: entry(1, number) })), { expect: { kind: 11, header: { "0a": "01" } } }, { close: true }]),
]; // prettier-ignore

/** The reply byte by byte, but for the id, whose place is not known yet. */
function splitReply(): Step[] {
  const [before = "", after = ""] = reply().split("{a}");
  const bytes = (hex: string): Step[] => (hex.match(/../g) ?? []).map((each) => ({ send: each }));
  return [...bytes(before), { send: "{a}" }, ...bytes(after)];
}
