/** Moleculer over its TCP transporter with its JSON serializer, so bytes are base64 text; no discovery, no logger. */
import { createServer, Server } from "node:net";
import moleculer from "moleculer";
import { listenOnLoopback } from "./loopback.mjs";

/** Its TCP transporter has no option for the address to listen on, and these processes must be seen by nobody else. */
const listen = Server.prototype.listen;
/** @this {Server} @param {any} options @param {any[]} rest @returns {any} */
Server.prototype.listen = function listenLocally(options, ...rest) {
  const local = typeof options === "object" ? { ...options, host: "127.0.0.1" } : { port: options, host: "127.0.0.1" };
  return listen.call(this, local, ...rest);
};

/** @returns {Promise<string>} */
export async function startServer() {
  const ports = { server: await freePort(), client: await freePort() };
  const broker = brokerOf("server", ports);
  broker.createService({ name: "bench", actions: { echo: (/** @type {any} */ { params }) => params } });
  await broker.start();
  return JSON.stringify(ports);
}

/** @param {string} ports @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(ports) {
  const broker = brokerOf("client", JSON.parse(ports));
  await broker.start();
  await broker.waitForServices("bench", 20_000);
  return {
    requestFrom: (body) => body,
    call: (body, done, fail) =>
      void broker
        .call("bench.echo", { body: body.toString("base64") })
        .then((/** @type {any} */ reply) => done(Buffer.from(reply.body, "base64")), fail),
    bodyOf: (reply) => reply,
    items: undefined,
  };
}

/**
 * @param {"server" | "client"} name
 * @param {{ server: number, client: number }} ports
 * @returns {any}
 */
function brokerOf(name, ports) {
  const options = {
    udpDiscovery: false,
    useHostname: false,
    port: ports[name],
    urls: [`tcp://127.0.0.1:${ports.server}/server`, `tcp://127.0.0.1:${ports.client}/client`],
    gossipPeriod: 1,
  };
  return new moleculer.ServiceBroker({
    nodeID: name,
    logger: false,
    transporter: /** @type {any} */ ({ type: "TCP", options }),
  });
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
