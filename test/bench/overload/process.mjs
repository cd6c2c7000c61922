/** The server or the clients of one contender: `node process.mjs rpcgen|grpc server|client`. */
import grpc from "@grpc/grpc-js";
import { createClient, createServer } from "@rpcgen/runtime";
import { bench } from "../gen/protobufjs/echo.js";
import { Echo } from "../gen/rpcgen/echo.rpc.js";
import { respond } from "../measure/respond.mjs";

const [contender] = process.argv.slice(2);
const { Payload } = bench.calls.v1;
const echo = {
  path: "/bench.calls.v1.Echo/Echo",
  requestStream: false,
  responseStream: false,
  requestSerialize: bytesOf,
  requestDeserialize: (/** @type {Buffer} */ bytes) => Payload.decode(bytes),
  responseSerialize: bytesOf,
  responseDeserialize: (/** @type {Buffer} */ bytes) => Payload.decode(bytes),
};

/** Calls that reached the handler. */
let runs = 0;

respond({ startServer: contender === "grpc" ? startGrpc : startRpcgen, runs: () => runs, load });

/** @param {any} value */
function bytesOf(value) {
  return Buffer.from(Payload.encode(value).finish());
}

/** What a handler costs: it keeps the thread. @param {number} ms */
function work(ms) {
  runs++;
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** @param {{ handlerMs: number }} params */
function startRpcgen({ handlerMs }) {
  const handlers = {
    echo(/** @type {any} */ request) {
      work(handlerMs);
      return request;
    },
    *items() {},
  };
  return createServer().add(Echo, handlers).listen("tcp://127.0.0.1:0");
}

/** @param {{ handlerMs: number }} params @returns {Promise<string>} */
function startGrpc({ handlerMs }) {
  const server = new grpc.Server();
  server.addService(
    { Echo: echo },
    {
      Echo(/** @type {any} */ call, /** @type {any} */ callback) {
        work(handlerMs);
        callback(null, call.request);
      },
    },
  );
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(`127.0.0.1:${port}`) : reject(error),
    );
  });
}

/** A client with a connection of its own. @param {string} target @returns {(timeoutMs: number) => Promise<unknown>} */
function connect(target) {
  const request = { body: Buffer.alloc(32, 1) };
  if (contender !== "grpc") {
    const client = createClient(Echo, { target, connect: "eager" });
    return (timeoutMs) => client.echo(request, { timeoutMs });
  }
  const Client = grpc.makeGenericClientConstructor({ Echo: echo }, "Echo");
  /** @type {any} */
  const client = new Client(target, grpc.credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
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
  let failed = 0;
  async function goOn(/** @type {(timeoutMs: number) => Promise<unknown>} */ call) {
    while (performance.now() < endMs)
      await call(timeoutMs).then(
        () => answered++,
        () => failed++,
      );
  }
  await Promise.all(clients.flatMap((call) => Array.from({ length: inFlight }, () => goOn(call))));
  return { answered, failed };
}
