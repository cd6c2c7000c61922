import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../runtime/index.ts";
import { Lab, type LabClient } from "../runtime/fixture/lab.ts";
import { errorOf } from "../runtime/fixture/world.ts";

const folder = mkdtempSync(join(tmpdir(), "rpcgen-cluster-"));
let primary: ChildProcess;
let address = "";

beforeAll(async () => {
  const script = join(folder, "cluster.mjs");
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "cluster.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    ignoreAnnotations: true,
  });
  writeFileSync(script, outputFiles[0]?.contents ?? "");
  primary = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  address = await new Promise<string>((resolve, reject) => {
    primary.stdout?.once("data", (line: Buffer) => resolve(line.toString().trim()));
    primary.once("exit", (code) => reject(new Error(`the primary process ended with ${code}`)));
  });
});

afterAll(async () => {
  const exited = new Promise((resolve) => primary.once("exit", resolve));
  primary.disconnect();
  await exited;
  rmSync(folder, { recursive: true, force: true });
});

const processOf = async (lab: LabClient): Promise<number> => (await lab.echo({})).count;

test("processes share a port: each answers calls, and when one is killed the others go on", async () => {
  const labs = Array.from({ length: 4 }, () => createClient(Lab, { target: address, connectTimeoutMs: 10_000 }));
  const before = await Promise.all(labs.map(processOf));
  expect(new Set(before).size).toBe(2);

  const [victim] = before as [number];
  const cut = labs.filter((_lab, index) => before[index] === victim);
  const lost = cut.map((lab) => errorOf(lab.echo({ text: "hang" })));
  process.kill(victim, "SIGKILL");
  for (const error of await Promise.all(lost)) expect(error).toMatchObject({ reason: "connection_lost" });

  const after = await Promise.all(labs.map(processOf));
  expect(after).not.toContain(victim);
  await Promise.all(labs.map((lab) => lab.close()));
});
