/** The Nodes that a run measures with. */
import { spawnSync } from "node:child_process";

/** @type {Map<string, { node: string, v8: string }>} */
const known = new Map();

/** Versions of the Node at a path. @param {string} path @returns {{ node: string, v8: string }} */
export function versionsOf(path) {
  const before = known.get(path);
  if (before !== undefined) return before;
  const script = "process.stdout.write(JSON.stringify(process.versions))";
  const { status, stdout, error } = spawnSync(path, ["-e", script], { encoding: "utf8", timeout: 20_000 });
  if (status !== 0) throw new Error(`${path} does not run as Node (${error?.message ?? `exit code ${status}`})`);
  const { node, v8 } = JSON.parse(stdout);
  known.set(path, { node, v8 });
  return { node, v8 };
}

/** @param {string} path */
export function majorOf(path) {
  return Number.parseInt(versionsOf(path).node, 10);
}

/**
 * Where a Node is: a path as given; a major version by `npm exec`, which fetches it once.
 * @param {string} wanted as in `/usr/bin/node` or `24`
 */
export function nodeFrom(wanted) {
  if (wanted === String(majorOf(process.execPath))) return process.execPath;
  if (!/^\d+$/.test(wanted)) return wanted;
  const args = ["exec", "--yes", `--package=node@${wanted}`, "--", "node", "-p", "process.execPath"];
  const { status, stdout, stderr } = spawnSync("npm", args, { encoding: "utf8", timeout: 300_000 });
  if (status !== 0) throw new Error(`npm could not bring Node ${wanted}: ${stderr.trim()}`);
  return stdout.trim();
}
