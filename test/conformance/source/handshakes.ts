import { utf8 } from "./bytes.ts";
import type { Vector } from "./vector.ts";

const magic = '{"MagicNumber":3927900';
const usual = `${magic},"CodecType":"application/x-rpcgen","Version":1`;
const limits = { MaxFrameBytes: "65536", MaxMessageBytes: "4194304", MaxCalls: "1000" };

interface Meaning {
  readonly Serializations?: readonly string[];
  readonly Limits?: Readonly<Record<string, string>>;
  readonly Peer?: string;
}

function accepted(id: string, reqs: string, text: string, value: Meaning = {}): Vector {
  const meaning = {
    CodecType: "application/x-rpcgen",
    Version: "1",
    Serializations: ["binary"],
    ...value,
    Limits: { ...limits, ...value.Limits },
  };
  return { ...start(id, reqs, utf8(text)), value: meaning, expect: { ok: true } };
}

function refused(id: string, reqs: string, text: string): Vector {
  return { ...start(id, reqs, utf8(text)), expect: { error: true, code: 14 } };
}

function ignored(id: string, reqs: string, hex: string): Vector {
  return { ...start(id, reqs, hex), expect: { close: true, code: "silent" } };
}

function start(id: string, reqs: string, hex: string): Omit<Vector, "expect"> {
  return { id: `handshake-${id}`, reqs: reqs.split(" "), level: "required", kind: "handshake", hex };
}

const padded = (size: number): string => {
  const head = `${usual},"Pad":"`;
  return `${head}${"x".repeat(size - head.length - 3)}"}\n`;
};

/** What a server makes of the first bytes of a client. */
export const handshakes: readonly Vector[] = [
  accepted("full", "OPT-1 OPT-2 OPT-3 OPT-4", `${usual},"Serializations":["binary","json"],"Limits":{"MaxFrameBytes":65536,"MaxMessageBytes":4194304,"MaxCalls":1000},"Peer":"shop/1.4"}\n`, { Serializations: ["binary", "json"], Peer: "shop/1.4" }),
  accepted("least", "OPT-3 OPT-4 OPT-9", `${magic},"CodecType":"application/x-rpcgen"}\n`),
  accepted("other-order", "OPT-2", `${magic},"Version":1,"CodecType":"application/x-rpcgen"}\n`),
  accepted("spaces-inside", "OPT-1", `${magic}, "CodecType" : "application/x-rpcgen" }\n`),
  accepted("json-first", "OPT-4", `${usual},"Serializations":["json","binary"]}\n`, { Serializations: ["json", "binary"] }),
  accepted("unknown-serialization", "OPT-4 OPT-5", `${usual},"Serializations":["gob","binary"]}\n`),
  accepted("unknown-members", "OPT-5", `${usual},"Color":{"deep":[1,2,{}]},"Limits":{"MaxDreams":1}}\n`),
  accepted("member-twice", "OPT-5", `${usual},"Version":9,"Version":1}\n`),
  accepted("small-limits", "OPT-4 OPT-9", `${usual},"Limits":{"MaxMessageBytes":10,"MaxCalls":1}}\n`, { Limits: { MaxMessageBytes: "10", MaxCalls: "1" } }),
  accepted("large-limits", "OPT-4", `${usual},"Limits":{"MaxFrameBytes":2147483647}}\n`, { Limits: { MaxFrameBytes: "2147483647" } }),
  accepted("8-kib", "OPT-8", padded(8_192)),
  refused("other-codec", "OPT-3 OPT-7", `${magic},"CodecType":"application/gob"}\n`),
  refused("no-codec", "OPT-3 OPT-7", `${magic}}\n`),
  refused("codec-not-text", "OPT-3 OPT-7", `${magic},"CodecType":7}\n`),
  refused("other-version", "OPT-3 OPT-7", `${magic},"CodecType":"application/x-rpcgen","Version":2}\n`),
  refused("version-not-a-number", "OPT-3 OPT-7", `${magic},"CodecType":"application/x-rpcgen","Version":"1"}\n`),
  refused("no-serialization-in-common", "OPT-7", `${usual},"Serializations":["gob"]}\n`),
  refused("no-serialization", "OPT-7", `${usual},"Serializations":[]}\n`),
  refused("frame-limit-too-low", "OPT-4 OPT-7", `${usual},"Limits":{"MaxFrameBytes":65535}}\n`),
  refused("limit-negative", "OPT-7", `${usual},"Limits":{"MaxCalls":-1}}\n`),
  refused("limits-not-an-object", "OPT-7", `${usual},"Limits":[]}\n`),
  refused("not-json", "OPT-1 OPT-7", `${magic},"CodecType"}\n`),
  refused("magic-twice", "OPT-5 OPT-7", `${usual},"MagicNumber":1}\n`),
  ignored("other-protocol", "OPT-2 OPT-6", utf8("SSH-2.0-probe\r\n")),
  ignored("other-magic", "OPT-2", utf8('{"MagicNumber":3927901,"CodecType":"application/x-rpcgen"}\n')),
  ignored("longer-magic", "OPT-2", utf8('{"MagicNumber":39279000,"CodecType":"application/x-rpcgen"}\n')),
  ignored("magic-with-spaces", "OPT-2", utf8('{ "MagicNumber":3927900,"CodecType":"application/x-rpcgen"}\n')),
  ignored("magic-not-first", "OPT-2", utf8('{"CodecType":"application/x-rpcgen","MagicNumber":3927900}\n')),
  ignored("frame-first", "OPT-6", "3bef0108000000000000000000000000000000ff"),
  ignored("beyond-8-kib", "OPT-8", utf8(padded(8_193))),
]; // prettier-ignore
