/** A server of as many processes as the first argument says, on one port through node:cluster; tells its address over IPC. */
import cluster from "node:cluster";
import { availableParallelism } from "node:os";
import { handlers } from "./calls/contenders/rpcgen.mjs";
import { createServer } from "@rpcgen/runtime";
import { Echo } from "./gen/rpcgen/echo.rpc.js";

if (cluster.isPrimary) {
  const workers = Number(process.argv[2] ?? availableParallelism());
  let listening = 0;
  cluster.on("message", (_worker, address) => {
    if (++listening === workers) process.send?.(address);
  });
  for (let count = 0; count < workers; count++) cluster.fork();
  process.on("disconnect", () => process.exit());
} else {
  process.send?.(await createServer().add(Echo, handlers).listen("tcp://127.0.0.1:0"));
}
