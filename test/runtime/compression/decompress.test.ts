import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Compressor } from "../../../runtime/compression/compressor.ts";
import { checkCompressors, OutputLimitError } from "../../../runtime/compression/compressor.ts";
import { decompress, decompressionTurns, outputLimit } from "../../../runtime/compression/decompress.ts";
import { brotli, deflate, gzip, zstd } from "../../../runtime/compression/zlib.ts";

const compressors: readonly Compressor[] = [gzip, deflate, brotli, zstd].filter((found) => found !== undefined);
const message = Buffer.from("the quick brown fox jumps over the lazy dog; ".repeat(400));
const noise = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  let state = 7;
  for (let at = 0; at < length; at++) bytes[at] = state = (state * 48_271) % 2_147_483_647;
  return bytes;
};
const errorOf = async (action: () => unknown): Promise<unknown> => {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
};

describe.each(compressors)("$name", (compressor) => {
  test("gives back what it was given, here and in another thread", async () => {
    for (const plain of [message, new Uint8Array(0), Uint8Array.of(1), noise(100_000)]) {
      const packed = compressor.compress(plain);
      expect(Buffer.compare(compressor.decompress(packed, plain.length), plain)).toBe(0);
      expect(Buffer.compare((await compressor.decompressAsync?.(packed, plain.length)) ?? packed, plain)).toBe(0);
      const later = (await compressor.compressAsync?.(plain)) ?? packed;
      expect(Buffer.compare(compressor.decompress(later, plain.length), plain)).toBe(0);
    }
  });

  test("stops at the limit, not a byte later", async () => {
    const packed = compressor.compress(message);
    expect(compressor.decompress(packed, message.length)).toHaveLength(message.length);
    expect(() => compressor.decompress(packed, message.length - 1)).toThrow(OutputLimitError);
    await expect(compressor.decompressAsync?.(packed, message.length - 1)).rejects.toThrow(OutputLimitError);
  });

  test.each([
    ["small enough to be unpacked at once", 1_000_000],
    ["for another thread", 64 * 1024 * 1024],
  ])("a bomb %s is refused without its memory being taken", async (_, bytes) => {
    const bomb = compressor.compress(new Uint8Array(bytes));
    const before = process.memoryUsage().rss;
    const error = await errorOf(() => decompress(compressor, bomb, 256 * 1024));
    expect(error).toMatchObject({ reason: "limit_exceeded", codeName: "resource_exhausted" });
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  });

  test("a message may be a hundred times its body and 64 KiB, and no more", async () => {
    // Padded to a known length by what compresses badly, so that the ratio is exact.
    const plain = new Uint8Array(2_000_000);
    plain.set(noise(3_000));
    const packed = compressor.compress(plain);
    const limit = outputLimit(packed.length, 2 ** 30);
    expect(limit).toBe(packed.length * 100 + 65_536);
    if (plain.length <= limit) return expect((await decompress(compressor, packed, 2 ** 30)).length).toBe(plain.length);
    expect(await errorOf(() => decompress(compressor, packed, 2 ** 30))).toMatchObject({ reason: "limit_exceeded" });
  });

  test.each([
    ["cut", (packed: Uint8Array) => packed.subarray(0, packed.length - 3)],
    ["followed by other bytes", (packed: Uint8Array) => Buffer.concat([packed, Buffer.from("and more")])],
    ["empty", () => new Uint8Array(0)],
    ["something else", () => Buffer.from("this is not compressed at all, it is plain text")],
    ["of no sense", () => noise(20_000)],
  ])("a body that is %s is malformed", async (_, spoil) => {
    const error = await errorOf(() => decompress(compressor, spoil(compressor.compress(message)), 2 ** 20));
    expect(error).toMatchObject({ reason: "malformed_message", message: `A body is not valid ${compressor.name}.` });
  });

  test("every body with one bit changed is read or refused, never anything else", async () => {
    const packed = compressor.compress(message);
    for (let at = 0; at < packed.length; at++) {
      const spoilt = new Uint8Array(packed);
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << (at % 8));
      try {
        const plain = await decompress(compressor, spoilt, 2 ** 20);
        expect(plain.length).toBeLessThanOrEqual(2 ** 20);
      } catch (error) {
        expect(["malformed_message", "limit_exceeded"]).toContain((error as { reason: string }).reason);
      }
    }
  });
});

test.skipIf(zstd === undefined)("zstd reads what needs a window of 8 MiB, and nothing that needs a larger one", () => {
  const mebibyte = 1024 * 1024;
  const found = zlib as unknown as { zstdCompressSync(bytes: Uint8Array, options: object): Uint8Array };
  const { ZSTD_c_windowLog: windowLog = NaN } = zlib.constants as Readonly<Record<string, number>>;
  const packed = (log: number): Uint8Array =>
    found.zstdCompressSync(new Uint8Array(9 * mebibyte), { params: { [windowLog]: log } });
  expect(zstd?.decompress(packed(23), 16 * mebibyte)).toHaveLength(9 * mebibyte);
  expect(() => zstd?.decompress(packed(24), 16 * mebibyte)).toThrow("too much memory");
  const own = zstd?.compress(noise(9 * mebibyte)) ?? new Uint8Array(0);
  expect(zstd?.decompress(own, 16 * mebibyte)).toHaveLength(9 * mebibyte);
});

