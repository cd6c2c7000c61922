import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Decoded, decode, type DecodeOptions } from "../../../compiler/decode/decode.ts";
import { schema } from "../../conformance/implementation/schema.ts";
import { block, eight, four, key, utf8, vary, words } from "../../conformance/source/bytes.ts";
import { entry, frame, frames, methodNumber } from "../../conformance/source/frames.ts";
import { bodies } from "../../conformance/source/bodies.ts";
import { hostileBodies } from "../../conformance/source/hostile-bodies.ts";
import { cut, type Segment, writeCapture } from "../../runtime/wireshark/capture.ts";
import * as traffic from "./traffic.ts";

const { bytesOf } = traffic;

/** Lines of the text. */
function linesOf(hex: string, options: DecodeOptions = { schema }): string[] {
  const { text, errors } = decode(bytesOf(hex), options);
  expect(errors).toEqual([]);
  return text.trimEnd().split("\n");
}

/** What is shown of a body of this type. */
function bodyOf(message: string, hex: string): string {
  const method = `/${message}`;
  const declared = `conformance.v1.${message}`;
  const header = entry(5, "05") + entry(8, utf8(declared));
  const { text, errors } = decode(bytesOf(frame({ kind: 3, sequence: 1, header, body: hex })), { schema });
  expect([method, errors]).toEqual([method, []]);
  return text.slice(text.indexOf("body            ") + 16).trimEnd();
}

