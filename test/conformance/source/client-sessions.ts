import { utf8, words } from "./bytes.ts";
import {
  begun,
  call,
  clientSession as session,
  failure,
  noteHex,
  noteOutcome as result,
  number,
  outcome,
  reply,
} from "./client-steps.ts";
import { gzipBeyondTheLimit, gzipNote } from "./compressed.ts";
import { entry, frame, pair } from "./frames.ts";
import { send } from "./session-steps.ts";
import type { Step, Vector } from "./vector.ts";

const note = { text: "hi", count: "5" };
/** A reply whose body is as long as every receiver has to take it, without the letters that fill it. */
const longest = reply(words(1, "x".repeat(65_532)), pair("k", "v")).slice(0, -2 * 65_532);
/** A client that reads gzip. */
const gzip = { needs: ["gzip"] };
const compressing = begun({}, {}, { option: { Compressors: ["gzip"] } });
/** The connection lives on. */
const pinged: readonly Step[] = [
  send(frame({ kind: 8, id: "00000000000000aa" })),
  { expect: { kind: 9, id: "00000000000000aa", skip: [6] } },
];

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
  session("unknown-tag-fails-the-reply", "HDR-4", [...begun(), send(reply(noteHex, entry(0x7f, "00"))), outcome({ error: { code: null } }), ...pinged]),
  session("settings", "SET-1", [...begun(), send(frame({ kind: 10, serialization: 2, body: utf8('{"Limits":{"MaxMessageBytes":100}}') }), reply()), result]),
  session("credit", "FLW-4", [...begun(), send(frame({ kind: 7, header: entry(4, "00020000") }), reply()), result]),
  session("goaway-below-the-call", "GOA-1", [...begun(), send(frame({ kind: 11, header: entry(0x0a, "00") })), { end: true }, outcome({ error: { code: 14 } })]),
  session("goaway-above-the-call", "GOA-1 GOA-2", [...begun(), send(frame({ kind: 11, id: "{a}", header: entry(0x0a, "00") }), reply()), result]),
  session("lost", "STR-5", [...begun(), { end: true }, outcome({ error: { code: 14 } })]),
  session("refused", "OPT-7", [call(), { option: {} }, send(utf8('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1,"Error":"no","Supported":[]}\n')), { end: true }, outcome({ error: { code: 14 } })]),
  session("breach-magic", "FRM-2 GOA-4", [...begun(), send("0000".repeat(10)), { expect: { kind: 11, header: { "0a": "01" } } }, { close: true }]),
  session("breach-frame-too-long", "FRM-4 GOA-4", [...begun(), send("3bef0102ffffffff00000110", "{a}"), { expect: { kind: 11, header: { "0a": "02" } } }, { close: true }]),
  session("breach-request-from-a-server", "STR-6 FRM-5", [...begun(), send(frame({ kind: 1, id: "{a}", header: entry(1, number) })), { expect: { kind: 11, header: { "0a": "01" } } }, { close: true }]),
  session("token", "AUT-1", [...begun({}, {}, { option: { Token: "ann" } }), send(reply()), result], { needs: ["token"], connect: { token: "ann" } }),
  session("no-token", "AUT-1", [...begun({}, {}, { option: { Token: null } }), send(reply()), result]),
  session("unauthenticated", "AUT-2 GOA-1", [...begun(), send(failure("10", entry(6, utf8("unauthenticated"))), frame({ kind: 11, id: "{a}", header: entry(0x0a, "00") })), outcome({ error: { code: 16, reason: "unauthenticated" } })], { needs: ["token"], connect: { token: "bob" } }),
  session("compressed-reply", "CMP-1 CMP-2", [...compressing, send(reply(gzipNote, "", 0x11)), outcome({ result: { text: "hi" } })], gzip),
  session("compressed-reply-in-chunks", "CMP-3 MSG-2", [...compressing, send(reply(gzipNote.slice(0, 12), "", 0x51), reply(gzipNote.slice(12), "", 0x11)), outcome({ result: { text: "hi" } })], gzip),
  session("compressed-bomb", "CMP-5", [...compressing, send(reply(gzipBeyondTheLimit, "", 0x11)), outcome({ error: { code: 8 } }), ...pinged], gzip),
  session("compressed-garbage", "CMP-5", [...compressing, send(reply(noteHex, "", 0x11)), outcome({ error: { code: 3 } }), ...pinged], gzip),
  session("compressor-not-named", "CMP-2", [...begun(), send(reply(noteHex, "", 0x1f)), outcome({ error: { code: 12 } }), ...pinged]),
]; // prettier-ignore

/** The reply byte by byte, but for the id, whose place is not known yet. */
function splitReply(): Step[] {
  const [before = "", after = ""] = reply().split("{a}");
  const bytes = (hex: string): Step[] => (hex.match(/../g) ?? []).map((each) => ({ send: each }));
  return [...bytes(before), { send: "{a}" }, ...bytes(after)];
}
