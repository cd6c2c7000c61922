import { describe, expect, test } from "vitest";
import { isCapture, packetsOf } from "../../../compiler/decode/capture-file.ts";
import { bytesOfHexDump } from "../../../compiler/decode/hex-dump.ts";
import { createReassembly, type Segment, segmentOf } from "../../../compiler/decode/tcp.ts";
import { pcapng } from "./pcapng.ts";
import { writeCapture } from "../../runtime/wireshark/capture.ts";

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("a hex dump", () => {
  const wanted = "3bef0108000000000000000001020304050607087b22";

  test.each([
    ["plain digits", wanted],
    ["in groups", "3bef 01 08 00000000 0000 00 00 0102030405060708 7b22"],
    ["with commas and 0x", `0x${(wanted.match(/../gu) ?? []).join(", 0x")}`],
    [
      "of hexdump -C, with # in the text",
      '00000000  3b ef 01 08 00 00 00 00  00 00 00 00 01 02 03 04  |.....#.........#|\n00000010  05 06 07 08 7b 22  |#...{"|\n',
    ],
    ["with comments", `3bef0108 # the fixed part\n# nothing\n${wanted.slice(8)}`],
    ["in capitals", wanted.toUpperCase()],
    [
      "of xxd",
      '00000000: 3bef 0108 0000 0000 0000 0000 0102 0304  ;...............\n00000010: 0506 0708 7b22                           ....{"\n',
    ],
    [
      "of xxd, one column",
      '00000000: 3bef010800000000  ;.......\r\n00000008: 000000000102030405060708  ............\r\n00000014: 7b22  {"\r\n',
    ],
    [
      "of hexdump -C",
      '00000000  3b ef 01 08 00 00 00 00  00 00 00 00 01 02 03 04  |;...............|\n00000010  05 06 07 08 7b 22                                 |....{"|\n00000016\n',
    ],
    [
      "of Wireshark",
      '0000   3b ef 01 08 00 00 00 00 00 00 00 00 01 02 03 04   ;.......  ......\n0010   05 06 07 08 7b 22                                 ....{"\n',
    ],
    [
      "of tshark -x",
      '0000  3b ef 01 08 00 00 00 00 00 00 00 00 01 02 03 04   ;...............\n0010  05 06 07 08 7b 22                                 ....{"\n',
    ],
    ["of od -A x -t x1", "000000 3b ef 01 08 00 00 00 00 00 00 00 00 01 02 03 04\n000010 05 06 07 08 7b 22\n000016\n"],
  ])("%s", (_name, text) => {
    expect(hexOf(bytesOfHexDump(text))).toBe(wanted);
  });

  test("fills in the lines that hexdump -C leaves out", () => {
    const line = "00 ".repeat(8).trim();
    const text = `00000000  ${line}  ${line}  |................|\n*\n00000040  01 02  |..|\n00000042\n`;
    expect(hexOf(bytesOfHexDump(text))).toBe(`${"00".repeat(64)}0102`);
  });

  test.each([
    ["3b ef\nnot hex", 'line 2: expected hexadecimal digits, found "n"'],
    ["3b e", "line 1: expected two hexadecimal digits for each byte, found 3 digits"],
    ["0000000 ef3b 0801 0000", "found 19 digits; dumps of words cannot be read, write them with xxd or hexdump -C"],
    ["*\n00000040  01\n", 'line 2: the lines that "*" stands for cannot be filled in up to offset 0x40'],
  ])("that is broken names the line: %j", (text, message) => {
    expect(() => bytesOfHexDump(text)).toThrow(message);
  });
});

