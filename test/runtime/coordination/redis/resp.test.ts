import { fc } from "../../../property.ts";
import { describe, expect, test } from "vitest";
import { encodeCommand, RedisError, RespParser, type RespValue } from "../../../../runtime/coordination/redis/resp.ts";

function parse(text: string, pieceBytes = Infinity): RespValue[] {
  const values: RespValue[] = [];
  const parser = new RespParser((value) => values.push(value));
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += pieceBytes) parser.push(bytes.subarray(start, start + pieceBytes));
  return values;
}

function encode(value: RespValue): string {
  if (value === null) return "$-1\r\n";
  if (typeof value === "number") return `:${value}\r\n`;
  if (typeof value === "string") return `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
  if (value instanceof RedisError) return `-${value.message}\r\n`;
  return `*${value.length}\r\n${value.map(encode).join("")}`;
}

describe("answers of Redis", () => {
  test("are read, nested as they come", () => {
    const text = "+OK\r\n:-7\r\n$5\r\nh\r\nlo\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n$0\r\n\r\n*1\r\n-ERR no\r\n";
    expect(parse(text)).toEqual(["OK", -7, "h\r\nlo", null, null, [], ["", [new RedisError("ERR no")]]]);
  });

  test("are the same in whatever pieces they come", () => {
    const { value } = fc.letrec<{ value: RespValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", maxDepth: 5 },
        fc.string({ unit: "grapheme" }),
        fc.integer(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), fc.integer({ min: 1, max: 20 }), (values, pieceBytes) => {
        expect(parse(values.map(encode).join(""), pieceBytes)).toEqual(values);
      }),
    );
  });

  test.each([
    ["!x\r\n", 'begins with "!", which RESP 2 does not have'],
    ["$-2\r\n", 'has the length "-2"'],
    ["$99999999999\r\n", 'has the length "99999999999"'],
    ["*1e9\r\n", 'has the length "1e9"'],
    ["*1\r\n".repeat(9), "nested too deeply"],
    [`+${"x".repeat(70_000)}`, "a line without an end"],
  ])("that break the protocol are refused: %j", (text, fault) => {
    expect(() => parse(text)).toThrow(fault);
  });
});

test("commands are lists of texts, counted in bytes", () => {
  expect(Buffer.from(encodeCommand(["SET", "ü"])).toString()).toBe("*2\r\n$3\r\nSET\r\n$2\r\nü\r\n");
});
