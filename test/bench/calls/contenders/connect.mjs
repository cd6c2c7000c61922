/** connect-node: the Connect protocol, binary, over one HTTP/2 connection; messages of @bufbuild/protobuf. */
import { createServer } from "node:http2";
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport } from "@connectrpc/connect-node";
import { Echo as generated, PayloadSchema } from "../../gen/protobuf-es/echo_pb.js";
import { listenOnLoopback } from "./loopback.mjs";

/** Its types come from another version of @bufbuild/protobuf than the benchmark's own. @type {any} */
const Echo = generated;

/** @returns {Promise<string>} */
export async function startServer() {
  const handlers = {
    echo: (/** @type {any} */ request) => request,
    async *items(/** @type {any} */ { count, bytes }) {
      const item = create(PayloadSchema, { body: Buffer.alloc(bytes, 1) });
      for (let sent = 0; sent < count; sent++) yield item;
    },
  };
  const server = createServer(connectNodeAdapter({ routes: (router) => void router.service(Echo, handlers) }));
  return `http://127.0.0.1:${await listenOnLoopback(server)}`;
}

/** @param {string} baseUrl @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(baseUrl) {
  /** @type {any} */
  const client = createClient(Echo, createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }));
  return {
    requestFrom: (body) => create(PayloadSchema, { body }),
    call: (request, done, fail) => void client.echo(request).then(done, fail),
    bodyOf: (reply) => reply.body,
    async items(count, bytes) {
      let received = 0;
      for await (const item of client.items({ count, bytes })) received += item.body.length;
      return received;
    },
  };
}
