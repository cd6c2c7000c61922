/** A server that answers after so many milliseconds: `node slow-server.mjs <milliseconds>`. Tells its address over IPC, then how many calls it had. */
import { createServer } from "@rpcgen/runtime";
import { pingService } from "./site.mjs";

const delayMs = Number(process.argv[2] ?? 5);
let calls = 0;
const ping = () => {
  calls++;
  return new Promise((resolve) => setTimeout(resolve, delayMs));
};
const server = createServer().add(pingService(), /** @type {any} */ ({ ping }));
process.send?.({ address: await server.listen("tcp://127.0.0.1:0") });
process.on("message", () => process.send?.({ calls }));
process.on("disconnect", () => process.exit());
