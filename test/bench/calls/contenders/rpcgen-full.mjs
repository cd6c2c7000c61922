/** rpcgen with what a careful app has on every call: a deadline, metadata, and an interceptor on each side. */
import { createClient, createServer } from "@rpcgen/runtime";
import { Echo } from "../../gen/rpcgen/echo.rpc.js";
import { handlers } from "./rpcgen.mjs";

/** Passes every call on, as a tracing or counting interceptor would. @type {import("@rpcgen/runtime").Interceptor} */
const interceptor = {
  name: "bench",
  unary: (call, request, next) => next(call, request),
  stream: (call, requests, next) => next(call, requests),
};

export async function startServer() {
  return createServer({ interceptors: [interceptor] })
    .add(Echo, handlers)
    .listen("tcp://127.0.0.1:0");
}

/** @param {string} target @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(target) {
  const client = createClient(Echo, { target, interceptors: [interceptor] });
  const options = { timeoutMs: 30_000, metadata: { "trace-id": "4bf92f3577b34da6a3ce929d0e0e4736" } };
  return {
    requestFrom: (body) => ({ body }),
    call: (request, done, fail) => void client.echo(request, options).then(done, fail),
    bodyOf: (reply) => reply.body,
    async items(count, bytes) {
      let received = 0;
      for await (const item of client.items({ count, bytes }, options)) received += item.body.length;
      return received;
    },
  };
}
