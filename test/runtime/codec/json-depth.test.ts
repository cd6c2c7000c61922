import { describe, expect, test } from "vitest";
import { isJsonTooDeep } from "../../../runtime/codec/json-depth.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("JSON that is too deep", () => {
  test.each([
    ["arrays", "[".repeat(257)],
    ["objects", '{"a":'.repeat(257)],
    ["both, with values between", '[1,{"a":"b","c":'.repeat(129)],
  ])("is found without building it: %s", (_name, text) => {
    expect(isJsonTooDeep(bytesOf(text))).toBe(true);
  });

  test.each([
    ["brackets side by side", `[${"[],{},".repeat(1_000)}1]`],
    ["brackets in text", JSON.stringify({ text: "[{".repeat(1_000) })],
    ["brackets behind escaped quotes", JSON.stringify({ text: '"[\\'.repeat(1_000) })],
    ["as deep as may be", "[".repeat(256) + "]".repeat(256)],
    ["text that never ends", `"${"[".repeat(1_000)}\\`],
  ])("is not: %s", (_name, text) => {
    expect(isJsonTooDeep(bytesOf(text))).toBe(false);
  });
});
