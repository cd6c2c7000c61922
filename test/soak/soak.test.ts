import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bundleProgram } from "../processes/bundle.mjs";
import type { ClientReport } from "./client.ts";
import { fullMarks, judge, type Mark, type Sample } from "./judge.ts";
import type { ServerReport } from "./server.ts";

const folder = mkdtempSync(join(tmpdir(), "rpcgen-soak-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const holdings = {
  rssBytes: 60 * 2 ** 20,
  heapBytes: 7 * 2 ** 20,
  externalBytes: 3 * 2 ** 20,
  descriptors: 26,
  resources: 6,
  timers: 10,
  connections: 4,
  sockets: 4,
  calls: 0,
};

/** A look per minute at processes in which nothing grows, but for what `change` does. */
function samples(change: (client: Record<string, number>, minute: number) => void): Sample[] {
  return Array.from({ length: 60 }, (_, minute) => {
    const client: Record<string, number> = { ...holdings, listeners: 0, cpuMs: minute * 100, p50Us: 1, p99Us: 2 };
    change(client, minute);
    const tallies = { unary: { done: minute * 1_000, failed: client.failed ?? 0 } };
    const report = { ...client, bareP99Us: 1, connectionsMade: 1, failures: [], tallies } as unknown as ClientReport;
    const server: ServerReport = { ...holdings, handlers: 0, cpuMs: 0, surprises: [] };
    return { atMinutes: minute, client: report, server };
  });
}

const missed = (marks: readonly Mark[]): string[] => marks.filter(({ holds }) => !holds).map(({ name }) => name);

describe("the judge of a soak run", () => {
  test("lets pass what does not grow", () => {
    expect(
      missed(
        judge(
          samples(() => undefined),
          fullMarks,
        ),
      ),
    ).toEqual([]);
  });

  test("lets pass memory that jumps up and comes back, and what grows before the first third is over", () => {
    const run = samples((client, minute) => {
      client.rssBytes = (minute < 20 ? 40 + minute : 60 + (minute % 3) * 4) * 2 ** 20;
    });
    expect(missed(judge(run, fullMarks))).toEqual([]);
  });

  test.each([
    ["rssBytes", 2 ** 20 / 30, "client: growth of resident memory"],
    ["heapBytes", 2 ** 20 / 30, "client: growth of heap and external memory"],
    ["descriptors", 0.1, "client: descriptors"],
    ["timers", 0.5, "client: timers"],
    ["calls", 0.1, "client: calls"],
    ["listeners", 0.1, "client: listeners on a long-lived signal"],
    ["failed", 0.1, "failed calls"],
  ])("finds %s that grow by %d a minute", (name, perMinute, mark) => {
    const run = samples((client, minute) => {
      client[name] =
        (client[name] ?? 0) + (name.endsWith("Bytes") ? minute * perMinute : Math.floor(minute * perMinute));
    });
    expect(missed(judge(run, fullMarks))).toEqual([mark]);
  });
});

test("a short run with real processes: every kind of call comes to its end, and nothing stays behind", async () => {
  const file = join(folder, "soak.mjs");
  await bundleProgram("test/soak/main.ts", file);
  const args = [file, "--minutes", "0.05", "--samples", "3", "--load", "0.2", "--json"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 50_000 });
  expect(stderr).toBe("");
  const { samples } = JSON.parse(stdout) as { samples: Sample[] };
  const last = samples.at(-1);
  expect(last?.client).toMatchObject({ failures: [], calls: 0, listeners: 0 });
  expect(last?.server).toMatchObject({ surprises: [], calls: 0, handlers: 0 });
  expect(Object.values(last?.client.tallies ?? {}).every(({ done }) => done > 0)).toBe(true);
});
