import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { sample } from "./run-tool.ts";

/** The built tool, as a shell runs it. */
const tool = join(import.meta.dirname, "../../../dist/cli/main.cjs");
const args = ["compile", "api/users.rpc", "--out-dir", "gen"];

function run(
  folder: string,
  ...commandLine: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...commandLine], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** A running tool whose output can be waited for. */
function start(
  folder: string,
  ...commandLine: readonly string[]
): {
  child: ChildProcess;
  said: (text: string) => Promise<void>;
  saidNumber: (text: string) => Promise<number>;
  ended: Promise<number | null>;
} {
  const child = spawn(process.execPath, [tool, ...commandLine], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let unread = "";
  let wake = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      unread += text;
      wake();
    });
  }
  const said = async (text: string): Promise<void> => {
    while (!unread.includes(text)) await new Promise<void>((resolve) => (wake = resolve));
    unread = unread.slice(unread.indexOf(text) + text.length);
  };
  /** The number behind a text, which is followed by more. */
  const saidNumber = async (text: string): Promise<number> => {
    await said(text);
    while (!/^\d+\D/u.test(unread)) await new Promise<void>((resolve) => (wake = resolve));
    return Number.parseInt(unread, 10);
  };
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, said, saidNumber, ended };
}

describe("the built tool", () => {
  test("compiles, and has nothing to do the second time", () => {
    const folder = temporaryFolder(sample);
    expect(run(folder, ...args)).toMatchObject({ status: 0, stderr: "" });
    expect(run(folder, ...args)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^up to date · 2 files · \d+ ms\n$/u),
    });
  });

  test("ends with the exit code of what it found", () => {
    const folder = temporaryFolder({
      ...sample,
      "api/common.rpc": "edition 2026;\nmessage Page { size: nothing = 1; }\n",
    });
    expect(run(folder, ...args)).toMatchObject({ status: 1, stdout: "" });
    expect(run(folder, ...args, "--check")).toMatchObject({ status: 1 });
    expect(run(folder, "compile", "--nonsense")).toMatchObject({ status: 2 });
  });

  test("runs a configuration in TypeScript, or says what to use where Node cannot", () => {
    const text = 'const schemas: string[] = ["api"];\nexport default { schemas, out: { dir: "gen" } };\n';
    const { status, stdout, stderr } = run(temporaryFolder({ ...sample, "rpcgen.config.ts": text }), "compile");
    if ("typescript" in process.features)
      expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/^compiled 2 files/u) });
    else
      expect({ status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("use rpcgen.config.mjs or rpcgen.config.json, or Node 22.18 or newer"),
      });
  });

  test("ends without a word when its reader goes away", async () => {
    const { child, ended } = start(temporaryFolder(), "--help");
    child.stdout?.destroy();
    expect(await ended).toBe(0);
  });
});

describe("--watch", () => {
  test("compiles again after a change, survives a mistake, and ends with 130 when interrupted", async () => {
    const folder = temporaryFolder(sample);
    const { child, said, ended } = start(folder, ...args, "--watch");
    await said("watching for changes");
    const page = sample["api/common.rpc"] ?? "";
    writeFileSync(`${folder}/api/common.rpc`, page.replace("size", "width"));
    await said("watching for changes");
    expect(readFileSync(`${folder}/gen/common.rpc.ts`, "utf8")).toContain("width: number;");
    writeFileSync(`${folder}/api/common.rpc`, page.replace("int32", "int33"));
    await said("error[RPC");
    await said("watching for changes");
    writeFileSync(`${folder}/api/common.rpc`, page);
    await said("compiled 2 files");
    child.kill("SIGINT");
    expect(await ended).toBe(130);
  });
});

describe("the registry", () => {
  test("serves until it is interrupted, and says who came", async () => {
    const { child, said, saidNumber, ended } = start(temporaryFolder({}), "registry", "--port", "0");
    const port = await saidNumber("registry at http://127.0.0.1:");
    const instance = {
      instanceId: "a\u001b[2J",
      app: "SHOP",
      hostName: "h",
      ipAddr: "127.0.0.1",
      dataCenterInfo: { name: "MyOwn" },
    };
    const reply = await fetch(`http://127.0.0.1:${port}/eureka/apps/SHOP`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ instance }),
    });
    expect(reply.status).toBe(204);
    await said("registered SHOP/a\\u001b[2J");
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  test("refuses to be open to other machines unless it is told to", () => {
    const { status, stderr } = run(temporaryFolder({}), "registry", "--host", "0.0.0.0", "--port", "0");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: 0\.0\.0\.0 can be reached from other machines\./u);
  });
});
