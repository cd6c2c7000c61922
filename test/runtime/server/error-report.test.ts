import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { createConsoleReport } from "../../../runtime/server/error-report.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";

let log: MockInstance<typeof console.error>;
beforeEach(() => void (log = vi.spyOn(console, "error").mockReturnValue()));
afterEach(() => vi.restoreAllMocks());

test("an error is reported with its place, its caller and its id", () => {
  const error = new Error("fault");
  createConsoleReport(createVirtualEnvironment())(error, { method: "/a.B/C", peer: "127.0.0.1:1", errorId: "00ff" });
  expect(log).toHaveBeenCalledWith("rpcgen: /a.B/C failed for 127.0.0.1:1 (error id 00ff):", error);
});

test("an error that no caller sees is reported without an id", () => {
  createConsoleReport(createVirtualEnvironment())("text", { method: "/a.B/C", peer: "p", errorId: undefined });
  expect(log).toHaveBeenCalledWith("rpcgen: /a.B/C failed for p:", "text");
});

test("ten errors of a method are reported at once, one more is left out and counted with the next; other methods have their own", () => {
  const environment = createVirtualEnvironment();
  const report = createConsoleReport(environment);
  const fail = (method: string, times: number): void => {
    for (let count = 0; count < times; count++) report("text", { method, peer: "p", errorId: undefined });
  };
  fail("/a.B/C", 10);
  expect(log).toHaveBeenCalledTimes(10);
  fail("/a.B/C", 3);
  expect(log).toHaveBeenCalledTimes(10);
  fail("/a.B/D", 1);
  expect(log).toHaveBeenCalledTimes(11);
  environment.advance(100);
  fail("/a.B/C", 2);
  expect(log).toHaveBeenCalledTimes(12);
  expect(log).toHaveBeenLastCalledWith("rpcgen: /a.B/C failed for p (left out before it: 3):", "text");
  environment.advance(100);
  fail("/a.B/C", 1);
  expect(log).toHaveBeenLastCalledWith("rpcgen: /a.B/C failed for p (left out before it: 1):", "text");
});
