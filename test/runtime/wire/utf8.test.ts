import { isUtf8 } from "node:buffer";
import { afterEach, describe, expect, test, vi } from "vitest";
import { longestAscii, mixedText } from "../../../runtime/wire/ascii.ts";
import { decodeUtf8, encodeLongUtf8, encodeUtf8, isAscii, isWellFormed } from "../../../runtime/wire/utf8.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function reference(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? strict.decode(bytes) : undefined;
}

function ours(bytes: Uint8Array): string | undefined {
  try {
    return decodeUtf8(bytes, 0, bytes.length);
  } catch {
    return undefined;
  }
}

/** The inputs of `length` bytes from `firstByte` on, with `pad` letters behind, that `decode` does not decode as it should. */
function differences(options: {
  readonly length: number;
  readonly pad?: number;
  readonly firstByte?: number;
  readonly decode: (bytes: Uint8Array) => string | undefined;
}): string[] {
  const { length, pad = 0, firstByte = 0, decode } = options;
  const bytes = new Uint8Array(length + pad).fill(0x61);
  const found: string[] = [];
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  for (let value = firstByte * 256 ** (length - 1); value < 256 ** length; value++) {
    for (let at = 0; at < length; at++) bytes[at] = value >>> (8 * (length - 1 - at));
    if (decode(bytes) !== reference(bytes)) found.push(Buffer.from(bytes).toString("hex"));
  }
  Error.stackTraceLimit = limit;
  return found;
}

describe("decoding agrees with a strict TextDecoder", () => {
  test("over all inputs of two bytes", () => expect(differences({ length: 2, decode: ours })).toEqual([]));

  test("over all inputs of two bytes inside a text that takes the native path", () =>
    expect(differences({ length: 2, pad: 40, decode: ours })).toEqual([]));

  // What malformed text costs is an error, made 8 million times; so this one asks the part that has none.
  test(
    "over all inputs of three bytes that begin outside ASCII",
    () => expect(differences({ length: 3, firstByte: 0x80, decode: (bytes) => mixedText(bytes, 0, 3) })).toEqual([]),
    30_000,
  );

  test("over all boundaries of sequences of four bytes", () => {
    const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    const wrong: string[] = [];
    for (let first = 0xf0; first <= 0xff; first++)
      for (let second = 0; second <= 0xff; second++)
        for (const third of edges)
          for (const fourth of edges) {
            const bytes = Uint8Array.of(first, second, third, fourth);
            if (mixedText(bytes, 0, 4) !== reference(bytes)) wrong.push(Buffer.from(bytes).toString("hex"));
          }
    expect(wrong).toEqual([]);
  });

  test.each(["f0908080", "f48fbfbf", "f4908080", "f08fbfbf", "f0808080", "f5808080", "f7bfbfbf", "f0908041", "f09080"])(
    "for the four-byte sequence %s",
    (hex) => {
      const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
      expect(ours(bytes)).toBe(reference(bytes));
    },
  );
});

test("every ASCII length decodes to the same text, short and long", () => {
  for (let length = 0; length < 80; length++) {
    const text = "abcdefghijklmnopqrstuvwxyz".repeat(4).slice(0, length);
    expect(decodeUtf8(Buffer.from(`xx${text}yy`), 2, 2 + length)).toBe(text);
  }
});

test("a byte order mark stays a character", () => {
  expect(decodeUtf8(Buffer.from("\ufeffa"), 0, 4)).toBe("\ufeffa");
  expect(decodeUtf8(Buffer.from(`\ufeff${"a".repeat(50)}`), 0, 53)).toBe(`\ufeff${"a".repeat(50)}`);
});

test("a replacement character that was really sent is kept", () => {
  const bytes = Buffer.from(`\ufffd${"a".repeat(50)}`);
  expect(decodeUtf8(bytes, 0, bytes.length)).toBe(`\ufffd${"a".repeat(50)}`);
});

