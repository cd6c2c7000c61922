import { expect, test } from "vitest";
import { createCompression, type PackedBody } from "../../../runtime/compression/compression.ts";
import { gzip, zstd } from "../../../runtime/compression/zlib.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";

const text = Buffer.from("order;customer;price;".repeat(100));
const incompressible = createVirtualEnvironment().randomBytes(2_000);
const plainMethod = { policy: {} };
const marked = { policy: { compress: true } };
const unmarked = { policy: { compress: false } };

const reader = { peerCompressors: [1, 2, 3, 4], peerLimits: { maxMessageBytes: 1_000_000 } };

const pack = async (
  option: Parameters<typeof createCompression>[0],
  method: object,
  body = text,
  wanted?: boolean,
): Promise<PackedBody> => createCompression(option).pack(method as never, body, [1, 2, 3, 4], wanted);

test("off by default, and refused when told so", async () => {
  expect(createCompression(undefined).compressors).toEqual([]);
  const refused = createCompression(false);
  refused.allowMarked();
  expect(refused.compressors).toEqual([]);
});

test("a marked method turns the defaults on: zstd where Node has it, and gzip", () => {
  const compression = createCompression(undefined);
  compression.allowMarked();
  expect(compression.compressors).toEqual([zstd, gzip].filter((found) => found !== undefined));
});

test("what nobody turned on is on for marked methods only, what was refused for none", () => {
  const open = createCompression(undefined);
  open.allowMarked();
  expect([plainMethod, marked].map((method) => open.takes(method, 2_000, reader))).toEqual([false, true]);
  expect(createCompression(false).takes(plainMethod, 2_000, reader)).toBe(false);
});

test("a compressor is found by its number", () => {
  const compression = createCompression({ compressors: ["gzip", "br"] });
  expect([1, 3, 2].map((id) => compression.find(id)?.name)).toEqual(["gzip", "br", undefined]);
});

test.each([
  [true, plainMethod, undefined, true],
  [{ methods: "all" } as const, plainMethod, undefined, true],
  [true, unmarked, undefined, false],
  [true, unmarked, true, true],
  [true, marked, false, false],
  [{ methods: "schema" } as const, plainMethod, undefined, false],
  [{ methods: "schema" } as const, marked, undefined, true],
  [{ methods: "schema" } as const, plainMethod, true, true],
])("with %j a method of %j and the call's word %j: compressed is %j", async (option, method, wanted, isCompressed) => {
  const { body, compressor } = await pack(option, method, text, wanted);
  expect(compressor !== 0).toBe(isCompressed);
  expect(body === text).toBe(!isCompressed);
  expect(createCompression(option).takes(method, text.length, reader, wanted)).toBe(isCompressed);
});

test("a message below the threshold goes as it is, one at it does not", async () => {
  const option = { thresholdBytes: 500 };
  expect((await pack(option, plainMethod, text.subarray(0, 499))).compressor).toBe(0);
  expect((await pack(option, plainMethod, text.subarray(0, 500))).compressor).not.toBe(0);
  expect([499, 500].map((bytes) => createCompression(option).takes(plainMethod, bytes, reader))).toEqual([false, true]);
});

test("nothing is compressed for a peer that reads no compressor, nor what is too long for it even before", () => {
  const compression = createCompression(true);
  const takes = (peer: typeof reader): boolean => compression.takes(plainMethod, 2_000, peer);
  expect(takes({ ...reader, peerCompressors: [] })).toBe(false);
  expect([1_999, 2_000].map((maxMessageBytes) => takes({ ...reader, peerLimits: { maxMessageBytes } }))).toEqual([
    false,
    true,
  ]);
});

test("only what the peer reads is used, our favourite first", async () => {
  const compression = createCompression({ compressors: ["br", "gzip", "deflate"] });
  expect((await compression.pack(plainMethod, text, [1, 2, 3])).compressor).toBe(3);
  expect((await compression.pack(plainMethod, text, [2, 1])).compressor).toBe(1);
  expect((await compression.pack(plainMethod, text, [4, 9])).compressor).toBe(0);
  expect((await compression.pack(plainMethod, text, [])).compressor).toBe(0);
});

