import { afterEach, expect, test, vi } from "vitest";
import { reportToConsole } from "../../../runtime/server/error-report.ts";

afterEach(() => vi.restoreAllMocks());

test("an error is reported with its place, its caller and its id", () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  const error = new Error("fault");
  reportToConsole(error, { method: "/a.B/C", peer: "127.0.0.1:1", errorId: "00ff" });
  expect(log).toHaveBeenCalledWith("rpcgen: /a.B/C failed for 127.0.0.1:1 (error id 00ff):", error);
});

test("an error that no caller sees is reported without an id", () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  reportToConsole("text", { method: "/a.B/C", peer: "p", errorId: undefined });
  expect(log).toHaveBeenCalledWith("rpcgen: /a.B/C failed for p:", "text");
});
