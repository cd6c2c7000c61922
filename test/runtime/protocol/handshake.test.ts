import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import {
  createOption,
  encodeOption,
  limitsFromJson,
  type Option,
  type OptionProgress,
  OptionReader,
  parseOption,
  refuseOption,
} from "../../../runtime/protocol/handshake.ts";
import { initialPeerLimits } from "../../../runtime/protocol/limits.ts";
import { bytewise, readJson } from "./vectors.ts";

interface OptionVector {
  readonly id: string;
  readonly text: string;
  readonly option: Option;
}
const vectors = readJson<readonly OptionVector[]>("options.json");

function read(pieces: readonly Uint8Array[], maxBytes = 8192): OptionProgress {
  const reader = new OptionReader(maxBytes);
  let progress: OptionProgress = { kind: "more" };
  for (const piece of pieces) {
    if (progress.kind === "more") progress = reader.push(piece);
  }
  return progress;
}

function parse(text: string): Option | string {
  return parseOption(Buffer.from(text));
}

describe.each(vectors.map((vector) => [vector.id, vector] as const))("vector %s", (_, { text, option }) => {
  const bytes = Buffer.from(text);

  test("reads as written down, whole and byte by byte", () => {
    expect(read([bytes])).toMatchObject({ kind: "done", option, used: bytes.length });
    expect(read(bytewise(bytes))).toMatchObject({ kind: "done", option, used: 1 });
  });

  test("reads the same from any two pieces", () => {
    for (let cut = 1; cut < bytes.length; cut++)
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)])).toMatchObject({ kind: "done", option });
  });

  test("any beginning of it is incomplete", () => {
    for (let length = 1; length < bytes.length; length++) expect(read([bytes.subarray(0, length)]).kind).toBe("more");
  });

  test("is written as read", () => {
    expect(Buffer.from(encodeOption(option)).toString()).toBe(text);
  });
});

test("what follows the line feed is left for the frames", () => {
  const bytes = Buffer.from(`${(vectors[0] as OptionVector).text}rest`);
  expect(read([bytes])).toMatchObject({ kind: "done", used: bytes.length - 4 });
  const end = bytes.length - 5;
  expect(read([bytes.subarray(0, end), bytes.subarray(end)])).toMatchObject({ kind: "done", used: 1 });
});

test("a wrong first byte is seen at once", () => {
  for (const text of [
    "GET / HTTP/1.1\r\n",
    "PRI * HTTP/2.0",
    "\x16\x03\x01",
    " {",
    "{ ",
    '{"MagicNumber":3927901',
    '{"MagicNumber":39279001',
  ]) {
    expect(read([Buffer.from(text)])).toMatchObject({ kind: "fault", isOurs: false });
  }
});

test("the magic number must end where it ends", () => {
  expect(read([Buffer.from('{"MagicNumber":3927900')]).kind).toBe("more");
  expect(read([Buffer.from('{"MagicNumber":3927900}\n')])).toMatchObject({ kind: "fault", isOurs: true });
  expect(read([Buffer.from('{"MagicNumber":39279000,')])).toMatchObject({ kind: "fault", isOurs: false });
});

test("an Option of exactly the limit is read, one byte more is a fault, also without a line feed", () => {
  const text = (vectors[0] as OptionVector).text;
  expect(read([Buffer.from(text)], text.length).kind).toBe("done");
  expect(read([Buffer.from(text)], text.length - 1)).toMatchObject({ kind: "fault", isOurs: false });
  expect(read(bytewise(Buffer.from(text)), text.length - 1).kind).toBe("fault");
  expect(read([Buffer.from(text.replace("\n", "  ".repeat(99)))], text.length).kind).toBe("fault");
});

test.each([
  ['{"MagicNumber":3927900,', "JSON"],
  ['{"MagicNumber":3927900,"CodecType":"\xff"}', "CodecType"],
  ["[]", "JSON object"],
  ["null", "JSON object"],
  ["5", "JSON object"],
  ['"MagicNumber"', "JSON object"],
  ['\ufeff{"MagicNumber":3927900,"CodecType":"x"}', "JSON object"],
  ["{}", "MagicNumber"],
  ['{"MagicNumber":3927900}', "CodecType"],
  ['{"MagicNumber":3927900,"CodecType":5}', "CodecType"],
  ['{"MagicNumber":3927900,"CodecType":"x","Version":1.5}', "Version"],
  ['{"MagicNumber":3927900,"CodecType":"x","Version":"1"}', "Version"],
  ['{"MagicNumber":3927900,"CodecType":"x","Limits":[]}', "Limits"],
  ['{"MagicNumber":3927900,"CodecType":"x","Limits":5}', "Limits"],
  ['{"MagicNumber":3927900,"CodecType":"x","Limits":{"MaxFrameBytes":65535}}', "MaxFrameBytes"],
  ['{"MagicNumber":3927900,"CodecType":"x","Limits":{"MaxCalls":-1}}', "MaxCalls"],
  ['{"MagicNumber":3927900,"CodecType":"x","Limits":{"MaxCalls":2147483648}}', "MaxCalls"],
])("%s is refused with a word about %s", (text, word) => {
  const result = parse(text);
  if (text.includes("\xff")) return expect(typeof result).toBe("object");
  expect(result).toContain(word);
});

