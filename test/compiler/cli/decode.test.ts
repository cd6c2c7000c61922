import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { writeCapture } from "../../runtime/wireshark/capture.ts";
import { brokenBody, bytesOf, echoReply, echoRequest, ping } from "../decode/traffic.ts";
import { runTool } from "./run-tool.ts";

const schema = readFileSync(new URL("../../conformance/schema.rpc", import.meta.url), "utf8");
const folder = (files: Readonly<Record<string, string>> = {}): string =>
  temporaryFolder({ ".git/HEAD": "", "api/notes.rpc": schema, ...files });

const shown = `000000  request #1 · binary · end of stream · 51 bytes
        method          0x06e9545b /conformance.v1.Conformance/Echo
        deadline        30000000 microseconds
        metadata        tenant: blue
        body            { text: "hi", count: 5 }
`;

describe("rpcgen decode", () => {
  test("prints the frames of a hex dump, bodies by the schema", async () => {
    const dump = folder({ "request.hex": echoRequest });
    expect(await runTool(dump, "decode", "request.hex", "--schema", "api/notes.rpc")).toEqual({
      exitCode: 0,
      output: shown,
      error: "",
    });
  });

  test("prints bytes without a schema", async () => {
    const { output } = await runTool(folder({ "request.hex": echoRequest }), "decode", "request.hex");
    expect(output).toContain("        body            <0a0268691005>\n");
  });

  test("takes the method of a reply from the command line", async () => {
    const args = ["decode", "reply.hex", "-s", "api/notes.rpc", "-m", "Conformance/Echo"];
    const { exitCode, output } = await runTool(folder({ "reply.hex": echoReply }), ...args);
    expect([exitCode, output.split("\n").at(-2)]).toEqual([0, '        body            { text: "hi", count: 5 }']);
  });

  test("prints what it can and ends with 1 when something is broken", async () => {
    const files = { "broken.hex": `${brokenBody}\n${ping}\n3bef` };
    const { exitCode, output, error } = await runTool(folder(files), "decode", "broken.hex", "-s", "api/notes.rpc");
    expect([exitCode, output.split("\n").length]).toEqual([1, 5]);
    expect(error).toBe(
      "error: offset 0x1e: conformance.v1.Note: a length reaches behind the end of the data\n" +
        "error: offset 0x32: the data ends inside the frame that begins here\n",
    );
  });

  test.each([
    [["decode", "a.hex", "b.hex"], "decode takes one file, or - for the input: rpcgen decode traffic.pcap"],
    [["decode", "none.hex"], "none.hex cannot be read: no such file or directory (ENOENT)"],
    [["decode", "words.hex"], 'line 1: expected hexadecimal digits, found "w"; the input is no capture file'],
    [["decode", "a.hex", "-m", "Echo"], "--method needs --schema, which says what the method's messages hold"],
    [["decode", "a.hex", "-m", "Ech", "-s", "api/notes.rpc"], "the schema has no method Ech; it has conformance.v1."],
  ])("%j ends with 2 and says why", async (args, message) => {
    const result = await runTool(folder({ "a.hex": ping, "b.hex": ping, "words.hex": "words" }), ...args);
    expect(result).toEqual({ exitCode: 2, output: "", error: expect.stringContaining(`error: ${message}`) });
  });

  test("reports the mistakes of a schema", async () => {
    const files = { "bad.rpc": "edition 2026;\npackage a.v1;\nmessage A { b: Nothing = 1; }\n", "a.hex": ping };
    const { exitCode, output, error } = await runTool(folder(files), "decode", "a.hex", "-s", "bad.rpc");
    expect([exitCode, output]).toEqual([1, ""]);
    expect(error).toContain("Nothing");
    expect((await runTool(folder(files), "decode", "a.hex", "-s", "none.rpc")).exitCode).toBe(1);
  });
});

describe("the built tool", () => {
  const tool = join(import.meta.dirname, "../../../dist/cli/main.cjs");
  const run = (input: string | Uint8Array, ...args: readonly string[]): string =>
    spawnSync(process.execPath, [tool, "decode", ...args], { cwd: folder(), encoding: "utf8", input }).stdout;

  test("reads its input: a dump, bytes as they are, a capture", () => {
    expect(run(echoRequest, "-", "-s", "api/notes.rpc")).toBe(shown);
    expect(run(bytesOf(echoRequest), "-s", "api/notes.rpc")).toBe(shown);
    const capture = writeCapture([{ from: "client", bytes: bytesOf(echoRequest) }]);
    expect(run(capture, "-s", "api/notes.rpc")).toBe(`127.0.0.2:50000 -> 127.0.0.1:9000\n${shown}`);
  });
});
