/** Load from one process: `node processes-load.mjs <address> <connections> <in flight> <milliseconds> <bytes>`; sends calls per second. */
import { createClient } from "@rpcgen/runtime";
import { runLoad } from "./calls/load.mjs";
import { Echo } from "./gen/rpcgen/echo.rpc.js";

const [target = "", connections, inFlight, durationMs, bytes] = process.argv.slice(2);
const clients = Array.from({ length: Number(connections) }, () =>
  createClient(Echo, { target, connectTimeoutMs: 10_000 }),
);
let next = 0;
const contender = {
  requestFrom: (/** @type {Uint8Array} */ body) => ({ body }),
  call(/** @type {any} */ request, /** @type {() => void} */ done, /** @type {(error: unknown) => void} */ fail) {
    const client = clients[next++ % clients.length];
    if (client === undefined) throw new Error("no client");
    void client.echo(request).then(done, fail);
  },
};
const request = { body: new Uint8Array(Number(bytes)).fill(1) };
const load = (/** @type {number} */ milliseconds) =>
  runLoad(/** @type {any} */ (contender), { request, inFlight: Number(inFlight), durationMs: milliseconds });
await load(500);
const { calls, seconds } = await load(Number(durationMs));
process.send?.(calls / seconds);
await Promise.all(clients.map((client) => client.close()));
process.disconnect?.();