test("at most four bodies are decompressed at a time", async () => {
  let most = 0;
  const slow: Compressor = {
    id: 9,
    name: "slow",
    compress: (bytes) => bytes,
    decompress: (bytes) => bytes,
    async decompressAsync(bytes) {
      most = Math.max(most, decompressionTurns.running);
      await new Promise((resolve) => setImmediate(resolve));
      return bytes;
    },
  };
  const all = Array.from({ length: 20 }, async () => decompress(slow, noise(10_000), 2 ** 20));
  for (const plain of await Promise.all(all)) expect(plain).toHaveLength(10_000);
  expect([most, decompressionTurns.running]).toEqual([4, 0]);
});

test("a large body is copied before anything else may change it", async () => {
  const packed = new Uint8Array(gzip.compress(noise(10_000)));
  const plain = decompress(gzip, packed, 2 ** 20);
  packed.fill(0);
  expect(Buffer.compare(await plain, noise(10_000))).toBe(0);
});

test("a compressor of somebody else that gives more than it may is refused", async () => {
  const greedy: Compressor = {
    id: 9,
    name: "greedy",
    compress: (bytes) => bytes,
    decompress: () => new Uint8Array(70_000),
  };
  expect(await errorOf(() => decompress(greedy, Uint8Array.of(1), 1_000))).toMatchObject({ reason: "limit_exceeded" });
});

test("a body of 4 KiB is decompressed at once, a longer one in another thread, if there is one", async () => {
  const idle: Compressor = {
    id: 9,
    name: "idle",
    compress: (bytes) => bytes,
    decompress: () => Uint8Array.of(1),
    decompressAsync: async () => Uint8Array.of(2),
  };
  const { decompressAsync: _, ...alone } = idle;
  expect(decompress(idle, new Uint8Array(4_096), 10)).toEqual(Uint8Array.of(1));
  expect(await decompress(idle, new Uint8Array(4_097), 10)).toEqual(Uint8Array.of(2));
  expect(decompress(alone, new Uint8Array(4_097), 10)).toEqual(Uint8Array.of(1));
});

test.each(compressors)("$name notices a bomb before it has read all of it", (compressor) => {
  const bomb = compressor.compress(Buffer.concat([new Uint8Array(3_000_000), noise(2_000)]));
  expect(() => compressor.decompress(bomb.subarray(0, bomb.length - 10), 1_000)).toThrow(OutputLimitError);
});

test.each(compressors)("$name gives nothing where nothing may come out", (compressor) => {
  expect(() => compressor.decompress(compressor.compress(Uint8Array.of(1)), 0)).toThrow(OutputLimitError);
  expect(compressor.decompress(compressor.compress(new Uint8Array(0)), 0)).toHaveLength(0);
});

test("what comes out is as long as it may be, or a byte too long", () => {
  const giving = (bytes: number): Compressor => ({
    id: 9,
    name: "giving",
    compress: (body) => body,
    decompress: () => new Uint8Array(bytes),
  });
  expect(decompress(giving(100), Uint8Array.of(1), 100)).toHaveLength(100);
  expect(() => decompress(giving(101), Uint8Array.of(1), 100)).toThrow("longer than 100 bytes");
});

test("an error about a limit has a name", () => {
  expect(new OutputLimitError(5)).toMatchObject({
    name: "OutputLimitError",
    message: "The output is longer than 5 bytes.",
  });
});

test("the formats are made at the levels that were measured", () => {
  const orders = Buffer.from(Array.from({ length: 500 }, (_, at) => `order ${at * 7_919}, price ${at % 97};`).join(""));
  expect(gzip.compress(orders)).toEqual(zlib.gzipSync(orders, { level: 4 }));
  expect(deflate.compress(orders)).toEqual(zlib.deflateSync(orders, { level: 4 }));
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 4, [zlib.constants.BROTLI_PARAM_LGWIN]: 20 };
  expect(brotli.compress(orders)).toEqual(zlib.brotliCompressSync(orders, { params }));
});

test("zstd is there wherever Node has it", () => {
  expect(zstd !== undefined).toBe("zstdCompressSync" in zlib);
});

test.skipIf(zstd === undefined)(
  "zstd takes frames that ask for 8 MiB, however small they are, and none that asks for more",
  () => {
    // Ten letters behind a window of 8 or 9 MiB.
    const frame = (window: string): Uint8Array => Buffer.from(`28b52ffd00${window}53000061`, "hex");
    expect(zstd?.decompress(frame("68"), 100)).toEqual(Buffer.from("aaaaaaaaaa"));
    expect(() => zstd?.decompress(frame("69"), 100)).toThrow("too much memory");
  },
);

test("numbers of compressors go up to 15", () => {
  expect(checkCompressors([{ ...gzip, id: 15 }])).toHaveLength(1);
});

test.each([
  [[{ ...gzip, id: 0 }], "1 to 15"],
  [[{ ...gzip, id: 16 }], "1 to 15"],
  [[{ ...gzip, name: "" }], "a name"],
  [[{ ...gzip, name: 7 as unknown as string }], "a name"],
  [[gzip, { ...deflate, id: 1 }], "cannot be told apart"],
  [[gzip, { ...deflate, name: "gzip" }], "cannot be told apart"],
])("compressors that cannot be told apart are refused", (found, word) => {
  expect(() => checkCompressors(found)).toThrow(word);
});