describe("a capture file", () => {
  test.each([true, false])("may be pcapng, little-endian: %s", (isLittle) => {
    const file = pcapng(isLittle);
    expect(isCapture(file)).toBe(true);
    expect([...packetsOf(file)].map(({ bytes, linkType }) => [hexOf(bytes), linkType])).toEqual([
      ["010203", 101],
      ["0a0b0c0d", 101],
    ]);
  });

  test("that is cut names the byte", () => {
    const file = writeCapture([{ from: "client", bytes: new Uint8Array(10) }]);
    const read = (bytes: Uint8Array): unknown => [...packetsOf(bytes)];
    expect(() => read(file.subarray(0, -1))).toThrow("the capture file is cut or broken at byte 164");
    expect(() => read(file.subarray(0, 30))).toThrow("the capture file is cut or broken at byte 24");
    expect(() => read(file.subarray(0, 10))).toThrow("the capture file ends inside its header");
    expect(() => read(pcapng(true).subarray(0, -1))).toThrow("the capture file is cut or broken at byte");
  });

  test("is told from other input", () => {
    expect(isCapture(Buffer.from("3bef0108"))).toBe(false);
    expect(isCapture(Buffer.alloc(3))).toBe(false);
  });
});

describe("packets", () => {
  const [, , packet] = packetsOf(writeCapture([{ from: "client", bytes: Uint8Array.of(7, 8) }], { linkType: 101 }));
  const bytes = packet?.bytes ?? new Uint8Array(0);
  const behind = (head: string, linkType: number): Segment | undefined =>
    segmentOf({ bytes: Buffer.concat([Buffer.from(head, "hex"), bytes]), linkType });

  test.each([
    ["raw IP", "", 101],
    ["Ethernet", `${"02".repeat(12)}0800`, 1],
    ["Ethernet with a VLAN", `${"02".repeat(12)}810000010800`, 1],
    ["loopback of BSD", "02000000", 0],
    ["the cooked capture of Linux", `${"00".repeat(14)}0800`, 113],
    ["its second version", `0800${"00".repeat(18)}`, 276],
  ])("over %s", (_name, head, linkType) => {
    expect(behind(head, linkType)).toMatchObject({
      source: "127.0.0.2:50000",
      target: "127.0.0.1:9000",
      data: Buffer.from([7, 8]),
    });
  });

  test("that are no TCP are left out", () => {
    expect(behind(`${"02".repeat(12)}0806`, 1)).toBeUndefined();
    expect(behind("", 999)).toBeUndefined();
    const udp = new Uint8Array(bytes);
    udp[9] = 17;
    expect(segmentOf({ bytes: udp, linkType: 101 })).toBeUndefined();
    const fragment = new Uint8Array(bytes);
    fragment[7] = 1;
    expect(segmentOf({ bytes: fragment, linkType: 101 })).toBeUndefined();
    expect(segmentOf({ bytes: bytes.subarray(0, 30), linkType: 101 })).toBeUndefined();
    expect(segmentOf({ bytes: new Uint8Array(40), linkType: 101 })).toBeUndefined();
  });
});

describe("segments", () => {
  const segment = (sequence: number, text: string): Segment => ({
    source: "a:1",
    target: "b:2",
    sequence,
    isFirst: false,
    data: Buffer.from(text),
  });
  const read = (...segments: readonly Segment[]): [string, boolean] => {
    const reassembly = createReassembly();
    const text = segments.flatMap((each) => reassembly.push(each)).map((each) => Buffer.from(each).toString());
    return [text.join(""), reassembly.missing];
  };

  test("are put in order", () => {
    expect(read(segment(0, "a"), segment(3, "d"), segment(2, "c"), segment(1, "b"))).toEqual(["abcd", false]);
  });

  test("that come twice, or in part, count once", () => {
    expect(read(segment(0, "abc"), segment(0, "abc"), segment(2, "cde"), segment(1, "bc"))).toEqual(["abcde", false]);
  });

  test("that are missing are told", () => {
    expect(read(segment(0, "a"), segment(2, "c"))).toEqual(["a", true]);
  });

  test("may pass the end of the sequence numbers", () => {
    expect(read(segment(2 ** 32 - 1, "ab"), segment(1, "c"))).toEqual(["abc", false]);
  });
});
