import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleProgram } from "../processes/bundle.mjs";
import type { Act } from "./main.ts";
import { scenarios } from "./scenarios.ts";

/** Every scenario of `npm run chaos` once, with real processes. What must never be is asserted; times are for the long run. */

const folder = mkdtempSync(join(tmpdir(), "rpcgen-chaos-"));
const acts = new Map<string, Act>();

beforeAll(async () => {
  const file = join(folder, "chaos.mjs");
  await bundleProgram("test/chaos/main.ts", file);
  const child = spawn(process.execPath, [file, "--json"], { stdio: ["ignore", "pipe", "inherit"], timeout: 110_000 });
  for await (const line of createInterface({ input: child.stdout })) {
    const act = JSON.parse(line) as Act;
    acts.set(act.name, act);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(scenarios(1).map(({ name }) => name))(
  "every call has one outcome, and runs at most once, while %s",
  (name) => {
    const act = acts.get(name);
    expect(act?.breaches).toEqual([]);
    expect(act?.ok).toBeGreaterThan(0);
  },
);