describe("frames", () => {
  test("of a client, with a schema", () => {
    const { clientOption, echoRequest, sumRequest, sumItem, sumEnd, cancel, credit, ping } = traffic;
    expect(linesOf([clientOption, echoRequest, sumRequest, sumItem, sumEnd, cancel, credit, ping].join(""))).toEqual([
      "000000  Option · 99 bytes",
      '        {"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1,"Serializations":["binary"]}',
      "000063  request #1 · binary · end of stream · 51 bytes",
      "        method          0x06e9545b /conformance.v1.Conformance/Echo",
      "        deadline        30000000 microseconds",
      "        metadata        tenant: blue",
      '        body            { text: "hi", count: 5 }',
      "000096  request #2 lane 3 · binary · 26 bytes",
      "        method          0x8f3f6645 /conformance.v1.Conformance/Sum",
      "0000b0  item #2 lane 3 · binary · 26 bytes",
      '        body            { text: "hi", count: 5 }',
      "0000ca  end #2 lane 3 · end of stream · 20 bytes",
      "0000de  cancel #2 lane 3 · 23 bytes",
      "        error code      1 cancelled",
      "0000f5  credit · 26 bytes",
      "        credit          131072 bytes",
      "00010f  ping 0x0102030405060708 · 20 bytes",
    ]);
  });

  test("without a schema show numbers and bytes", () => {
    expect(linesOf(traffic.echoRequest, {})).toEqual([
      "000000  request #1 · binary · end of stream · 51 bytes",
      "        method          0x06e9545b",
      "        deadline        30000000 microseconds",
      "        metadata        tenant: blue",
      "        body            <0a0268691005>",
    ]);
  });

  test("of a server, whose method is told", () => {
    const options = { schema, method: "Conformance/Echo" };
    expect(linesOf(traffic.echoReply + traffic.failure + traffic.pong + traffic.goaway, options)).toEqual([
      "000000  response #1 · binary · end of stream · 40 bytes",
      "        metadata        served-by: a1",
      '        body            { text: "hi", count: 5 }',
      "000028  error #1 · binary · end of stream · 79 bytes",
      "        error code      5 not_found",
      "        error reason    declared",
      "        error message   no such note",
      "        declared error  conformance.v1.Failure",
      '        body            { why: "gone", count: 3 }',
      "000077  pong 0x0102030405060708 · 20 bytes",
      "00008b  goaway #2 lane 3 · 33 bytes",
      "        goaway code     2 frameSize",
      "        error message   too long",
    ]);
  });

  test("of the rarer kinds and tags", () => {
    expect(linesOf(traffic.settings + traffic.ignorable + traffic.jsonRequest + traffic.rareTags)).toEqual([
      "000000  settings · json · 45 bytes",
      '        body            {"Limits":{"MaxCalls":5}}',
      "00002d  kind 0xc0 · binary · 24 bytes",
      "        header          <ffff>",
      "        body            <0102>",
      "000045  request #3 · json · end of stream · 73 bytes",
      "        method          0x06e9545b /conformance.v1.Conformance/Echo",
      "        path            /conformance.v1.Conformance/Echo",
      '        body            {"text":"hi"}',
      "00008e  request #4 · binary · end of stream · 71 bytes",
      "        method          0x00000002 (not in the schema)",
      "        attempt         2",
      "        priority        7",
      `        trace context   <${"ab".repeat(24)}01>`,
      "        baggage         a=1",
      "        tag 0xf0        <0102>",
      "        body            <0a01ff>",
    ]);
  });

  test("with chunks: the last shows the message", () => {
    expect(linesOf(traffic.chunks.join(""), { schema, method: "Echo" })).toEqual([
      "000000  response #1 · binary · end of stream · more follows · 23 bytes",
      "        chunk           <0a0268>",
      "000017  response #1 · binary · end of stream · 23 bytes",
      '        body            { text: "hi", count: 5 }',
    ]);
  });

  test("with a message of no bytes, one-way and in a compressor that is not known", () => {
    const header = entry(1, methodNumber("/conformance.v1.Conformance/Track"));
    const oneway = frame({ kind: 1, sequence: 1, lane: 0xffff, serialization: 1, flags: 0x30, header });
    const compressed = frame({ kind: 2, sequence: 1, serialization: 1, flags: 0x19, body: "abcd" });
    expect(linesOf(oneway + compressed)).toEqual([
      "000000  request #1 lane 65535 · binary · end of stream · one-way · 26 bytes",
      "        method          0x8ed1c219 /conformance.v1.Conformance/Track",
      "        body            {}",
      "00001a  response #1 · binary · compressor 9 · end of stream · 22 bytes",
      "        body            <abcd>",
    ]);
  });

  test.each([
    [1, "gzip", gzipSync],
    [2, "deflate", deflateSync],
    [3, "br", brotliCompressSync],
  ])("in compressor %i, %s, show what was compressed", (compressor, name, compress) => {
    const message = words(1, "a".repeat(20)) + vary(2, 5);
    const body = compress(bytesOf(message)).toString("hex");
    const options = { schema, method: "Echo" };
    const [head, shown] = linesOf(frame({ kind: 2, sequence: 1, flags: 0x10 | compressor, body }), options);
    expect(head).toContain(`response #1 · binary · ${name} · end of stream`);
    expect(shown).toBe(`        body            { text: "${"a".repeat(20)}", count: 5 }`);
    const broken = frame({ kind: 2, sequence: 1, flags: 0x10 | compressor, body: "abcd" });
    expect(decode(bytesOf(broken), options).errors).toEqual([
      expect.stringContaining(`conformance.v1.Note: the body cannot be decompressed by ${name}: `),
    ]);
  });

  test("hide the token of an Option", () => {
    const option = '{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Token":"se\\"cret","Version":1}\n';
    expect(linesOf(utf8(option))).toEqual([
      `000000  Option · ${option.length} bytes`,
      '        {"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Token":"(hidden)","Version":1}',
    ]);
  });

  test("hold nothing that could steer a terminal", () => {
    const header = entry(5, "02") + entry(7, utf8("\u001b[2Jred\u202e\u009b"));
    expect(linesOf(frame({ kind: 3, sequence: 1, header })).at(-1)).toBe(
      "        error message   \\u001b[2Jred\\u202e\\u009b",
    );
  });
});

