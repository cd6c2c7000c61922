import { block, utf8, words } from "./bytes.ts";
import { gzipBeyondTheLimit, gzipNote } from "./compressed.ts";
import { entry, frame, frameId, frames, methodNumber, pair } from "./frames.ts";
import {
  alive,
  clientOption,
  fails,
  goaway,
  note,
  opened,
  optionOf,
  path,
  request,
  sees,
  send,
  serverSession,
  settled,
} from "./session-steps.ts";
import type { Step, Vector } from "./vector.ts";

function session(id: string, reqs: string, steps: readonly Step[], isOpen = true): Vector {
  return serverSession(id, reqs, isOpen ? [...opened(), ...steps] : steps);
}

const unary: readonly Vector[] = [
  session("unary", "FRM-1 FRM-5 STR-3", [send(request("Echo", 1, { body: note("hi", 5) })), sees({ kind: 2, id: frameId(1, 0), serialization: 1, flags: 0x10, body: note("hi", 5) })]),
  session("unary-json", "FRM-7", [send(request("Echo", 1, { serialization: 2, body: utf8('{"text":"hi"}') })), sees({ kind: 2, serialization: 2, body: utf8('{"text":"hi"}') })]),
  session("empty-messages", "FRM-9", [send(request("Ping", 1)), sees({ kind: 2, id: frameId(1, 0), body: "" })]),
  session("call-before-the-answer", "OPT-9 OPT-6", [send(clientOption, request("Echo", 1, { body: note("now") })), { option: { Version: 1 } }, sees({ kind: 2, body: note("now") })], false),
  session("two-at-once", "STR-1 STR-2", [send(request("Hang", 1), request("Echo", 2, { lane: 1, body: note("second") })), sees({ kind: 2, id: frameId(2, 1), body: note("second") })]),
  session("lane-again", "STR-3", [...alive(1), ...alive(2), ...alive(3)]),
  session("path-beside-the-number", "HDR-10", [send(request("Echo", 1, { more: entry(2, utf8(path("Echo"))), body: note("p") })), sees({ kind: 2, body: note("p") })]),
  session("number-with-more-bytes", "HDR-6", [send(frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10, header: entry(1, `00000000${methodNumber(path("Echo"))}`), body: note("n") })), sees({ kind: 2, body: note("n") })]),
  session("entries-in-any-order", "HDR-3", [send(frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10, header: pair("a", "1") + entry(0x82, "03") + entry(1, methodNumber(path("Echo"))), body: note("o") })), sees({ kind: 2, body: note("o") })]),
  session("unknown-tag-skipped", "HDR-4 EVO-1", [send(request("Echo", 1, { more: entry(0xff, "010203"), body: note("t") })), sees({ kind: 2, body: note("t") })]),
  session("unknown-kind-skipped", "FRM-6 EVO-1", [send(frame({ kind: 0xc0, sequence: 9, header: "ffff", body: "00" }), request("Echo", 1, { body: note("k") })), sees({ kind: 2, body: note("k") })]),
]; // prettier-ignore

const notFound = { "05": "05", "06": utf8("declared"), "08": utf8("conformance.v1.Failure") };

