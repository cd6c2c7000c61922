import { describe, expect, test } from "vitest";
import { decodeBody, encodeBody } from "../../../runtime/codec/body.ts";
import { Code } from "../../../runtime/errors/code.ts";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { Note } from "../fixture/lab.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function errorOf(action: () => unknown): RpcError {
  try {
    action();
  } catch (error) {
    if (RpcError.is(error)) return error;
  }
  throw new Error("expected an RpcError");
}

describe("a body", () => {
  test.each([1, 2] as const)("in format %i is read as it was written", (format) => {
    const note = { text: "Ådä", count: 3, data: new Uint8Array([1, 2, 3]) };
    expect(decodeBody(Note, encodeBody(Note, note, format), format)).toEqual(note);
  });

  test.each([
    ["Uint8Array", (size: number) => new Uint8Array(size)],
    ["Buffer", (size: number) => Buffer.alloc(size)],
  ])("shares no memory with the message, whatever part of the %s it fills", (_, allocate) => {
    for (const size of [16, 1_000, 40_000, 65_000]) {
      const encoded = encodeBody(Note, { data: new Uint8Array(size).fill(9) }, 1);
      const buffer = allocate(64 * 1024);
      buffer.set(encoded.subarray(0, buffer.length));
      const note = decodeBody(Note, buffer.subarray(0, encoded.length), 1);
      buffer.fill(0);
      expect(note.data.every((byte) => byte === 9)).toBe(true);
    }
  });

  test.each([0, 1, 61, 62, 63, 64, 65, 66, 100])(
    "with %i bytes shares none of a memory that is hardly larger",
    (size) => {
      const encoded = encodeBody(Note, { data: new Uint8Array(size).fill(9) }, 1);
      const memory = new Uint8Array(encoded.length + 2);
      memory.set(encoded, 1);
      const note = decodeBody(Note, memory.subarray(1, 1 + encoded.length), 1);
      memory.fill(0);
      expect([...note.data]).toEqual(new Array(size).fill(9));
    },
  );

  test("that is all of its buffer is given to the message, not copied", () => {
    const encoded = new Uint8Array(encodeBody(Note, { data: new Uint8Array(65_536).fill(9) }, 1));
    expect(decodeBody(Note, encoded, 1).data.buffer).toBe(encoded.buffer);
  });

  test("in JSON may hold fields that this side does not know", () => {
    expect(decodeBody(Note, bytes('{"text":"a","newer":{"x":1}}'), 2).text).toBe("a");
  });

  test.each([
    ["{", "not valid JSON"],
    ["", "not valid JSON"],
    ["\ufeff{}", "not valid JSON"],
  ])("in JSON that reads %j is refused", (text, fault) => {
    const error = errorOf(() => decodeBody(Note, bytes(text), 2));
    expect([error.code, error.message.includes(fault)]).toEqual([Code.invalidArgument, true]);
  });

  test("in JSON that is not UTF-8 is refused", () => {
    expect(errorOf(() => decodeBody(Note, new Uint8Array([0x22, 0xff, 0x22]), 2)).message).toContain("not valid UTF-8");
  });
});
