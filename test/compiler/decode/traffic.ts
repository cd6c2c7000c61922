import { entry, frame, methodNumber, pair } from "../../conformance/source/frames.ts";
import { block, utf8, vary, words } from "../../conformance/source/bytes.ts";

/** Traffic with `conformance.v1.Conformance` for tests of decoding, in hex. */

export const clientOption: string = utf8(
  '{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1,"Serializations":["binary"]}\n',
);
export const serverOption: string = utf8('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1}\n');

const number = (method: string): string => methodNumber(`/conformance.v1.Conformance/${method}`);
const note = words(1, "hi") + vary(2, 5);

export const echoRequest: string = frame({
  kind: 1,
  sequence: 1,
  flags: 0x10,
  header: entry(1, number("Echo")) + entry(3, "01c9c380") + pair("tenant", "blue"),
  body: note,
});
export const echoReply: string = frame({
  kind: 2,
  sequence: 1,
  flags: 0x10,
  header: pair("served-by", "a1"),
  body: note,
});
export const failure: string = frame({
  kind: 3,
  sequence: 1,
  flags: 0x10,
  header:
    entry(5, "05") +
    entry(6, utf8("declared")) +
    entry(7, utf8("no such note")) +
    entry(8, utf8("conformance.v1.Failure")),
  body: words(1, "gone") + vary(2, 3),
});
export const sumRequest: string = frame({
  kind: 1,
  sequence: 2,
  lane: 3,
  serialization: 1,
  header: entry(1, number("Sum")),
});
export const sumItem: string = frame({ kind: 4, sequence: 2, lane: 3, body: note });
export const sumEnd: string = frame({ kind: 5, sequence: 2, lane: 3, flags: 0x10 });
export const chunks: readonly [string, string] = [
  frame({ kind: 2, sequence: 1, flags: 0x50, body: note.slice(0, 6) }),
  frame({ kind: 2, sequence: 1, flags: 0x10, body: note.slice(6) }),
];
export const cancel: string = frame({ kind: 6, sequence: 2, lane: 3, header: entry(5, "01") });
export const credit: string = frame({ kind: 7, header: entry(4, "00020000") });
export const ping: string = frame({ kind: 8, id: "0102030405060708" });
export const pong: string = frame({ kind: 9, id: "0102030405060708" });
export const settings: string = frame({ kind: 10, serialization: 2, body: utf8('{"Limits":{"MaxCalls":5}}') });
export const goaway: string = frame({
  kind: 11,
  sequence: 2,
  lane: 3,
  header: entry(0x0a, "02") + entry(7, utf8("too long")),
});
export const ignorable: string = frame({ kind: 0xc0, header: "ffff", body: "0102" });
export const jsonRequest: string = frame({
  kind: 1,
  sequence: 3,
  serialization: 2,
  flags: 0x10,
  header: entry(1, number("Echo")) + entry(2, utf8("/conformance.v1.Conformance/Echo")),
  body: utf8('{"text":"hi"}'),
});
export const rareTags: string = frame({
  kind: 1,
  sequence: 4,
  flags: 0x10,
  header:
    entry(1, "00000002") +
    entry(0x81, "02") +
    entry(0x82, "07") +
    entry(0x83, `${"ab".repeat(24)}01`) +
    entry(0x85, utf8("a=1")) +
    entry(0xf0, "0102"),
  body: block(1, "ff"),
});
export const brokenBody: string = frame({
  kind: 1,
  sequence: 1,
  flags: 0x10,
  header: entry(1, number("Echo")),
  body: `${vary(2, 5)}0a05`,
});

export function bytesOf(...hex: readonly string[]): Uint8Array {
  return new Uint8Array(Buffer.from(hex.join(""), "hex"));
}