describe("bodies", () => {
  test.each([
    ["Scalars", vary(1, 1) + words(2, 'a"\n') + block(3, "00ff") + vary(4, -1), '{ bool: true, string: "a\\"\\n", bytes: <00ff>, int32: -1 }'],
    ["Scalars", vary(10, 2n ** 64n - 1n) + vary(11, 3) + key(13, 1) + eight(-5n), "{ uint64: 18446744073709551615, sint64: -2, sfixed64: -5 }"],
    ["Scalars", key(16, 5) + four(0x3fc00000) + key(17, 1) + eight(1n << 63n), "{ float: 1.5, double: -0 }"],
    ["Scalars", vary(18, 2) + vary(18, 9) + vary(19, 9), "{ color: blue, color: 9 (unknown), shade: 9 (unknown) }"],
    ["Note", vary(2, 5) + words(1, "later"), '{ count: 5, text: "later" }'],
    ["Note", vary(9, 300) + key(8, 5) + four(7) + key(7, 1) + eight(7) + block(6, "aa") + key(5, 3) + key(5, 4), "{ #9: varint 300, #8: fixed32 7, #7: fixed64 7, #6: <aa>, #5: group }"],
    ["Note", key(2, 5) + four(7), "{ #2: fixed32 7 }"],
    ["Lists", block(4, "010203") + vary(4, 4) + words(2, "a") + words(2, "b"), '{ int32s: [1, 2, 3, 4], strings: ["a", "b"] }'],
    ["Maps", block(1, words(1, "k") + words(2, "v") + vary(9, 1)) + block(2, ""), '{ texts: { "k": "v" }, numbers: { (no key): (no value) } }'],
    ["Choices", block(1, block(4, "")) + words(2, "1"), '{ shape: { nothing: {} }, phone: "1" }'],
    ["Builtins", block(1, vary(1, 1_769_817_600) + vary(2, 250_000_000)) + block(2, vary(1, -1) + vary(2, -500_000_000)), "{ at: 2026-01-31T00:00:00.250Z, after: -1.5s }"],
    ["Builtins", block(1, vary(1, 2n ** 62n)) + words(5, "x"), '{ at: 4611686018427387904s, uuid: "x" }'],
    ["Builtins", block(4, words(1, "type/N") + block(2, "01") + vary(7, 1)), '{ any: { typeUrl: "type/N", value: <01> } }'],
    ["Builtins", block(3, block(5, block(1, words(1, "k") + block(2, block(6, block(1, vary(4, 1)) + block(1, vary(1, 0)) + block(1, key(2, 1) + eight(0x3ff8000000000000n)) + block(1, words(3, "x")))))))
      , '{ json: { "k": [true, null, 1.5, "x"] } }'],
    ["Tree", block(2, words(1, "l")) + block(3, ""), '{ left: { name: "l" }, children: [{}] }'],
    ["Scalars", block(3, "ab".repeat(70)), `{ bytes: <${"ab".repeat(64)}... 70 bytes>}`],
  ])("of %s: %s", (message, hex, shown) => {
    expect(bodyOf(message, hex).replaceAll(/\n\s*/gu, " ").replaceAll(/, (?=[}\]])|,(?= [}\]])/gu, "")).toBe(shown);
  }); // prettier-ignore

  test("that are long stand on several lines", () => {
    const text = "x".repeat(40);
    expect(bodyOf("Tree", words(1, text) + block(2, words(1, text)) + block(3, words(1, "c"))).split("\n")).toEqual([
      "{",
      `                          name: "${text}",`,
      `                          left: { name: "${text}" },`,
      '                          children: [{ name: "c" }],',
      "                        }",
    ]);
  });

  test.each(bodies.filter(({ serialization }) => serialization === "binary"))("as good as $id are shown", (vector) => {
    const header = entry(5, "05") + entry(8, utf8(vector.schema ?? ""));
    expect(decode(bytesOf(frame({ kind: 3, sequence: 1, header, body: vector.hex ?? "" })), { schema }).errors).toEqual(
      [],
    );
  });

  test.each(hostileBodies.filter(({ id }) => /^body-(?:utf8|cut|key|depth|trailing|packed)/u.test(id)))(
    "as bad as $id are reported with their offset",
    (vector) => {
      const header = entry(5, "05") + entry(8, utf8(vector.schema ?? ""));
      const { errors } = decode(bytesOf(frame({ kind: 3, sequence: 1, header, body: vector.hex ?? "" })), { schema });
      expect(errors).toEqual([expect.stringMatching(/^offset 0x[0-9a-f]+: conformance\.v1\.\w+: ./u)]);
    },
  );
});