describe("a text of several scripts", () => {
  const scripts = ["plain ", "größer ", "ещё ", "茶 ", "🚀🌍"];
  const textOf = (length: number, seed: number): string => {
    let text = "";
    for (let at = seed; text.length < length; at++) text += scripts[(at * 7) % scripts.length];
    return text;
  };

  test("of any length decodes as by a strict TextDecoder", () => {
    for (let length = 1; length < 3_000; length += 13) {
      const bytes = Buffer.from(`zz${textOf(length, length)}`);
      expect(decodeUtf8(bytes, 2, bytes.length)).toBe(strict.decode(bytes.subarray(2)));
    }
  });

  test("decodes wherever the pieces end in which it is decoded", () => {
    for (const wide of ["é", "茶", "🚀"]) {
      for (let letters = 0; letters < 5; letters++) {
        const text = "a".repeat(letters) + wide.repeat(20_000);
        expect(decodeUtf8(Buffer.from(text), 0, Buffer.byteLength(text))).toBe(text);
      }
    }
  });

  test.each(["ff", "80", "c080", "eda080", "f4908080", "e282"])(
    "is refused with the bytes %s anywhere in it",
    (hex) => {
      const bad = Buffer.from(hex, "hex");
      for (const length of [40, 200, 700, 20_000]) {
        for (const at of [0, 1, length >> 1, length]) {
          const text = textOf(length, at);
          const bytes = Buffer.concat([Buffer.from(text.slice(0, at)), bad, Buffer.from(text.slice(at))]);
          expect(() => decodeUtf8(bytes, 0, bytes.length)).toThrow("not valid UTF-8");
        }
      }
    },
  );
});

test("a byte outside ASCII is found wherever it stands", () => {
  for (let length = 0; length < 20; length++) {
    const bytes = new Uint8Array(length + 8).fill(0x80).fill(0x7f, 4, 4 + length);
    expect(isAscii(bytes, 4, 4 + length)).toBe(true);
    for (let at = 4; at < 4 + length; at++) {
      bytes[at] = 0x80;
      expect(isAscii(bytes, 4, 4 + length)).toBe(false);
      bytes[at] = 0x7f;
    }
  }
});

