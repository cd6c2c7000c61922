import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleProgram } from "../processes/bundle.mjs";
import { attacks } from "./attack/attacks.ts";
import type { Battle } from "./attack/battle.ts";
import { missesOf } from "./marks.mjs";

/**
 * Every attack of `npm run attack` in small, against a server process over real sockets. Times are for the report. Memory is held to the same mark as there, by
 * servers whose budgets are as small as the attacks, and whose heap is held to less: main.ts says why.
 */

const folder = mkdtempSync(join(tmpdir(), "rpcgen-attack-"));
const battles = new Map<string, Battle>();

beforeAll(async () => {
  const file = join(folder, "attack.mjs");
  await bundleProgram("test/hostile/attack/main.ts", file);
  const child = spawn(process.execPath, [file, "--scale", "0.04", "--fast"], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 100_000,
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const battle = JSON.parse(line) as Battle;
    battles.set(battle.name, battle);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(attacks.map(({ name }) => name))("a server under attack lives on and works for others: %s", (name) => {
  const battle = battles.get(name);
  expect(battle?.bystander.failures).toEqual([]);
  expect(battle && missesOf(battle), `${Math.ceil(battle?.peakBytes ?? 0)} bytes`).toEqual([]);
  // The mark allows that many for each connection, which no attack in small needs.
  expect(battle?.mostHandlers).toBeLessThanOrEqual(1_000);
});
