/** A server of several processes on one port, as an app would write it. Prints its address once every worker listens. */
import cluster from "node:cluster";
import { createServer } from "../../runtime/index.ts";
import { Lab } from "../runtime/fixture/lab.ts";
import { echoing } from "../runtime/fixture/world.ts";

const workers = 2;

if (cluster.isPrimary) {
  for (let count = 0; count < workers; count++) cluster.fork();
  cluster.on("exit", () => cluster.fork());
  const listening = new Set<number>();
  cluster.on("message", (worker, address) => {
    listening.add(worker.id);
    if (listening.size === workers) console.log(String(address));
  });
  process.on("disconnect", () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGKILL");
    process.exit();
  });
} else {
  const server = createServer().add(Lab, {
    ...echoing,
    echo: ({ text }) => (text === "hang" ? new Promise<never>(() => undefined) : { count: process.pid }),
  });
  process.send?.(await server.listen("tcp://127.0.0.1:0"));
}
