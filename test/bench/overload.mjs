// What a server with too much work gets done: calls that are answered while their callers still wait, of all that its handlers ran. Run with a built
// runtime: node test/bench/overload.mjs [seconds]
import { setTimeout } from "node:timers/promises";
import { startChild } from "./measure/child.mjs";
import { prepare } from "./prepare.mjs";

const handlerMs = 10;
const durationMs = Number(process.argv[2] ?? 10) * 1_000;
const shapes = [
  { connections: 400, inFlight: 1, timeoutMs: 1_000 },
  { connections: 100, inFlight: 10, timeoutMs: 1_000 },
  { connections: 100, inFlight: 10, timeoutMs: 300 },
];

prepare(["rpcgen", "protobufjs"]);
console.log(`Handlers keep the thread for ${handlerMs} ms: 100 calls a second, no more.\n`);
console.log("connections  each  timeout  contender  answered in time  of all that ran");
for (const shape of shapes) {
  for (const contender of ["rpcgen", "grpc"]) {
    const { answered, runs } = await measure(contender, shape);
    const { connections, inFlight, timeoutMs } = shape;
    const share = runs === undefined ? "still busy" : `${((100 * answered) / runs).toFixed(0)} %`;
    console.log(
      `${String(connections).padStart(11)}${String(inFlight).padStart(6)}${`${timeoutMs} ms`.padStart(9)}  ${contender.padEnd(9)}${String(answered).padStart(18)}${share.padStart(17)}`,
    );
  }
}

/** @param {string} contender @param {(typeof shapes)[number]} shape */
async function measure(contender, shape) {
  const script = new URL("overload/process.mjs", import.meta.url);
  const server = startChild(script, { node: process.execPath, args: [contender, "server"] });
  const client = startChild(script, { node: process.execPath, args: [contender, "client"] });
  try {
    const target = await server.request("startServer", { handlerMs });
    const { answered } = await client.request("load", { ...shape, target, durationMs });
    // A server that has to work off what nobody waits for any more may not come to it.
    const runs = await Promise.race([server.request("runs").catch(() => undefined), setTimeout(5_000)]);
    return { answered, runs: runs === undefined ? undefined : runs - shape.connections };
  } finally {
    await Promise.all([client.stop(), server.stop()]);
  }
}
