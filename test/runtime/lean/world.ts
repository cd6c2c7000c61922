import { createServer } from "../../../runtime/index.ts";
import { createChannel } from "../../../runtime/lean/channel.ts";
import { createClient } from "../../../runtime/lean/client.ts";
import { Lab, type LabHandlers } from "../fixture/lab.ts";
import { connectTimeoutMs } from "../fixture/patience.ts";
import type { World, WorldOptions } from "../fixture/world.ts";

/** As `createWorld`, with the small client, over a WebSocket. Types only come from there, so that this may take its place. */
export function leanWorlds(echoing: LabHandlers): (options?: WorldOptions) => Promise<World> {
  return (options = {}) => createLeanWorld(echoing, options);
}

async function createLeanWorld(echoing: LabHandlers, options: WorldOptions): Promise<World> {
  const server = createServer(options.server).add(Lab, { ...echoing, ...options.handlers });
  const address = await server.listen("tcp://127.0.0.1:0");
  // There is one codec: what is the same in both is tried with that one.
  const { codec: _codec, ...client } = options.client ?? {};
  const channel = createChannel({ target: webSocketAddress(address), connectTimeoutMs, ...client });
  return {
    lab: createClient(Lab, { channel }),
    server,
    address,
    async [Symbol.asyncDispose]() {
      await channel.close({ graceMs: 0 });
      await server.close({ graceMs: 0 });
    },
  };
}

export function webSocketAddress(tcp: string): string {
  return `${tcp.replace("tcp:", "ws:")}/`;
}
