/** Programs of several processes: bundled from the sources into one file, which every Node runs and no later change of the sources disturbs. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * @param {string} entry path from the root
 * @param {string} outfile
 */
export async function bundleProgram(entry, outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@rpcgen/source"],
    keepNames: true,
    logLevel: "error",
  });
}

/**
 * Bundles a program and runs it to its end with this process's output.
 * @param {string} entry path from the root
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export async function runProgram(entry, args) {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-program-"));
  try {
    const file = join(folder, "main.mjs");
    await bundleProgram(entry, file);
    const child = spawn(process.execPath, [file, ...args], { stdio: "inherit" });
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
