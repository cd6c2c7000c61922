import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleProgram } from "../processes/bundle.mjs";
import type { Act } from "./main.ts";

/** Milliseconds that {@link runActs} takes at most. */
export const actsLimitMs = 120_000;

/** Runs the program of the chaos runs to its end, every scenario once. @returns what they came to, by name */
export async function runActs(...args: readonly string[]): Promise<ReadonlyMap<string, Act>> {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-chaos-"));
  try {
    const file = join(folder, "chaos.mjs");
    await bundleProgram("test/chaos/main.ts", file);
    const child = spawn(process.execPath, [file, "--json", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: actsLimitMs - 10_000,
    });
    const acts = new Map<string, Act>();
    for await (const line of createInterface({ input: child.stdout })) {
      const act = JSON.parse(line) as Act;
      acts.set(act.name, act);
    }
    return acts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
