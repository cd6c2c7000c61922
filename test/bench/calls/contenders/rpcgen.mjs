/** rpcgen over TCP with its default limits: generated stub and handlers, nothing tuned. */
import { createClient, createServer } from "@rpcgen/runtime";
import { Echo } from "../../gen/rpcgen/echo.rpc.js";

export async function startServer() {
  return createServer().add(Echo, handlers).listen("tcp://127.0.0.1:0");
}

/** @param {string} target @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(target) {
  const client = createClient(Echo, { target });
  return {
    requestFrom: (body) => ({ body }),
    call: (request, done, fail) => void client.echo(request).then(done, fail),
    bodyOf: (reply) => reply.body,
    async items(count, bytes) {
      let received = 0;
      for await (const item of client.items({ count, bytes })) received += item.body.length;
      return received;
    },
  };
}

export const handlers = {
  echo: (/** @type {any} */ request) => request,
  *items(/** @type {any} */ { count, bytes }) {
    const item = { body: Buffer.alloc(bytes, 1) };
    for (let sent = 0; sent < count; sent++) yield item;
  },
};
