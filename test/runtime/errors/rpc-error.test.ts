import { expect, test } from "vitest";
import { Code, codeFromNumber, codeName } from "../../../runtime/errors/code.ts";
import { isReason, reasons } from "../../../runtime/errors/reason.ts";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";

test("the code of an error is that of its reason unless told otherwise", () => {
  expect(new RpcError({ reason: "too_many_calls", message: "x" }).code).toBe(Code.resourceExhausted);
  expect(new RpcError({ reason: "too_many_calls", code: Code.aborted, message: "x" }).codeName).toBe("aborted");
  expect(new RpcError({ message: "x" })).toMatchObject({
    reason: "application",
    code: Code.unknown,
    details: [],
    origin: "local",
  });
});

test("anything thrown becomes internal, with the original kept as the cause and out of the message", () => {
  const secret = new Error("secret");
  const error = RpcError.from(secret);
  expect([error.codeName, error.message, error.cause]).toEqual(["internal", "internal error", secret]);
  expect(RpcError.from(error)).toBe(error);
});

test("an error of another copy of the package is one too", () => {
  expect(RpcError.is({ [Symbol.for("@rpcgen/runtime.RpcError")]: true })).toBe(true);
  for (const value of [undefined, null, "x", {}, new Error("x")]) expect(RpcError.is(value)).toBe(false);
});

test("numbers from the wire that are no code read as unknown", () => {
  for (const value of [0, 17, -1, 1.5, Number.NaN]) expect(codeFromNumber(value)).toBe(Code.unknown);
  expect([codeFromNumber(5), codeName(5), codeName(99), codeName(0)]).toEqual([5, "not_found", "unknown", "ok"]);
});

test("only reasons of the table are reasons", () => {
  expect([isReason("draining"), isReason("toString"), isReason("")]).toEqual([true, false, false]);
});

test("only what never reached a handler may be sent again", () => {
  const retryable = Object.entries(reasons).filter(([, row]) => row.retryable);
  expect(retryable.map(([name]) => name).sort()).toEqual([
    "circuit_open",
    "connect_failed",
    "draining",
    "handshake_failed",
    "too_many_calls",
  ]);
});
