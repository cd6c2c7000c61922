/** The server or the clients of one contender: `node process.mjs rpcgen|grpc server|client`. */
import { createClient, createServer } from "@rpcgen/runtime";
import { createStub, serve } from "../calls/contenders/grpc.mjs";
import { handlers } from "../calls/contenders/rpcgen.mjs";
import { Echo } from "../gen/rpcgen/echo.rpc.js";
import { respond } from "../measure/respond.mjs";

const [contender] = process.argv.slice(2);
/** Calls that reached the handler. */
let runs = 0;

respond({ startServer, runs: () => runs, load });

/** What a handler costs: it keeps the thread. @param {number} ms */
function work(ms) {
  runs++;
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** @param {{ handlerMs: number }} params @returns {Promise<string>} */
function startServer({ handlerMs }) {
  if (contender === "grpc")
    return serve((call, callback) => {
      work(handlerMs);
      callback(null, call.request);
    });
  const echo = (/** @type {any} */ request) => {
    work(handlerMs);
    return request;
  };
  return createServer()
    .add(Echo, { ...handlers, echo })
    .listen("tcp://127.0.0.1:0");
}

/** A client with a connection of its own. @param {string} target @returns {(timeoutMs: number) => Promise<unknown>} */
function connect(target) {
  const request = { body: Buffer.alloc(32, 1) };
  if (contender !== "grpc") {
    const client = createClient(Echo, { target, connect: "eager" });
    return (timeoutMs) => client.echo(request, { timeoutMs });
  }
  const client = createStub(target);
  return (timeoutMs) =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + timeoutMs;
      client.Echo(request, { deadline }, (/** @type {Error | null} */ error) =>
        error ? reject(error) : resolve(true),
      );
    });
}

/**
 * Each connection always has its calls under way: whoever has an answer, or no time left, calls again.
 * @param {{ target: string, connections: number, inFlight: number, timeoutMs: number, durationMs: number }} params
 */
async function load({ target, connections, inFlight, timeoutMs, durationMs }) {
  const clients = Array.from({ length: connections }, () => connect(target));
  // A place after the other: none is to wait for its handshake.
  for (const call of clients) await call(60_000);
  const endMs = performance.now() + durationMs;
  let answered = 0;
  async function goOn(/** @type {(timeoutMs: number) => Promise<unknown>} */ call) {
    while (performance.now() < endMs)
      await call(timeoutMs).then(
        () => answered++,
        () => undefined,
      );
  }
  await Promise.all(clients.flatMap((call) => Array.from({ length: inFlight }, () => goOn(call))));
  return { answered };
}