describe("what is broken is reported with its offset", () => {
  function errorsOf(...hex: readonly string[]): readonly string[] {
    return decode(bytesOf(...hex), { schema }).errors;
  }

  test("a body", () => {
    const { text, errors } = decode(bytesOf(traffic.clientOption, traffic.brokenBody, traffic.ping), { schema });
    expect(errors).toEqual(["offset 0x81: conformance.v1.Note: a length reaches behind the end of the data"]);
    expect(text).toContain("        body            <10050a05>\n");
    expect(text).toContain("ping");
  });

  test("a message in chunks", () => {
    const first = frame({
      kind: 3,
      sequence: 1,
      flags: 0x50,
      header: entry(5, "05") + entry(8, utf8("conformance.v1.Note")),
      body: "0a05",
    });
    expect(errorsOf(first, frame({ kind: 3, sequence: 1, flags: 0x10, body: "61" }))).toEqual([
      "offset 0x43: byte 2 of the whole message that ends here, conformance.v1.Note: a length reaches behind the end of the data",
    ]);
  });

  test("a frame with another magic", () => {
    expect(errorsOf(traffic.ping, "0000".repeat(10))).toEqual([
      "offset 0x14: A frame must begin with 3bef; found 0000.",
    ]);
  });

  test("a header", () => {
    const { text, errors } = decode(bytesOf(frame({ kind: 6, sequence: 1, header: "0509" }), traffic.ping));
    expect(errors).toEqual([
      "offset 0x14: the header is malformed: not a run of tag, length and value, or a value of the wrong size",
    ]);
    expect(text).toContain("        header          <0509>\n000016  ping");
    expect(errorsOf(frame({ kind: 6, sequence: 1, header: "7f00" }))).toEqual([
      "offset 0x14: the header is not for us: it has a tag that may not be skipped",
    ]);
  });

  test("an Option", () => {
    expect(errorsOf(utf8('{"MagicNumber":1}\n'))).toEqual(["offset 0x0: MagicNumber must be 3927900."]);
    expect(errorsOf(utf8('{"MagicNumber":'))).toEqual(["offset 0x0: the data ends inside an Option"]);
  });

  test("an end inside a frame", () => {
    expect(errorsOf(traffic.ping, traffic.ping.slice(0, 20))).toEqual([
      "offset 0x14: the data ends inside the frame that begins here",
    ]);
  });

  test("no frames at all", () => {
    for (const input of ["", "# nothing but words\n"])
      expect(decode(Buffer.from(input)).errors).toEqual([
        "the input holds no frames; expected a capture file (pcap, pcapng), a hex dump, or their bytes",
      ]);
  });

  test.each(frames.filter(({ expect }) => "close" in expect))("$id", ({ hex }) => {
    expect(errorsOf(traffic.ping, hex ?? "")).toEqual([expect.stringMatching(/^offset 0x(?:14|28): ./u)]);
  });

  test("any end of any byte without a crash", () => {
    const whole = bytesOf(traffic.clientOption, traffic.echoRequest, traffic.rareTags, traffic.failure);
    for (let size = 0; size < whole.length; size++) {
      const { errors } = decode(whole.subarray(0, size), { schema });
      expect(errors.length).toBeLessThanOrEqual(1);
    }
  });
});