const failing: readonly Vector[] = [
  session("declared-error", "ERR-1 ERR-2", [send(request("Fail", 1, { body: note("gone", 3) })), sees({ kind: 3, id: frameId(1, 0), serialization: 1, header: notFound, body: note("gone", 3) }), ...alive(2)]),
  session("declared-error-json", "ERR-1 FRM-7", [send(request("Fail", 1, { serialization: 2, body: utf8('{"text":"gone"}') })), sees({ kind: 3, serialization: 2, header: notFound, body: utf8('{"why":"gone"}') })]),
  session("error-with-code", "ERR-2", [send(request("Code", 1, { body: note("why", 10) })), fails(1, 10, { "06": utf8("application"), "07": utf8("why") }), ...alive(2)]),
  session("unknown-method", "HDR-10", [send(frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10, header: entry(1, "00000002") })), fails(1, 12), ...alive(2)]),
  session("unknown-tag-fails-the-call", "HDR-4", [send(request("Echo", 1, { more: entry(0x7f, ""), body: note("x") })), fails(1, 12), ...alive(2)]),
  session("compressor-not-known", "FRM-8 CMP-2", [send(request("Echo", 1, { flags: 0x1f, body: note("x") })), fails(1, 12), ...alive(2)]),
  session("serialization-not-known", "FRM-7", [send(request("Echo", 1, { serialization: 9, body: note("x") })), fails(1, 12), ...alive(2)]),
  session("body-malformed", "BIN-2", [send(request("Echo", 1, { body: "0a05" })), fails(1, 3), ...alive(2)]),
  session("body-not-utf8", "BIN-5", [send(request("Echo", 1, { body: block(1, "ff") })), fails(1, 3), ...alive(2)]),
  session("body-json-malformed", "FRM-7", [send(request("Echo", 1, { serialization: 2, body: utf8("{") })), fails(1, 3), ...alive(2)]),
  session("metadata-key", "HDR-8", [send(request("Echo", 1, { more: entry(0x8a, "034b6579"), body: note("x") })), fails(1, 3), ...alive(2)]),
  session("metadata-too-much", "HDR-9", [send(request("Echo", 1, { more: pair("k", "v").repeat(65), body: note("x") })), fails(1, 8), ...alive(2)]),
  session("lane-beyond-the-limit", "STR-7 ERR-4", [send(request("Echo", 1, { lane: 1_000, body: note("x") })), sees({ kind: 3, id: frameId(1, 1_000), header: { "05": "08", "06": utf8("too_many_calls") } }), ...alive(2)]),
  session("deadline-none-left", "DDL-1", [send(request("Echo", 1, { more: entry(3, "00"), body: note("x") })), fails(1, 4), ...alive(2)]),
  session("deadline-passes", "DDL-1", [send(request("Hang", 1, { more: entry(3, "00004e20") })), fails(1, 4), ...alive(2)]),
  session("deadline-far", "DDL-1", [send(request("Echo", 1, { more: entry(3, "001fffffffffffff"), body: note("x") })), sees({ kind: 2, body: note("x") })]),
]; // prettier-ignore

const metadata: readonly Vector[] = [
  session("metadata", "HDR-7 HDR-3", [send(request("Metadata", 1, { more: pair("b", "2") + pair("a", "1") + pair("b", "ü") })), sees({ kind: 2, header: { "8a": pair("b", "2").slice(4) }, body: [["b", "2"], ["a", "1"], ["b", "ü"]].map(([key = "", value = ""]) => block(1, words(1, key) + words(2, value))).join("") })]),
  session("metadata-empty-value", "HDR-7", [send(request("Metadata", 1, { more: pair("k", "") })), sees({ kind: 2, body: block(1, words(1, "k")) })]),
  session("trace-and-baggage", "HDR-5", [send(request("Echo", 1, { more: entry(0x83, `${"ab".repeat(24)}01`) + entry(0x85, utf8("a=1")) + entry(0x81, "01") + entry(0x86, utf8("shop")), body: note("x") })), sees({ kind: 2, body: note("x") })]),
]; // prettier-ignore

const item = (sequence: number, body: string, flags = 0): string =>
  frame({ kind: 4, sequence, flags, body, serialization: 1 });
const end = (sequence: number): string => frame({ kind: 5, sequence, flags: 0x10 });
const stream = (method: string, sequence: number): string => request(method, sequence, { flags: 0 });

