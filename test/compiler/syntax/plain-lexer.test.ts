import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lexPlainly } from "../../../compiler/syntax/plain-lexer.ts";
import { createLexer, type LexedText, type Token } from "../../../compiler/syntax/tokens.ts";

const lexer = createLexer();

/** What matters of a token. */
function told({ tokens, comments }: LexedText): object {
  const of = ({ image, startOffset, tokenType, tokenTypeIdx }: Token): unknown[] => [
    image,
    startOffset,
    tokenType.name,
    tokenTypeIdx,
  ];
  return { tokens: tokens.map(of), comments: comments.map(of) };
}

describe("the plain lexer", () => {
  test("gives what the lexer gives for a schema with everything in it", () => {
    const text = readFileSync(join(import.meta.dirname, "every-construct.rpc"), "utf8");
    const plain = lexPlainly(text);
    expect(plain && told(plain)).toEqual(told(lexer(text)));
  });

  test("gives what the lexer gives, or nothing, for any text", () => {
    const pieces = fc.constantFrom(
      ...[
        "message",
        "errors",
        "error",
        "max",
        "maximum",
        "_",
        "a1",
        "A_b",
        "é",
        "0",
        "7",
        "12",
        "012",
        "0x1F",
        "0x",
        "-3",
        "-",
      ],
      ...[
        "1.5",
        "1.",
        "1..2",
        "2e9",
        "2e",
        "500ms",
        "1.5s",
        "64KiB",
        "64Kib",
        "1_0",
        "9z",
        "- 1",
        "..",
        ".",
        "...",
        "@",
        "|",
        "*",
      ],
      ...[
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "=",
        ":",
        ";",
        ",",
        "?",
        "#",
        "/",
        "//",
        "// c\n",
        "//\r",
        "/*",
        "*/",
        "/* d */",
      ],
      ...[
        "/** e\n */",
        "/*/",
        '"',
        '"s"',
        "'t'",
        '"\\""',
        "'\\",
        '"a\nb"',
        " ",
        "\t",
        "\r\n",
        "\n",
        "\f",
        "\u00a0",
        "\u2028",
        "\ufeff",
      ],
    );
    let plain = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const found = lexPlainly(text);
        if (found === undefined) return;
        plain++;
        expect(told(found)).toEqual(told(lexer(text)));
      }),
      { numRuns: 3000 },
    );
    expect(plain).toBeGreaterThan(300);
  });

  test("leaves what needs a word of explanation to the lexer", () => {
    for (const text of ['"open', "/* open", "a # b", "é", "012", "0x", "-", "1z", "a\u00a0b"]) {
      expect(lexPlainly(text)).toBeUndefined();
    }
  });
});