test("a large body is compressed in another thread, a small one at once", async () => {
  const compression = createCompression({ compressors: ["gzip"] });
  const large = Buffer.from(Array.from({ length: 10_000 }, (_, index) => `order ${index};`).join(""));
  const later = compression.pack(plainMethod, large, [1]);
  expect(later).toBeInstanceOf(Promise);
  expect((await later).body.length).toBeLessThan(large.length / 2);
  expect(compression.pack(plainMethod, text, [1])).not.toBeInstanceOf(Promise);
});

test("a body of 16 KiB is still compressed at once, and any where there is no other thread", () => {
  const body = Buffer.alloc(16_385, "order;");
  const isLater = (compressor: typeof gzip, bytes: number): boolean =>
    createCompression({ compressors: [compressor] }).pack(plainMethod, body.subarray(0, bytes), [1]) instanceof Promise;
  expect([16_384, 16_385].map((bytes) => isLater(gzip, bytes))).toEqual([false, true]);
  const { id, name, compress, decompress } = gzip;
  expect(isLater({ id, name, compress, decompress }, 16_385)).toBe(false);
});

test("what becomes as small as its receiver believes is sent so, a byte more goes as it is", async () => {
  const packed = new Uint8Array(10);
  const tiny = { id: 9, name: "tiny", compress: () => packed, decompress: () => packed };
  const sent = async (bytes: number): Promise<number> =>
    (await createCompression({ compressors: [tiny] }).pack(plainMethod, new Uint8Array(bytes), [9])).compressor;
  expect([await sent(66_536), await sent(66_537)]).toEqual([9, 0]);
});

test("a threshold of 0 is one: every message is looked at", () => {
  expect(createCompression({ thresholdBytes: 0 }).takes(plainMethod, 0, reader)).toBe(true);
});

test.skipIf(zstd !== undefined)("names that this Node does not have are left out, but not all of them", () => {
  expect(createCompression({ compressors: ["zstd", "gzip"] }).compressors).toEqual([gzip]);
  expect(() => createCompression({ compressors: ["zstd"] })).toThrow("has none of the compressors zstd");
});

test("what would look like a bomb to its receiver goes as it is", async () => {
  const compression = createCompression({ compressors: ["br"] });
  const zeros = (length: number): Uint8Array => new Uint8Array(length);
  expect((await compression.pack(plainMethod, zeros(60_000), [3])).compressor).toBe(3);
  expect((await compression.pack(plainMethod, zeros(1_000_000), [3])).compressor).toBe(0);
});

test("a method whose messages do not shrink rests, longer each time, and comes back when they do", async () => {
  let attempts = 0;
  const counting = { ...gzip, compress: (bytes: Uint8Array) => (attempts++, gzip.compress(bytes)) };
  const compression = createCompression({ compressors: [counting] });
  const send = async (count: number, body: Uint8Array): Promise<number> => {
    const before = attempts;
    for (let index = 0; index < count; index++) await compression.pack(plainMethod, body, [1]);
    return attempts - before;
  };
  expect(await send(4, incompressible)).toBe(4);
  expect(await send(16, incompressible)).toBe(0);
  expect(await send(1, incompressible)).toBe(1);
  expect(await send(32, incompressible)).toBe(0);
  expect(await send(1, text)).toBe(1);
  expect(await send(10, text)).toBe(10);
  // Another method has a record of its own.
  expect((await compression.pack({ policy: {} }, text, [1])).compressor).toBe(1);
});

test.each([
  [{ compressors: [] }, "at least one"],
  [{ compressors: ["lzw"] }, '"lzw" is not known'],
  [{ thresholdBytes: -1 }, "thresholdBytes"],
  [{ methods: "some" }, '"all" or "schema"'],
  [{ threshold: 1 }, '"threshold" is not an option of compression. Options are compressors, thresholdBytes, methods.'],
  ["gzip", 'compression takes an object of options; found "gzip".'],
  [null, "compression takes an object of options; found null."],
])("options that cannot work are refused: %j", (option, word) => {
  expect(() => createCompression(option as never)).toThrow(word);
});
