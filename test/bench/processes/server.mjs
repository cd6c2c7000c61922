/**
 * A server of several processes on one port, through node:cluster. Its handler computes for `workUs` microseconds. Answers requests of processes.mjs;
 * its workers end when it does.
 */
import cluster from "node:cluster";
import { createServer } from "@rpcgen/runtime";
import { handlers } from "../calls/contenders/rpcgen.mjs";
import { Echo } from "../gen/rpcgen/echo.rpc.js";
import { respond } from "../measure/respond.mjs";

if (cluster.isPrimary) respond({ listen });
else await serve(Number(process.env.BENCH_WORK_US));

/** @param {{ processes: number, workUs: number }} params @returns {Promise<string>} the address, once every process listens */
function listen({ processes, workUs }) {
  return new Promise((resolve) => {
    let listening = 0;
    cluster.on("message", (_worker, { address }) => {
      if (++listening === processes) resolve(address);
    });
    for (let count = 0; count < processes; count++) cluster.fork({ BENCH_WORK_US: String(workUs) });
  });
}

/** @param {number} workUs */
async function serve(workUs) {
  const echo = (/** @type {any} */ request) => {
    const end = performance.now() + workUs / 1_000;
    while (performance.now() < end);
    return request;
  };
  const server = createServer().add(Echo, workUs > 0 ? { ...handlers, echo } : handlers);
  process.send?.({ address: await server.listen("tcp://127.0.0.1:0") });
}
