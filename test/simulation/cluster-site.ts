import type { Instance } from "../../runtime/discovery/instance.ts";
import type { Resolver, ResolverSink } from "../../runtime/discovery/resolver.ts";
import { createServer, RpcError, type Server } from "../../runtime/index.ts";
import { createVirtualNetwork, type VirtualEnvironment, type VirtualNetwork } from "../../runtime/testing/index.ts";
import type { TransportKind } from "../../runtime/transport/transport.ts";
import { Lab, type LabHandlers } from "../runtime/fixture/lab.ts";
import { echoing } from "../runtime/fixture/world.ts";
import type { ClusterWeather, Fault } from "./cluster-plan.ts";

/** One instance and what is wrong with it. */
export interface Member {
  readonly index: number;
  readonly address: string;
  server: Server | undefined;
  isSlow: boolean;
  isFailing: boolean;
  isCut: boolean;
  /** When it was cut off last, or was connected again. */
  cutMs: number;
  status: "up" | "draining" | "removed";
  /** Faults that it has now. */
  troubles: number;
  /** When the last of them ended; `Infinity` while it has one. */
  wellSinceMs: number;
  /** When the client was told to send no more. `Infinity`: it may. */
  drainedAtMs: number;
}

/** What the handlers of an instance do. */
export type Handling = (member: Member) => Partial<LabHandlers>;

const grace = { graceMs: 20_000 };
/** Milliseconds that an instance stands as draining in the list before it closes. */
const noticeMs = 1_500;

/** The instances of a run, the list that says where they are, and what befalls them. */
export class Site {
  readonly members: readonly Member[];
  readonly network: VirtualNetwork;
  readonly transport: TransportKind;
  readonly resolver: Resolver;
  readonly closings: Promise<void>[];
  private readonly environment: VirtualEnvironment;
  private readonly weather: ClusterWeather;
  private readonly handling: Handling;
  private sink: ResolverSink | undefined;
  private revision: number;

  constructor(environment: VirtualEnvironment, weather: ClusterWeather, handling: Handling) {
    this.environment = environment;
    this.weather = weather;
    this.handling = handling;
    this.sink = undefined;
    this.revision = 0;
    this.closings = [];
    this.members = Array.from({ length: weather.instances }, (_, index) => ({
      index,
      address: `memory:s${index}`,
      server: undefined,
      isSlow: false,
      isFailing: false,
      isCut: false,
      cutMs: -Infinity,
      status: "up",
      troubles: 0,
      wellSinceMs: 0,
      drainedAtMs: Infinity,
    }));
    this.network = createVirtualNetwork({
      environment,
      delayMs: () => Math.floor(environment.random() * (weather.maxDelayMs + 1)),
    });
    this.transport = this.withPartitions(this.network.transport);
    this.resolver = {
      scheme: "site",
      watch: (_target, sink) => {
        this.sink = sink;
        environment.defer(() => this.publish());
        return { close: () => Promise.resolve(void (this.sink = undefined)) };
      },
    };
  }

  async start(member: Member): Promise<void> {
    const options = { environment: this.environment, transports: [this.network.transport], limits: { idleMs: 0 } };
    const server = createServer({ ...options, onError: () => undefined }).add(Lab, {
      ...echoing,
      ...this.handling(member),
    });
    member.server = server;
    await server.listen(member.address);
  }

  /** What a handler of an instance suffers from that is slow. */
  async tarry({ isSlow }: Member): Promise<void> {
    if (isSlow) await this.sleep(this.weather.isCalm ? 80 : 500);
  }

  /** What a handler of an instance suffers from that fails. */
  stumble({ isFailing }: Member): void {
    if (isFailing) throw new RpcError({ code: 14, message: "not well" });
  }

  /** Brings a fault upon its instance, and takes it back after its time. */
  async befall({ kind, instance, lastsMs }: Fault): Promise<void> {
    const member = this.members[instance] as Member;
    // One at a time: what two faults at once would undo of each other is no question here.
    if (member.troubles > 0 || this.troubled >= this.weather.instances - 1) return;
    member.troubles++;
    member.wellSinceMs = Infinity;
    await this.faults[kind](member, lastsMs);
    member.troubles--;
    member.wellSinceMs = this.environment.now();
  }

  private get troubled(): number {
    return this.members.filter(({ troubles }) => troubles > 0).length;
  }

  private readonly faults: Readonly<Record<Fault["kind"], (member: Member, lastsMs: number) => Promise<void>>> = {
    kill: async (member, lastsMs) => {
      const closing = member.server?.close({ graceMs: 0 });
      this.network.reset(member.address);
      await closing;
      await this.sleep(lastsMs);
      await this.start(member);
    },
    cut: async (member, lastsMs) => {
      member.isCut = true;
      member.cutMs = this.environment.now();
      const links = this.network.links.filter(({ address }) => address === member.address);
      for (const link of links) link.cut();
      await this.sleep(lastsMs);
      member.isCut = false;
      member.cutMs = this.environment.now();
      for (const link of links) link.reset();
    },
    slow: (member, lastsMs) => this.during(member, "isSlow", lastsMs),
    errors: (member, lastsMs) => this.during(member, "isFailing", lastsMs),
    drain: async (member, lastsMs) => {
      this.list(member, "draining");
      await this.sleep(noticeMs);
      const closing = (member.server as Server).close(grace);
      this.closings.push(closing);
      await closing;
      await this.sleep(lastsMs);
      await this.start(member);
      this.list(member, "up");
    },
    restart: async (member) => {
      this.closings.push((member.server as Server).close(grace));
      await this.start(member);
    },
    remove: async (member, lastsMs) => {
      this.list(member, "removed");
      await this.sleep(lastsMs);
      this.list(member, "up");
    },
  };

  private async during(member: Member, trouble: "isSlow" | "isFailing", lastsMs: number): Promise<void> {
    member[trouble] = true;
    await this.sleep(lastsMs);
    member[trouble] = false;
  }

  private list(member: Member, status: Member["status"]): void {
    member.status = status;
    member.drainedAtMs = status === "draining" ? this.environment.now() : Infinity;
    this.publish();
  }

  private publish(): void {
    const instances = this.members.flatMap(({ index, address, status }): Instance[] =>
      status === "removed"
        ? []
        : [{ id: `s${index}`, service: "lab.v1.Lab", address, weight: 100, status, labels: {} }],
    );
    const revision = String(++this.revision);
    this.sink?.update({ instances, revision, complete: true, atMs: this.environment.wallClock() });
  }

  /** Nobody answers at an instance that is cut off. */
  private withPartitions(kind: TransportKind): TransportKind {
    return {
      ...kind,
      connect: async (address, options) => {
        const member = this.members.find(({ address: text }) => text === address.text);
        if (member?.isCut !== true) return kind.connect(address, options);
        await this.sleep(options.timeoutMs);
        throw new RpcError({ reason: "connect_failed", message: `${address.text} does not answer` });
      },
    };
  }

  get now(): number {
    return this.environment.now();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.environment.setTimer(ms, resolve));
  }
}
