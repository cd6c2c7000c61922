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

/** What is said of a program that is not there; undefined when it is. @throws Error in CI, where `.ci/run` installs it */
export function lackOf(command: string, ...args: readonly string[]): string | undefined {
  if (spawnSync(command, args, { stdio: "ignore" }).status === 0) return undefined;
  if (process.env.CI !== undefined) throw new Error(`${command} is not installed; .ci/run installs it.`);
  return `${command} is not installed`;
}
