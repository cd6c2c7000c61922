/** Compile speed as a part of the bench: runs compile.mjs, whose processes use the Node that is measured. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Milliseconds of whole processes, by task, one figure per round; `size`: files, and messages in each.
 * @typedef {{ readonly size: { readonly files: number, readonly messages: number }, readonly rounds: number, readonly samples: Readonly<Record<string, readonly number[]>> }} CompileResult
 */

/** Fewer than those of compile.mjs by itself, as one of them takes eight seconds. */
const ROUNDS = 5;

/**
 * @param {{ readonly node: string, readonly smoke: boolean, readonly onProgress: (text: string) => void, readonly rounds?: number | undefined }} options
 * @returns {CompileResult}
 */
export function benchCompile({ node, smoke, onProgress, rounds }) {
  onProgress("compile");
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-bench-"));
  try {
    const file = join(folder, "compile.json");
    const script = fileURLToPath(new URL("../compile.mjs", import.meta.url));
    const wanted = ["--rounds", String(rounds ?? ROUNDS)];
    const args = [script, ...(smoke ? ["--smoke"] : []), ...wanted, "--json", file];
    // Scripts of peers start the Node that is found first.
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
    const { status, stderr } = spawnSync(node, args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`compile.mjs failed (${status}): ${stderr.trim()}`);
    return JSON.parse(readFileSync(file, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