const streams: readonly Vector[] = [
  session("list", "STR-5 MSG-1", [send(request("List", 1, { body: note("n", 3) })), ...[0, 1, 2].map((index) => sees({ kind: 4, id: frameId(1, 0), body: note("n", index) })), sees({ kind: 5, id: frameId(1, 0) }), ...alive(2)]),
  session("list-of-none", "STR-5", [send(request("List", 1, { body: note("n") })), sees({ kind: 5, id: frameId(1, 0) })]),
  session("sum", "STR-5", [send(stream("Sum", 1), item(1, note("a", 1)), item(1, note("b", 2)), end(1)), sees({ kind: 2, id: frameId(1, 0), body: note("ab", 2) })]),
  session("sum-of-none", "STR-5", [send(stream("Sum", 1), end(1)), sees({ kind: 2, body: "" })]),
  session("chat", "STR-5", [send(stream("Chat", 1), item(1, note("a"))), sees({ kind: 4, body: note("a") }), send(item(1, note("b"))), sees({ kind: 4, body: note("b") }), send(end(1)), sees({ kind: 5 })]),
  session("empty-item", "FRM-9", [send(stream("Chat", 1), item(1, "")), sees({ kind: 4, body: "" }), send(end(1)), sees({ kind: 5 })]),
  session("oneway", "STR-4", [send(request("Track", 1, { lane: 0xffff, flags: 0x30, body: note("x") }), request("Track", 2, { lane: 0xffff, flags: 0x30, body: note("y") }), request("Ping", 3)), sees({ kind: 2, id: frameId(3, 0) })]),
  session("cancel", "CAN-1 STR-6", [send(request("Hang", 1)), send(frame({ kind: 6, sequence: 1, header: entry(5, "01") })), ...settled, ...alive(2)]),
  session("cancel-of-a-stream", "CAN-1", [send(stream("Chat", 1), item(1, note("a"))), sees({ kind: 4, body: note("a") }), send(frame({ kind: 6, sequence: 1 })), ...settled, ...alive(2)]),
  session("late-frames", "STR-6 FLW-5", [...alive(1), send(frame({ kind: 6, sequence: 1 }), item(1, note("late")), end(1), frame({ kind: 7, sequence: 1, header: entry(4, "00001000") })), ...alive(2)]),
  session("item-malformed", "BIN-2", [send(stream("Sum", 1), item(1, "0a05"), end(1)), fails(1, 3), ...alive(2)]),
]; // prettier-ignore

const chunk = (sequence: number, body: string, isLast: boolean): string =>
  frame({ kind: 4, sequence, flags: isLast ? 0 : 0x40, body, serialization: 1 });
const long = note("x".repeat(100_000));
const half = long.length / 4;

/** A request whose body is as long as every receiver has to take it, without the letters that fill it. */
const longest = request("Echo", 1, { body: words(1, "x".repeat(65_532)) }).slice(0, -2 * 65_532);

const chunks: readonly Vector[] = [
  session("longest-frame", "FRM-4 OPT-9 MSG-1", [send(longest), { send: utf8("x".repeat(508)), times: 129 }, sees({ kind: 2, id: frameId(1, 0), flags: 0x10 }), ...alive(2)]),
  session("chunks", "MSG-2", [send(request("Echo", 1, { flags: 0x50, body: note("hello").slice(0, 6) }), frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10, body: note("hello").slice(6) })), sees({ kind: 2, body: note("hello") })]),
  session("chunks-empty-last", "MSG-2", [send(request("Echo", 1, { flags: 0x50, body: note("hello") }), frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10 })), sees({ kind: 2, body: note("hello") })]),
  session("chunks-others-between", "MSG-3", [send(request("Echo", 1, { flags: 0x50, body: note("hello").slice(0, 6) }), request("Echo", 2, { lane: 1, body: note("between") })), sees({ kind: 2, id: frameId(2, 1), body: note("between") }), send(frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10, body: note("hello").slice(6) })), sees({ kind: 2, id: frameId(1, 0), body: note("hello") })]),
  session("chunks-of-items", "MSG-2 STR-5", [send(stream("Sum", 1), chunk(1, note("ab", 1).slice(0, 4), false), chunk(1, note("ab", 1).slice(4), true), item(1, note("c")), end(1)), sees({ kind: 2, body: note("abc", 2) })]),
  session("chunks-cancelled", "MSG-3 CAN-1", [send(request("Echo", 1, { flags: 0x50, body: "0a05" }), frame({ kind: 6, sequence: 1 })), ...settled, ...alive(2)]),
  session("chunks-of-a-long-message", "MSG-1 MSG-2", [send(request("Sum", 1, { flags: 0 }), chunk(1, long.slice(0, half * 2), false), chunk(1, long.slice(half * 2), true), end(1)), sees({ kind: 2, flags: 0x50 }), sees({ kind: 2, flags: 0x10 })]),
  session("chunks-interrupted", "MSG-3", [send(stream("Sum", 1), chunk(1, "0a", false), end(1)), ...goaway(1)]),
  session("chunks-of-nine-messages", "MSG-4", [send(...Array.from({ length: 9 }, (_, index) => request("Echo", index + 1, { lane: index, flags: 0x50, body: "0a" }))), ...goaway(1)]),
]; // prettier-ignore