test("bytes that are not UTF-8 are refused", () => {
  expect(parseOption(Buffer.from('{"MagicNumber":3927900,"CodecType":"\xff"}', "latin1"))).toContain("UTF-8");
});

test("members that are not known are skipped, those that are missing have defaults", () => {
  expect(parse('{"MagicNumber":3927900,"CodecType":"c","New":{"deep":[1]},"__proto__":{"Error":"x"}}')).toEqual({
    codecType: "c",
    version: 1,
    serializations: [1],
    limits: initialPeerLimits,
    peerName: undefined,
    error: undefined,
    supported: [],
  });
});

test("serializations that are not known are dropped", () => {
  const option = parse(
    '{"MagicNumber":3927900,"CodecType":"c","Serializations":["cbor","json",7,["binary"],"toString","binary"]}',
  );
  expect(option).toMatchObject({ serializations: [2, 1] });
  expect(parse('{"MagicNumber":3927900,"CodecType":"c","Serializations":"json"}')).toMatchObject({
    serializations: [],
  });
});

test("an Option has only the members that it needs", () => {
  const members = (option: Option): string[] => Object.keys(JSON.parse(Buffer.from(encodeOption(option)).toString()));
  const always = ["MagicNumber", "CodecType", "Version"];
  expect(members(createOption([1], initialPeerLimits, undefined))).toEqual([...always, "Serializations", "Limits"]);
  expect(members(createOption([], initialPeerLimits, "me", { compressors: [], token: "" }))).toEqual([
    ...[...always, "Limits", "Compressors", "Peer", "Token"],
  ]);
  expect(members(refuseOption(""))).toEqual([...always, "Error", "Supported"]);
  expect(Buffer.from(encodeOption(createOption([1], initialPeerLimits, "p".repeat(129)))).toString()).toContain(
    `"Peer":"${"p".repeat(128)}"`,
  );
});

test("members of the wrong type are as good as none, but for those that matter", () => {
  const magic = { MagicNumber: 3927900, CodecType: "c" };
  const wrong = { ...magic, Peer: 1, Token: 2, Error: 3, Compressors: "gzip", Supported: "c" };
  expect(parse(JSON.stringify(wrong))).toEqual(parse(JSON.stringify({ ...magic, Error: "" })));
  const mixed = { ...magic, Version: 7, Compressors: ["br", 1, ...Array(20).fill("zz")], Supported: ["a", 1, null] };
  expect(parse(JSON.stringify(mixed))).toMatchObject({
    version: 7,
    compressors: ["br", ...Array(14).fill("zz")],
    supported: ["a"],
    error: undefined,
  });
});

test("text of the peer is cut", () => {
  const option = parse(
    JSON.stringify({
      MagicNumber: 3927900,
      CodecType: "c",
      Peer: "p".repeat(500),
      Error: "e".repeat(5000),
      Supported: Array(50).fill("s"),
    }),
  );
  if (typeof option === "string") throw new Error(option);
  expect([option.peerName?.length, option.error?.length, option.supported.length]).toEqual([128, 1024, 16]);
});

test("limits keep what is not said", () => {
  expect(limitsFromJson({ MaxCalls: 5 }, initialPeerLimits)).toEqual({ ...initialPeerLimits, maxCalls: 5 });
  expect(limitsFromJson(null, initialPeerLimits)).toBe(initialPeerLimits);
  const widest = { MaxFrameBytes: 65_536, MaxMessageBytes: 0, MaxCalls: 2 ** 31 - 1 };
  expect(limitsFromJson(widest, initialPeerLimits)).toEqual({
    maxFrameBytes: 65_536,
    maxMessageBytes: 0,
    maxCalls: 2 ** 31 - 1,
  });
});

test("an Option survives the way there and back", () => {
  const option = createOption([2, 1], { ...initialPeerLimits, maxCalls: 3 }, "me");
  expect(read([encodeOption(option)])).toMatchObject({ option });
  expect(read([encodeOption(refuseOption("no"))])).toMatchObject({
    option: { error: "no", supported: ["application/x-rpcgen"] },
  });
});

test("random text after the magic number never throws", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      read([Buffer.from(`{"MagicNumber":3927900,${text}\n`)]);
    }),
    { numRuns: 1000 },
  );
});
