/** The parent's side of a process that measures: requests and replies over the IPC channel of `child_process`. */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Child
 * @property {(method: string, params?: unknown) => Promise<any>} request
 * @property {() => Promise<void>} stop
 */

/** A request that takes longer than this fails, and its process is ended: no contender can hold up the run. */
const LIMIT_MS = 60_000;

/**
 * @param {URL} script
 * @param {{ readonly node: string, readonly args?: readonly string[], readonly core?: number | string | undefined }} options `node`: path of
 * the Node that runs it; `core`: pins the process to it, or to several as in `0,1`
 * @returns {Child}
 */
export function startChild(script, { node, args = [], core }) {
  const command = [node, ...nodeFlags(), fileURLToPath(script), ...args];
  if (core !== undefined) command.unshift("taskset", "-c", String(core));
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const pending = new Map();
  let lastId = 0;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const failAll = (/** @type {Error} */ error) => {
    for (const { reject, timer } of pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    pending.clear();
  };
  child.once("error", failAll);
  child.once("exit", (code, signal) =>
    failAll(new Error(`${args.join(" ")}: the process ended with ${signal ?? code}`)),
  );
  child.on("message", (/** @type {any} */ { id, result, error }) => {
    const { resolve, reject, timer } = pending.get(id);
    clearTimeout(timer);
    pending.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(`${args.join(" ")}: ${error}`));
  });
  return {
    request(method, params) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
        pending.set(id, { resolve, reject, timer });
        child.send({ id, method, params });
      });
    },
    async stop() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS / 10);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** `BENCH_NODE_FLAGS="--cpu-prof"` profiles every measuring process. */
function nodeFlags() {
  return (process.env.BENCH_NODE_FLAGS ?? "").split(" ").filter((flag) => flag !== "");
}

/** Whether processes can be pinned to cores: `taskset` is a Linux tool. */
export function canPin() {
  return spawnSync("taskset", ["-c", "0", "true"]).status === 0;
}
