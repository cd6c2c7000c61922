import type { ResolverSink } from "../../runtime/discovery/resolver.ts";
import type { Instance } from "../../runtime/discovery/instance.ts";
import { type Channel, createChannel, createClient, createServer } from "../../runtime/index.ts";
import { createRandom, type VirtualEnvironment, type VirtualNetwork } from "../../runtime/testing/index.ts";
import { Lab } from "../runtime/fixture/lab.ts";
import { echoing } from "../runtime/fixture/world.ts";
import { DialMonitor } from "./dial-monitor.ts";
import type { Verdict } from "./verdict.ts";

const address = "memory:outage";
/** In which the waits grow to their longest, and some of those pass. */
const longMs = 900_000;
/** The longest wait with its jitter, and the way there and back. */
const mostMs = 145_000;
/** Tenths of a second in which an attempt under way fails. */
const patience = 1_000;

/** Where a {@link sitOut} takes place. */
export interface OutageSite {
  readonly environment: VirtualEnvironment;
  readonly network: VirtualNetwork;
  readonly verdict: Verdict;
}

/**
 * I-12 and I-11 where no call is made: an instance that cannot be reached for half an hour, to which a client keeps its connection. In the midst of it a call
 * wants it, and later the list says that it is back.
 */
export async function sitOut(seed: number, site: OutageSite): Promise<void> {
  const outage = new LongOutage(seed, site);
  await outage.begin();
  await outage.pass();
  await outage.demand();
  await outage.pass();
  await outage.news();
  await outage.pass();
  await outage.end();
}

class LongOutage {
  private readonly site: OutageSite;
  private readonly random: () => number;
  private readonly dials: DialMonitor;
  private readonly server: ReturnType<typeof createServer>;
  private readonly channel: Channel;
  private sink: ResolverSink | undefined;
  private revision: number;

  constructor(seed: number, site: OutageSite) {
    const { environment, network, verdict } = site;
    this.site = site;
    this.random = createRandom(seed * 15_485_863);
    this.dials = new DialMonitor({ now: environment.now, verdict, isKept: true });
    this.revision = 0;
    this.sink = undefined;
    const options = { environment, transports: [network.transport] };
    this.server = createServer({ ...options, onError: () => undefined }).add(Lab, echoing);
    this.channel = createChannel({
      environment,
      transports: [this.dials.watch(network.transport)],
      target: "outage:///lab.v1.Lab",
      resolvers: [{ scheme: "outage", watch: (_target, sink) => this.watch(sink) }],
      connect: "eager",
    });
  }

  async begin(): Promise<void> {
    const { network } = this.site;
    network.reachability = this.random() < 0.5 ? "refusing" : "silent";
    await this.server.listen(address);
  }

  /** No call, no news. */
  async pass(): Promise<void> {
    await this.site.environment.advanceAsync(longMs * this.random());
    this.dials.look();
  }

  /** A call fails, but the next attempt does not wait any longer. */
  async demand(): Promise<void> {
    await this.untilItWaits();
    this.dials.want();
    await this.site.environment.run(createClient(Lab, { channel: this.channel }).ping()).catch(() => undefined);
    this.dials.look();
  }

  /** The instance is listed as going away, and then as back. */
  async news(): Promise<void> {
    this.publish("draining");
    await this.site.environment.advanceAsync(1_000 * this.random());
    await this.untilItWaits();
    this.dials.wake();
    this.publish("up");
  }

  async end(): Promise<void> {
    const { environment, network, verdict } = this.site;
    network.reachability = "up";
    await environment.advanceAsync(mostMs);
    const { state } = this.channel;
    verdict.expect(state === "ready", "I-11", () => `an instance that is back for ${mostMs} ms is ${state}`);
    this.dials.stop();
    await environment.run(Promise.all([this.channel.close(), this.server.close()]));
    const timers = environment.pendingTimers;
    verdict.expect(timers === 0, "I-5", () => `${timers} timers are left of a client that kept its connection`);
  }

  /** An attempt under way is not disturbed by anything. */
  private async untilItWaits(): Promise<void> {
    for (let tries = 0; !this.dials.isWaiting && tries < patience; tries++)
      await this.site.environment.advanceAsync(100);
  }

  private watch(sink: ResolverSink): { close(): Promise<void> } {
    this.sink = sink;
    this.site.environment.defer(() => this.publish("up"));
    return { close: () => Promise.resolve() };
  }

  private publish(status: Instance["status"]): void {
    const instance: Instance = { id: "a", service: "lab.v1.Lab", address, weight: 100, status, labels: {} };
    const revision = String(++this.revision);
    const atMs = this.site.environment.wallClock();
    this.sink?.update({ instances: [instance], revision, complete: true, atMs });
  }
}