const breaches: readonly Vector[] = [
  ...frames
    .filter(({ expect }) => "close" in expect)
    .map((vector) => session(`breach-${vector.id}`, vector.reqs.concat("GOA-4").join(" "), [send(vector.hex ?? ""), ...goaway("close" in vector.expect ? Number(vector.expect.code) : 1)])),
  session("breach-lane-taken", "STR-2", [send(request("Hang", 1), request("Echo", 2)), ...goaway(1)]),
  session("breach-id-not-higher", "STR-2", [...alive(5), send(request("Echo", 4, { body: note("x") })), ...goaway(1)]),
  session("breach-response-from-a-client", "STR-6 FRM-5", [send(frame({ kind: 2, sequence: 1 })), ...goaway(1)]),
  session("breach-error-from-a-client", "STR-6 FRM-5", [send(frame({ kind: 3, sequence: 1, header: entry(5, "01") })), ...goaway(1)]),
  session("breach-item-without-a-call", "STR-6", [send(item(1, note("x"))), ...goaway(1)]),
  session("breach-cancel-without-a-call", "STR-6", [send(frame({ kind: 6, sequence: 1 })), ...goaway(1)]),
  session("breach-item-after-end", "STR-6", [send(stream("Ignore", 1), end(1), item(1, note("x"))), ...goaway(1)]),
  session("breach-second-end", "STR-6", [send(stream("Ignore", 1), end(1), end(1)), ...goaway(1)]),
  session("breach-oneway-elsewhere", "STR-4", [send(request("Track", 1, { flags: 0x30, body: note("x") })), ...goaway(1)]),
  session("breach-call-on-the-oneway-lane", "STR-4", [send(request("Echo", 1, { lane: 0xffff, body: note("x") })), ...goaway(1)]),
  session("breach-tag-in-another-frame", "HDR-4", [send(request("Hang", 1), frame({ kind: 6, sequence: 1, header: entry(0x7f, "") })), ...goaway(1)]),
  session("breach-credit-of-a-stream", "FLW-2 FLW-6", [send(stream("Ignore", 1)), { send: item(1, block(1, "61".repeat(60_000))), times: 5 }, ...goaway(3)]),
  session("breach-credit-sum", "FLW-6", [{ send: frame({ kind: 7, id: frameId(0, 0), header: entry(4, "7fffffff") }), times: 2 }, ...goaway(3)]),
  session("breach-idle-frames", "LIM-2 FRM-6", [{ send: frame({ kind: 0xc0 }), times: 1_300 }, ...goaway(4)]),
  session("breach-pings", "PNG-3", [{ send: frame({ kind: 8, id: "00000000000000bb" }), times: 6 }, ...goaway(5, [9])]),
]; // prettier-ignore

