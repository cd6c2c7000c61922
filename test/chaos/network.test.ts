import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Act } from "./main.ts";
import { makeNamespaces, namespaceOf, namespaces, removeNamespaces, whyNoNamespaces } from "./namespaces.ts";
import { networkScenarios } from "./network.ts";
import { actsLimitMs, runActs } from "./run-acts.ts";

/** Every scenario of `npm run chaos -- --network` once: the kernel drops, rejects and delays the packets of real processes. */

const why = whyNoNamespaces();
if (why !== undefined) console.warn(`SKIPPED: faults of the network, because ${why}.`);

describe.skipIf(why !== undefined)("in network namespaces", () => {
  let acts: ReadonlyMap<string, Act>;
  beforeAll(async () => {
    acts = await runActs("--network");
  }, actsLimitMs);
  // What the program left, were it killed.
  afterAll(removeNamespaces);

  test.each(networkScenarios.map(({ name }) => name))(
    "every call has one outcome, and runs at most once, while %s",
    (name) => {
      const act = acts.get(name);
      expect(act?.breaches).toEqual([]);
      expect(act?.ok).toBeGreaterThan(0);
    },
  );

  test("namespaces of a process that was killed are removed by the next one, those of others are not", async () => {
    const killed = spawn("cat", { stdio: "pipe" });
    const ended = once(killed, "exit");
    const pids = [killed.pid ?? 0, process.pid, process.ppid];
    const left = (): readonly string[] => namespaces().flatMap(({ name, pid }) => (pids.includes(pid) ? [name] : []));
    const others = [namespaceOf("client", process.ppid), namespaceOf("server", process.ppid)];
    try {
      for (const pid of pids) makeNamespaces(pid);
      expect(left().length).toBe(6);
      killed.kill("SIGKILL");
      await ended;
      removeNamespaces();
      expect([...left()].sort()).toEqual(others);
    } finally {
      killed.kill("SIGKILL");
      for (const name of others) spawnSync("ip", ["netns", "del", name]);
    }
  });
});
