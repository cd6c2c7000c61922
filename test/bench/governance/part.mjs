/** What policies cost a call: `npm run bench -- governance`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** @typedef {{ readonly name: string, readonly against: string, readonly ns: readonly number[], readonly ratios: readonly number[] }} PolicyCost nanoseconds of CPU per call and ratios to `against`, one per round */

/** @typedef {readonly { readonly inFlight: number, readonly costs: readonly PolicyCost[] }[]} GovernanceResult */

/**
 * @param {{ readonly node: string, readonly smoke: boolean, readonly onProgress: (text: string) => void, readonly rounds?: number | undefined }} options
 * @returns {GovernanceResult}
 */
export function benchGovernance({ node, smoke, onProgress, rounds }) {
  return [100, 1].map((inFlight) => {
    onProgress(`governance: ${inFlight} in flight`);
    const calls = inFlight === 1 ? 400 : 4_000;
    const script = fileURLToPath(new URL("policies.mjs", import.meta.url));
    const args = [
      script,
      String(rounds ?? (smoke ? 1 : 9)),
      String(smoke ? 100 : calls),
      "tcp",
      String(inFlight),
      "--json",
    ];
    const { status, stdout, stderr } = spawnSync(node, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`policies.mjs failed: ${stderr.trim()}`);
    return { inFlight, costs: JSON.parse(stdout) };
  });
}
