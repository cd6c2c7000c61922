/**
 * `node test/simulation/registry.mjs [clients] [seed]`: registries under churn, a partition and a restart (test/runtime/registry/churn.ts), by default with
 * 100,000 clients: minutes of CPU. Ends with 1 if the registries disagree at the end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const [clients = "100000", seed = "1"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "rpcgen-registry-"));
const outfile = join(folder, "churn.mjs");
try {
  await build({
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    entryPoints: ["test/runtime/registry/churn.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@rpcgen/source"],
    logLevel: "error",
  });
  const { churn } = await import(pathToFileURL(outfile).href);
  let peak = 0;
  const before = process.cpuUsage();
  const report = await churn({
    clients: Number(clients),
    seed: Number(seed),
    onLook(line) {
      globalThis.gc?.();
      const heap = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
      peak = Math.max(peak, heap);
      console.log(`${line}; heap ${heap} MiB`);
    },
  });
  const { user, system } = process.cpuUsage(before);
  const { faults, ...rest } = report;
  console.log({ ...rest, faults: faults.length, peakMiB: peak, cpuSeconds: (user + system) / 1e6 });
  for (const fault of faults.slice(0, 20)) console.log(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
