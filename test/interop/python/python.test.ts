/** The second implementation of the protocol, written in Python from PROTOCOL.md, against the vectors and against our server. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Server } from "../../../runtime/index.ts";
import { schema } from "../../conformance/implementation/schema.ts";
import { startServer } from "../../conformance/implementation/server.ts";
import { runVectors } from "../../conformance/runner/run-vectors.mjs";
import { startTestee, type TesteeProcess } from "../../conformance/runner/testee.mjs";
import { vectorFiles } from "../../conformance/source/all.ts";
import { hasTool } from "../tool.ts";

const command = `python3 "${join(import.meta.dirname, "testee.py")}"`;

describe.skipIf(!hasTool("python3", "--version"))("the implementation in Python", () => {
  let python: TesteeProcess;
  beforeAll(() => void (python = startTestee(command)));
  afterAll(() => python.close());

  test("does what every vector says that it can run", async () => {
    const report = await runVectors({ testee: python, vectors: Object.values(vectorFiles).flat(), schema });
    expect(report.surprises).toEqual([]);
    const passed = report.results.filter(({ outcome }) => outcome === "passed");
    const kinds = ["body", "compressed", "frame", "handshake", "client session"];
    expect(new Set(passed.map(({ kind }) => kind))).toEqual(new Set(kinds));
    const left = report.results.filter(({ outcome, level }) => outcome === "skipped" && level === "required");
    const reasons = ["no server mode", "no websocket", "no br", "no zstd"];
    expect(new Set(left.map(({ message }) => message))).toEqual(new Set(reasons));
  });

  describe("as a client of our server", () => {
    let server: Server;
    const call = (method: string, request: object, more: object = {}): Promise<unknown> =>
      python.request({ op: "call", key: "a", method, request, ...more });

    beforeAll(async () => {
      server = await startServer();
      await python.request({ op: "hello", schema });
      await python.request({ op: "connect", port: Number(server.addresses[0]?.split(":").at(-1)) });
    });
    afterAll(async () => {
      await python.request({ op: "disconnect" });
      await server.close({ graceMs: 0 });
    });

    test("gets results", async () => {
      const note = { text: "grüße 😀", count: "-7" };
      expect(await call("echo", note)).toEqual({ result: note });
      expect(await call("ping", {})).toEqual({ result: {} });
    });

    test("gets a result that comes in chunks", async () => {
      const half = "x".repeat(60_000);
      const sent = await Promise.all([call("echo", { text: half }), call("echo", { text: `${half}y` })]);
      expect(sent).toEqual([{ result: { text: half } }, { result: { text: `${half}y` } }]);
      expect(await call("repeat", { text: "0123456789", count: "20000" })).toEqual({
        result: { text: "0123456789".repeat(20_000) },
      });
    });

    test("makes one-way calls, short ones and ones in more chunks than it has credit for", async () => {
      const before = (await call("tracked", {})) as { readonly result: { readonly count?: string } };
      const texts = ["short", "y".repeat(70_000), "z".repeat(900_000)];
      expect(await Promise.all(texts.map((text) => call("track", { text })))).toEqual(
        texts.map(() => ({ result: {} })),
      );
      const { count = "0" } = before.result;
      expect(await call("tracked", {})).toEqual({ result: { count: String(Number(count) + texts.length) } });
    });

    test("sends requests in chunks", async () => {
      const text = "w".repeat(900_000);
      expect(await call("echo", { text })).toEqual({ result: { text } });
    });

    test("gets a result that the server compressed", async () => {
      const text = "a note that repeats itself; ".repeat(200);
      expect(await call("echo", { text })).toEqual({ result: { text } });
    });

    test("gets declared errors with their data", async () => {
      expect(await call("fail", { text: "gone", count: "3" })).toEqual({
        error: {
          code: 5,
          reason: "declared",
          message: expect.any(String),
          type: "conformance.v1.Failure",
          data: { why: "gone", count: "3" },
        },
      });
    });

    test("gets other errors with code, reason and message", async () => {
      expect(await call("code", { text: "not now", count: "10" })).toEqual({
        error: { code: 10, reason: "application", message: "not now" },
      });
    });

    test("gives up when its deadline passes, and goes on", async () => {
      expect(await call("hang", {}, { timeoutMs: 30 })).toMatchObject({
        error: { code: 4, reason: "deadline_passed" },
      });
      expect(await call("echo", { text: "on" })).toEqual({ result: { text: "on" } });
    });

    test("sends metadata and gets it back", async () => {
      const metadata = [
        ["b", "2"],
        ["a", "ü"],
      ];
      expect(await call("metadata", {}, { metadata })).toEqual({
        result: {
          pairs: [
            { key: "b", value: "2" },
            { key: "a", value: "ü" },
          ],
        },
        metadata,
      });
    });

    test("makes many calls at once", async () => {
      const notes = Array.from({ length: 200 }, (_, index) => ({ text: `note ${index}`, count: String(index + 1) }));
      const results = await Promise.all(notes.map((note) => call("echo", note)));
      expect(results).toEqual(notes.map((result) => ({ result })));
    });
  });
});

test("the implementation in Python imports nothing beyond the standard library", () => {
  const own = new Set(["body", "compression", "frame", "client"]);
  const standard = new Set(["decimal", "json", "re", "socket", "struct", "sys", "threading", "time", "zlib"]);
  for (const name of [...own, "testee"]) {
    const text = readFileSync(new URL(`${name}.py`, import.meta.url), "utf8");
    const imports = [...text.matchAll(/^(?:import|from) (\w+)/gmu)].map(([, module = ""]) => module);
    expect(imports.filter((module) => !own.has(module) && !standard.has(module))).toEqual([]);
  }
});
