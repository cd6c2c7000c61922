/** What policies cost a call: `npm run bench -- governance`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** @typedef {{ readonly name: string, readonly against: string, readonly ns: readonly number[], readonly ratios: readonly number[] }} PolicyCost nanoseconds of CPU per call and ratios to `against`, one per round */

/** @typedef {readonly { readonly inFlight: number, readonly costs: readonly PolicyCost[] }[]} GovernanceResult */

const cases = [
  "none",
  "rateLimit, one rule",
  "concurrencyLimit",
  "circuitBreaker, sre",
  "fromSchema (failover)",
  "hedged",
  "degradation",
  "configuration, both sides",
  "metrics, both sides",
  "all policies",
  "all policies, metrics",
  "build without governance",
  "whole build, nothing used",
];

/** What a smoke run takes: what a goal asks for. */
const smokeCases = ["none", "all policies", "build without governance", "whole build, nothing used"];

/**
 * @param {{ readonly node: string, readonly smoke: boolean, readonly onProgress: (text: string) => void, readonly rounds?: number | undefined }} options
 * @returns {GovernanceResult}
 */
export function benchGovernance({ node, smoke, onProgress, rounds }) {
  const script = fileURLToPath(new URL("apart.mjs", import.meta.url));
  return [100, 1].map((inFlight) => {
    onProgress(`governance: ${inFlight} in flight`);
    const calls = inFlight === 1 ? 400 : 4_000;
    const effort = smoke
      ? { generations: 1, rounds: 1, calls: 100, "warm-up": 100 }
      : { generations: 3, rounds: rounds ?? 7, calls, "warm-up": calls * 8 };
    const options = Object.entries({ transport: "tcp", "in-flight": inFlight, ...effort });
    const args = [script, "--json", ...options.flatMap(([name, value]) => [`--${name}`, String(value)])];
    const names = smoke ? smokeCases : cases;
    const { status, stdout, stderr } = spawnSync(node, [...args, ...names], { encoding: "utf8" });
    if (status !== 0) throw new Error(`apart.mjs failed: ${stderr.trim()}`);
    return { inFlight, costs: JSON.parse(stdout) };
  });
}
