import { spawnSync } from "node:child_process";

/**
 * True when a program that a test needs is there. Where it is not, the tests are skipped, which is said aloud; in CI, where `.ci/run`
 * installs it, they run and fail.
 */
export function hasTool(command: string, ...args: readonly string[]): boolean {
  if (spawnSync(command, args, { stdio: "ignore" }).status === 0 || process.env.CI !== undefined) return true;
  console.warn(`SKIPPED: ${command} is not installed; the tests that need it do not run.`);
  return false;
}
