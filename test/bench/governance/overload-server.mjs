/** A server whose handler computes for about a millisecond; `node overload-server.mjs <limit>`: `none`, `concurrency`, or a number. Tells its address over IPC. */
import { createServer } from "@rpcgen/runtime";
import { concurrencyLimit } from "@rpcgen/runtime/governance";
import { pingService } from "./site.mjs";

const [kind = "none"] = process.argv.slice(2);
const limit = kind === "none" ? undefined : concurrencyLimit(kind === "concurrency" ? {} : { limit: Number(kind) });
let sink = 0;
/** A fixed amount of work, not of time: on a busy machine it takes longer, as real work does. */
const work = Number(process.argv[3] ?? 300_000);
function ping() {
  for (let step = 0; step < work; step++) sink = (sink * 31 + step) | 0;
}
const server = createServer({ plugins: limit === undefined ? [] : [limit] }).add(
  pingService(),
  /** @type {any} */ ({ ping }),
);
process.send?.({ address: await server.listen("tcp://127.0.0.1:0") });
process.on("message", () => process.send?.({ state: limit?.state, sink, cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit());
