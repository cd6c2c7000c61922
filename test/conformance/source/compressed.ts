import { utf8, words } from "./bytes.ts";
import { asGzip, asZlib, deflate } from "./deflate.ts";
import type { Expectation, Vector } from "./vector.ts";

type Compressor = "gzip" | "deflate" | "br" | "zstd";

interface Repeated {
  readonly hex: string;
  readonly times: number;
}

function vector(id: string, reqs: string, compressor: Compressor, hex: string, expect: Expectation): Vector {
  return {
    id: `compressed-${compressor}-${id}`,
    reqs: reqs.split(" "),
    level: "required",
    kind: "compressed",
    needs: [compressor],
    compressor,
    hex,
    expect,
  };
}

function good(id: string, reqs: string, compressor: Compressor, hex: string, value: Repeated): Vector {
  return { ...vector(id, reqs, compressor, hex, { ok: true }), value };
}

const tooLong = (id: string, compressor: Compressor, hex: string): Vector =>
  vector(id, "CMP-5", compressor, hex, { error: true, code: 8 });
const malformed = (id: string, reqs: string, compressor: Compressor, hex: string): Vector =>
  vector(id, `${reqs} CMP-5`, compressor, hex, { error: true, code: 3 });

const hi = Buffer.from("hi");
const letters = (count: number): Uint8Array => Buffer.alloc(count, "a");
const a = utf8("a");

/** In gzip: as many bytes as the rule of CMP-5 lets come out, and one more. */
const gzipAtTheLimit: string = asGzip(deflate(letters(46), 755));
export const gzipBeyondTheLimit: string = asGzip(deflate(letters(9), 716));

/** A Note that says hi, in gzip. */
export const gzipNote: string = asGzip(deflate(Buffer.from(words(1, "hi"), "hex")));

/** Of a member of a gzip file with all but its last byte. */
const cut = (hex: string): string => hex.slice(0, -2);

const zlibFormats: readonly Vector[] = [
  good("text", "CMP-2", "gzip", asGzip(deflate(hi)), { hex: utf8("hi"), times: 1 }),
  good("at-the-limit", "CMP-5", "gzip", gzipAtTheLimit, { hex: a, times: 194_836 }),
  tooLong("beyond-the-limit", "gzip", gzipBeyondTheLimit),
  malformed("cut", "CMP-3", "gzip", cut(asGzip(deflate(hi)))),
  malformed("byte-behind", "CMP-3", "gzip", `${asGzip(deflate(hi))}00`),
  malformed("checksum", "CMP-2", "gzip", asGzip({ ...deflate(hi), text: Buffer.from("ho") })),
  malformed("plain", "CMP-2", "gzip", utf8("hi")),
  malformed("zlib-format", "CMP-2", "gzip", asZlib(deflate(hi))),
  malformed("nothing", "CMP-3", "gzip", ""),
  good("text", "CMP-2", "deflate", asZlib(deflate(hi)), { hex: utf8("hi"), times: 1 }),
  good("at-the-limit", "CMP-5", "deflate", asZlib(deflate(letters(14), 709)), { hex: a, times: 182_936 }),
  tooLong("beyond-the-limit", "deflate", asZlib(deflate(letters(143), 843))),
  malformed("without-the-zlib-format", "CMP-2", "deflate", deflate(hi).hex),
  malformed("byte-behind", "CMP-3", "deflate", `${asZlib(deflate(hi))}00`),
];

/** Made by another program: 66,936 letters in 14 bytes, and one letter more. */
const brotliAtTheLimit = "5b7705815f222c1e0b0462fa0100";
const brotliBeyondTheLimit = "5b7805815f222c1e0b0464fa0100";

/** One block that repeats a letter; window: 128 KiB. */
const zstdOf = (count: number, window = "38"): string => {
  // Last block, type 1 (a byte to be repeated), and its length.
  const head = Buffer.alloc(3);
  head.writeUIntLE((count << 3) | 3, 0, 3);
  return `28b52ffd00${window}${head.toString("hex")}${a}`;
};

const others: readonly Vector[] = [
  good("at-the-limit", "CMP-5", "br", brotliAtTheLimit, { hex: a, times: 66_936 }),
  tooLong("beyond-the-limit", "br", brotliBeyondTheLimit),
  malformed("cut", "CMP-3", "br", cut(brotliAtTheLimit)),
  malformed("byte-behind", "CMP-3", "br", `${brotliAtTheLimit}00`),
  good("at-the-limit", "CMP-5", "zstd", zstdOf(66_536), { hex: a, times: 66_536 }),
  tooLong("beyond-the-limit", "zstd", zstdOf(66_537)),
  malformed("cut", "CMP-3", "zstd", cut(zstdOf(10))),
  malformed("byte-behind", "CMP-3", "zstd", `${zstdOf(10)}00`),
  malformed("window-of-16-mib", "CMP-2", "zstd", zstdOf(10, "70")),
];

/** 2,599 letters, which is more than a receiver wants that takes 2,598. */
const small = asGzip(deflate(letters(19), 10));

const messages: readonly Vector[] = [
  { ...good("longest-message", "CMP-5", "gzip", small, { hex: a, times: 2_599 }), maxMessageBytes: 2_599 },
  { ...tooLong("message-too-long", "gzip", small), maxMessageBytes: 2_598 },
];

/** What a receiver makes of compressed bodies. */
export const compressed: readonly Vector[] = [...zlibFormats, ...others, ...messages];
