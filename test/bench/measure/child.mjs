/** The parent's side of a process that measures: requests and replies over the IPC channel of `child_process`. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Child
 * @property {(method: string, params?: unknown) => Promise<any>} request
 * @property {() => Promise<void>} stop
 */

/**
 * @param {URL} script
 * @param {{ readonly args?: readonly string[], readonly core?: number | undefined }} options `core`: pins the process to it
 * @returns {Child}
 */
export function startChild(script, { args = [], core } = {}) {
  const command = [process.execPath, ...nodeFlags(), fileURLToPath(script), ...args];
  if (core !== undefined) command.unshift("taskset", "-c", String(core));
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const pending = new Map();
  let lastId = 0;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const failAll = (/** @type {Error} */ error) => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  child.once("error", failAll);
  child.once("exit", (code, signal) =>
    failAll(new Error(`${args.join(" ")}: the process ended with ${signal ?? code}`)),
  );
  child.on("message", (/** @type {any} */ { id, result, error }) => {
    const { resolve, reject } = pending.get(id);
    pending.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(`${args.join(" ")}: ${error}`));
  });
  return {
    request(method, params) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        child.send({ id, method, params });
      });
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** `BENCH_NODE_FLAGS="--cpu-prof"` profiles every measuring process. */
function nodeFlags() {
  return (process.env.BENCH_NODE_FLAGS ?? "").split(" ").filter((flag) => flag !== "");
}
