/** fastify and undici with JSON: a response schema on the server, a pool of keep-alive connections in the client, base64 for bytes. */
import fastify from "fastify";
import { Pool } from "undici";

const BODY_LIMIT = 1024 * 1024;
const body = { type: "object", required: ["body"], properties: { body: { type: "string" } } };
const headers = { "content-type": "application/json" };

/** @returns {Promise<string>} */
export async function startServer() {
  const app = fastify({ bodyLimit: BODY_LIMIT });
  app.post("/echo", { schema: { body, response: { 200: body } } }, (request, reply) => reply.send(request.body));
  return app.listen({ port: 0, host: "127.0.0.1" });
}

/** HTTP/1.1 has one request in flight per connection, so many in flight need many connections. */
const CONNECTIONS = 64;

/** @param {string} origin @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(origin) {
  const pool = new Pool(origin, { connections: CONNECTIONS });
  return {
    requestFrom: (bytes) => bytes,
    call: (bytes, done, fail) => void post(pool, bytes).then(done, fail),
    bodyOf: (reply) => reply,
    items: undefined,
  };
}

/**
 * @param {Pool} pool
 * @param {Buffer} bytes
 */
async function post(pool, bytes) {
  const request = JSON.stringify({ body: bytes.toString("base64") });
  const response = await pool.request({ path: "/echo", method: "POST", headers, body: request });
  const reply = /** @type {any} */ (await response.body.json());
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${JSON.stringify(reply)}`);
  return Buffer.from(reply.body, "base64");
}
