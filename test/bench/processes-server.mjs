/**
 * A server of as many processes as the first argument says, on one port through node:cluster; tells its address over IPC. Its handler
 * computes for as many microseconds as the second argument says.
 */
import cluster from "node:cluster";
import { handlers } from "./calls/contenders/rpcgen.mjs";
import { createServer } from "@rpcgen/runtime";
import { Echo } from "./gen/rpcgen/echo.rpc.js";

const workUs = Number(process.argv[3] ?? 0);

/** @param {any} request */
function echo(request) {
  const end = performance.now() + workUs / 1_000;
  while (performance.now() < end);
  return request;
}

if (cluster.isPrimary) {
  const workers = Number(process.argv[2]);
  let listening = 0;
  cluster.on("message", (_worker, address) => {
    if (++listening === workers) process.send?.(address);
  });
  for (let count = 0; count < workers; count++) cluster.fork();
  process.on("disconnect", () => process.exit());
} else {
  process.send?.(
    await createServer()
      .add(Echo, { ...handlers, echo })
      .listen("tcp://127.0.0.1:0"),
  );
}