describe("a capture", () => {
  const { clientOption, serverOption, echoRequest, echoReply, sumRequest, sumItem, sumEnd, goaway } = traffic;
  const segments: readonly Segment[] = [
    { from: "client", bytes: bytesOf(clientOption, echoRequest) },
    { from: "server", bytes: bytesOf(serverOption, echoReply) },
    { from: "client", bytes: bytesOf(sumRequest, sumItem, sumEnd) },
    { from: "server", bytes: bytesOf(goaway) },
  ];
  const shown = `127.0.0.2:50000 -> 127.0.0.1:9000
000000  Option · 99 bytes
        {"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1,"Serializations":["binary"]}
000063  request #1 · binary · end of stream · 51 bytes
        method          0x06e9545b /conformance.v1.Conformance/Echo
        deadline        30000000 microseconds
        metadata        tenant: blue
        body            { text: "hi", count: 5 }

127.0.0.1:9000 -> 127.0.0.2:50000
000000  Option · 71 bytes
        {"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1}
000047  response #1 · binary · end of stream · 40 bytes
        metadata        served-by: a1
        body            { text: "hi", count: 5 }

127.0.0.2:50000 -> 127.0.0.1:9000
000096  request #2 lane 3 · binary · 26 bytes
        method          0x8f3f6645 /conformance.v1.Conformance/Sum
0000b0  item #2 lane 3 · binary · 26 bytes
        body            { text: "hi", count: 5 }
0000ca  end #2 lane 3 · end of stream · 20 bytes

127.0.0.1:9000 -> 127.0.0.2:50000
00006f  goaway #2 lane 3 · 33 bytes
        goaway code     2 frameSize
        error message   too long
`;

  function capture(...[list, options]: Parameters<typeof writeCapture>): Decoded {
    return decode(writeCapture(list, options), { schema });
  }

  test("shows both directions, replies by the methods of their requests", () => {
    expect(capture(segments)).toEqual({ text: shown, errors: [] });
  });

  test("may come in any byte order, over raw IP, over IPv6", () => {
    expect(capture(segments, { isBigEndian: true }).text).toBe(shown);
    expect(capture(segments, { linkType: 101 }).text).toBe(shown);
    const ipv6 = shown.replaceAll("127.0.0.1:", "[::1]:").replaceAll("127.0.0.2:", "[::2]:");
    expect(capture(segments, { family: 6 }).text).toBe(ipv6);
  });

  test.each([1, 7, 50])("is put together from packets of %i bytes", (size) => {
    expect(capture(cut(segments, size))).toEqual({ text: shown, errors: [] });
  });

  test("leaves other protocols out", () => {
    const other = writeCapture([{ from: "client", bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n") }]);
    expect(decode(other)).toEqual({
      text: "",
      errors: [expect.stringMatching(/^the capture holds no frames: .* TLS and WebSockets/u)],
    });
  });

  test("that is cut shows what comes before", () => {
    const { text, errors } = decode(writeCapture(segments).subarray(0, -1), { schema });
    expect(text).toBe(shown.slice(0, shown.lastIndexOf("\n127.0.0.1")));
    expect(errors).toEqual([
      expect.stringMatching(/^the capture file is cut or broken at byte \d+; what comes before/u),
    ]);
  });

  test("that lacks packets says so, and what to do", () => {
    const [first, second, third, fourth] = cut(segments.slice(0, 1), 50);
    const whole = writeCapture([first, second, third, fourth].filter((each) => each !== undefined));
    const size = 16 + 14 + 40 + 50;
    const start = 24 + 2 * (size - 50) + size;
    const { text, errors } = decode(Buffer.concat([whole.subarray(0, start), whole.subarray(start + size)]), {
      schema,
    });
    expect([text, errors]).toEqual([
      "",
      [expect.stringMatching(/^127\.0\.0\.2:50000 -> 127\.0\.0\.1:9000: packets are missing .*tcpdump -s 0/u)],
    ]);
  });

  test("that begins in the middle of a frame shows those that come after it", () => {
    const late: readonly Segment[] = [
      { from: "client", bytes: bytesOf(echoRequest).subarray(7) },
      { from: "client", bytes: bytesOf(sumRequest, sumItem) },
    ];
    const { text, errors } = capture(late);
    expect(text).toContain("000000  request #2 lane 3");
    expect([text.includes('{ text: "hi", count: 5 }'), errors]).toEqual([true, []]);
  });

  test("whose bytes begin like a frame by chance is left alone", () => {
    const other = [
      Buffer.from("nothing"),
      Buffer.from("{}"),
      Buffer.from("3bef01", "hex"),
      Buffer.from("3bef0201", "hex"),
    ];
    const { text } = capture(other.map((bytes) => ({ from: "client" as const, bytes })));
    expect(text).toBe("");
  });

  test("says where something is broken", () => {
    expect(capture([{ from: "client", bytes: bytesOf(traffic.brokenBody) }]).errors).toEqual([
      "127.0.0.2:50000 -> 127.0.0.1:9000: offset 0x1e: conformance.v1.Note: a length reaches behind the end of the data",
    ]);
  });
});

test("a method that the schema does not have is refused", () => {
  expect(() => decode(bytesOf(traffic.ping), { schema, method: "Users/Get" })).toThrow(
    /^the schema has no method Users\/Get; it has conformance\.v1\.Conformance\/Echo, .* and \d+ more$/u,
  );
});

test("a method that two services have needs the name of one of them", () => {
  const [file] = schema.files;
  const services = (file?.declarations ?? []).filter(({ kind }) => kind === "service");
  const again = JSON.parse(JSON.stringify(services).replaceAll("Conformance", "Other")) as typeof services;
  const both = { ...schema, files: [...schema.files, { ...file, declarations: again }] } as typeof schema;
  expect(() => decode(bytesOf(traffic.ping), { schema: both, method: "Echo" })).toThrow(
    "the schema has more than one method Echo; it has conformance.v1.Conformance/Echo, conformance.v1.Other/Echo",
  );
  expect(decode(bytesOf(traffic.ping), { schema: both, method: "Other/Echo" }).errors).toEqual([]);
});