const connections: readonly Vector[] = [
  session("ping", "PNG-1", settled),
  session("settings", "SET-1", [send(frame({ kind: 10, serialization: 2, body: utf8('{"Limits":{"MaxFrameBytes":131072}}') })), ...alive(1)]),
  session("settings-unknown-members", "SET-1 OPT-5", [send(frame({ kind: 10, serialization: 2, body: utf8('{"Mood":"fine"}') })), ...alive(1)]),
  session("credit-of-the-connection", "FLW-4", [send(frame({ kind: 7, header: entry(4, "00020000") })), ...alive(1)]),
  session("goaway-of-the-client", "GOA-1 EVO-2", [send(request("Chat", 1, { flags: 0 }), item(1, note("a"))), sees({ kind: 4, body: note("a") }), send(frame({ kind: 11, header: entry(0x0a, "63") }), item(1, note("b")), end(1)), sees({ kind: 4, body: note("b") }), sees({ kind: 5 })]),
  session("option-refused", "OPT-7", [send(utf8('{"MagicNumber":3927900,"CodecType":"application/gob"}\n')), { option: { Supported: ["application/x-rpcgen"] } }, { close: true }], false),
  session("option-refused-with-a-call", "OPT-7", [send(utf8('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":2}\n'), request("Echo", 1, { body: note("x") })), { option: { Version: 1 } }, { close: true }], false),
  session("option-not-ours", "OPT-2 OPT-6", [send(utf8("SSH-2.0-probe\r\n")), { close: true }], false),
  session("option-in-pieces", "OPT-1", [...(clientOption.match(/../g) ?? []).map((letter) => send(letter)), { option: { Version: 1 } }, ...alive(1)], false),
]; // prettier-ignore

const gzip = { needs: ["gzip"] };
const gzipped = (sequence: number, body: string): string => request("Echo", sequence, { flags: 0x11, body });
/** Answered with more than a sender leaves alone for being small. */
const repeat = (count: number): string => request("Repeat", 1, { body: note("ab", count) });

const compressed: readonly Vector[] = [
  serverSession("compressed-request", "CMP-1 CMP-2", [...opened(), send(gzipped(1, gzipNote)), sees({ kind: 2, id: frameId(1, 0), flags: 0x10, body: note("hi") })], gzip),
  serverSession("compressed-request-in-chunks", "CMP-3 MSG-2", [...opened(), send(request("Echo", 1, { flags: 0x51, body: gzipNote.slice(0, 12) }), frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x11, body: gzipNote.slice(12) })), sees({ kind: 2, id: frameId(1, 0), body: note("hi") })], gzip),
  serverSession("compressed-bomb", "CMP-5", [...opened(), send(gzipped(1, gzipBeyondTheLimit)), fails(1, 8), ...alive(2)], gzip),
  serverSession("compressed-garbage", "CMP-5", [...opened(), send(gzipped(1, note("hi"))), fails(1, 3), ...alive(2)], gzip),
  serverSession("compressed-nothing", "CMP-3 CMP-5", [...opened(), send(gzipped(1, "")), fails(1, 3), ...alive(2)], gzip),
  serverSession("compresses-too-well", "CMP-5", [...opened(optionOf({ Compressors: ["gzip"] })), send(repeat(100_000)), sees({ kind: 2, id: frameId(1, 0), flags: 0x50 })], gzip),
  session("no-compressor-in-common", "CMP-1", [send(optionOf({ Compressors: ["zip9"] })), { option: {} }, send(repeat(1_000)), sees({ kind: 2, id: frameId(1, 0), flags: 0x10, body: note("ab".repeat(1_000)) })], false),
]; // prettier-ignore

/** Dialogues with a server under test. */
export const serverSessions: readonly Vector[] = [
  ...unary,
  ...failing,
  ...metadata,
  ...streams,
  ...chunks,
  ...breaches,
  ...compressed,
  ...connections,
];
