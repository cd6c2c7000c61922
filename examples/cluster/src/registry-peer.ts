/** One peer of the registry: `registry-peer.js <port> <url of the other>`. */
import { createRegistryServer } from "@rpcgen/runtime/registry";

const [port, peer] = process.argv.slice(2);
process.on("disconnect", () => process.exit());

const server = await createRegistryServer(
  { port: Number(port) },
  { peers: [String(peer)], evictionIntervalMs: 500, waitForPeersMs: 1_000 },
);
await server.ready();
process.send?.({ kind: "ready", address: server.url });