describe("encoding", () => {
  const samples = ["", "a", "é", "€", "𝄞", "aé€𝄞z", "\u0000\u007f\u0080\u07ff\u0800\uffff", "\u{10ffff}"];

  test.each(samples)("gives the bytes that TextEncoder gives for %j", (text) => {
    const expected = Buffer.from(text);
    const bytes = new Uint8Array(64);
    expect(Buffer.from(bytes.subarray(0, encodeUtf8(text, bytes, 0)))).toEqual(expected);
    expect(Buffer.from(bytes.subarray(0, encodeLongUtf8(text, bytes, 0)))).toEqual(expected);
  });

  test.each(["\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "𝄞\udfff", "\ud800\ud800\udc00"])(
    "refuses the lone surrogate in %j",
    (text) => {
      expect(() => encodeUtf8(text, new Uint8Array(64), 0)).toThrow("lone surrogate");
      expect(() => encodeLongUtf8(text, new Uint8Array(64), 0)).toThrow("lone surrogate");
      expect(isWellFormed(text)).toBe(false);
    },
  );
});

test("text of every short length decodes wherever its wide characters stand", () => {
  for (const wide of ["é", "€", "𝄞"]) {
    for (let length = 1; length < longestAscii + 12; length++) {
      for (let at = 0; at < length; at++) {
        const text = `${"a".repeat(at)}${wide}${"b".repeat(length - at - 1)}`;
        expect(ours(new TextEncoder().encode(text))).toBe(text);
      }
    }
  }
});

describe("a long text", () => {
  const long = "€".repeat(300);

  test("that really holds replacement characters is encoded as it is", () => {
    const bytes = new Uint8Array(4096);
    const text = `${long}\ufffd${long}`;
    expect(Buffer.from(bytes.subarray(0, encodeLongUtf8(text, bytes, 5))).subarray(5)).toEqual(Buffer.from(text));
  });

  test.each([0, 150, 300])("with a lone surrogate behind %i characters is refused", (at) => {
    const text = `${long.slice(0, at)}\ud800${long.slice(at)}`;
    expect(() => encodeLongUtf8(text, new Uint8Array(4096), 0)).toThrow("lone surrogate");
    expect(() => encodeLongUtf8(`\ufffd${text}`, new Uint8Array(4096), 0)).toThrow("lone surrogate");
  });
});

describe("which way a text is written:", () => {
  afterEach(() => void vi.restoreAllMocks());

  test.each([
    ["ж".repeat(96), 1],
    ["ж".repeat(95), 0],
    ["ä".repeat(200), 0],
    ["a".repeat(200), 0],
    [`${"a".repeat(196)}жжжж`, 0],
    [`${"a".repeat(100)}${"ж".repeat(100)}`, 1],
  ])("%s by TextEncoder: %i", (text, times) => {
    const encodeInto = vi.spyOn(TextEncoder.prototype, "encodeInto");
    const bytes = new Uint8Array(1_000);
    const end = encodeLongUtf8(text, bytes, 3);
    expect(encodeInto).toHaveBeenCalledTimes(times);
    expect(Buffer.from(bytes.subarray(3, end))).toEqual(Buffer.from(text));
  });

  test.each(["\ud800", "\udc00"])("either way %j alone is refused, wherever it stands", (lone) => {
    for (const letter of ["a", "ж", "🚀"]) {
      const text = letter.repeat(110);
      for (let at = 0; at <= text.length; at += letter.length) {
        const broken = text.slice(0, at) + lone + text.slice(at);
        expect(() => encodeLongUtf8(broken, new Uint8Array(1_000), 0)).toThrow("lone surrogate");
      }
    }
  });
});

describe("where there is no Buffer", () => {
  async function withoutBuffer<T>(run: (utf8: typeof import("../../../runtime/wire/utf8.ts")) => T): Promise<T> {
    vi.resetModules();
    vi.stubGlobal("Buffer", undefined);
    try {
      return run(await import("../../../runtime/wire/utf8.ts"));
    } finally {
      vi.unstubAllGlobals();
      vi.resetModules();
    }
  }
  const texts = ["", "a", "aé€𝄞z", "a".repeat(200), "é€𝄞".repeat(200), `\ufeff${"a".repeat(50)}\ufffd`];

  test("text is written and read by TextEncoder and TextDecoder", async () => {
    const results = await withoutBuffer(({ decodeUtf8, encodeLongUtf8 }) =>
      texts.map((text) => {
        const bytes = new Uint8Array(text.length * 3 + 2);
        const end = encodeLongUtf8(text, bytes, 2);
        return { bytes: bytes.subarray(2, end), text: decodeUtf8(bytes, 2, end) };
      }),
    );
    expect(results.map(({ text }) => text)).toEqual(texts);
    expect(results.map(({ bytes }) => [...bytes])).toEqual(texts.map((text) => [...Buffer.from(text)]));
  });

  test("malformed bytes and lone surrogates are refused", async () => {
    const malformed = Uint8Array.from(Buffer.from(`${"61".repeat(40)}ff`, "hex"));
    const refusals = await withoutBuffer(({ decodeUtf8, encodeLongUtf8 }) =>
      [
        () => decodeUtf8(malformed, 0, malformed.length),
        () => encodeLongUtf8(`${"a".repeat(300)}\udc00`, new Uint8Array(1024), 0),
      ].map((run) => {
        try {
          return run();
        } catch (error) {
          return (error as Error).message;
        }
      }),
    );
    expect(refusals).toEqual([expect.stringContaining("not valid UTF-8"), expect.stringContaining("lone surrogate")]);
  });
});
