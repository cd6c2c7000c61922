import type { Instance } from "../../../runtime/discovery/instance.ts";
import {
  type Channel,
  type ChannelOptions,
  createChannel,
  createClient,
  createServer,
  type Server,
  type ServerOptions,
} from "../../../runtime/index.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualNetwork, type VirtualNetwork } from "../../../runtime/testing/virtual-links.ts";
import type { VirtualNetworkOptions } from "../../../runtime/testing/virtual-network.ts";
import { Lab, type LabClient, type LabHandlers } from "../fixture/lab.ts";
import { echoing } from "../fixture/world.ts";

/** Several servers of one service and a channel to all of them, in virtual time. Server n is at `memory:s<n>` and echoes its number. */
export interface Fleet {
  readonly environment: VirtualEnvironment;
  readonly network: VirtualNetwork;
  readonly servers: readonly Server[];
  readonly channel: Channel;
  readonly lab: LabClient;
  /** Calls that reached a handler, by server. */
  readonly served: number[];
  /** Starts server `index` anew. */
  restart(index: number): Promise<void>;
  /** Ends server `index` at once, as `kill -9` would. */
  kill(index: number): Promise<void>;
  /** The result of work, in virtual time. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Sends `count` calls one after the other. @returns the server that answered each, or the reason of its error */
  calls(count: number, options?: { everyMs?: number }): Promise<(number | string)[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a registry says of server `index`. */
export function instanceOf(index: number, change: Partial<Instance> = {}): Instance {
  const address = `memory:s${index}`;
  return { id: `s${index}`, service: "lab.v1.Lab", address, weight: 100, status: "up", labels: {}, ...change };
}

export interface FleetOptions extends Partial<ChannelOptions> {
  readonly count: number;
  readonly handlers?: (index: number, environment: VirtualEnvironment) => Partial<LabHandlers>;
  readonly server?: ServerOptions;
  readonly network?: Partial<VirtualNetworkOptions>;
  readonly seed?: number;
}

export async function createFleet(options: FleetOptions): Promise<Fleet> {
  const { count, handlers, server, network: wire, seed, ...channelOptions } = options;
  const environment = createVirtualEnvironment(seed);
  const network = createVirtualNetwork({ environment, delayMs: () => 1, ...wire });
  const served = Array.from({ length: count }, () => 0);
  const transports = [network.transport];

  async function start(index: number): Promise<Server> {
    const started = createServer({ environment, transports, ...server }).add(Lab, {
      ...echoing,
      echo(note) {
        served[index] = (served[index] as number) + 1;
        return { ...note, count: index };
      },
      ...handlers?.(index, environment),
    });
    await started.listen(`memory:s${index}`);
    return started;
  }

  const servers = await Promise.all(served.map((_, index) => start(index)));
  const target = `memory:${servers.map((_, index) => `s${index}`).join(",")}`;
  const channel = createChannel({ target, environment, transports, ...channelOptions });
  const lab = createClient(Lab, { channel });

  async function call(): Promise<number | string> {
    return lab.echo({}).then(
      (note) => note.count,
      (error: { reason?: string }) => String(error.reason),
    );
  }

  return {
    environment,
    network,
    servers,
    channel,
    lab,
    served,
    run: (work) => environment.run(work),
    async restart(index) {
      servers[index] = await start(index);
    },
    async kill(index) {
      const closing = (servers[index] as Server).close({ graceMs: 0 });
      network.reset(`memory:s${index}`);
      await environment.run(closing);
    },
    async calls(calls, { everyMs = 0 } = {}) {
      const results: (number | string)[] = [];
      for (let made = 0; made < calls; made++) {
        results.push(await environment.run(call()));
        if (everyMs > 0) await environment.advanceAsync(everyMs);
      }
      return results;
    },
    async [Symbol.asyncDispose]() {
      const closing = Promise.all([channel.close({ graceMs: 0 }), ...servers.map((one) => one.close({ graceMs: 0 }))]);
      await environment.run(closing);
    },
  };
}
