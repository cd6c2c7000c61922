import type { CallInfo, ClientCall } from "../call/context.ts";
import type { CallContext } from "../call/method-type.ts";
import { createSlot } from "../call/slot.ts";
import type { Environment } from "../environment/environment.ts";
import type { ClientInterceptor, ServerInterceptor, StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { watchItems } from "./items.ts";
import { type MethodMetrics, MethodTable } from "./method-metrics.ts";
import { type Gauge, prometheusText } from "./prometheus.ts";

/** Settings of {@link createMetrics}. */
export interface MetricsOptions {
  /**
   * Servers say in the metadata of their replies how long they worked, and clients count the rest as time on the network. Both sides need it. It costs a
   * promise and some 30 bytes per call. Default: false.
   */
  readonly networkTime?: boolean | undefined;
}

/** Counters and histograms of calls. One object may serve any number of clients and servers of a process. */
export interface Metrics {
  /** For the option `plugins` of clients. */
  client(): Plugin<ClientInterceptor>;
  /** For the option `plugins` of servers. */
  server(): Plugin<ServerInterceptor>;
  /**
   * Adds a value that is read when the metrics are: the state of a channel, of a breaker, of a limit.
   * @param name as Prometheus has them: `shop_connections` @throws TypeError for a name that is none
   */
  gauge(name: string, help: string, read: () => number | Readonly<Record<string, number>>): void;
  /** All of it in the text format of Prometheus. */
  text(): string;
  readonly clientMethods: readonly MethodMetrics[];
  readonly serverMethods: readonly MethodMetrics[];
}

/** Metadata in which a server says how many microseconds it worked on a call. */
const tookKey = "rpcgen-took-us";

/** Of calls that got as far as to be counted: hooks before this one may refuse them. */
const admittedSlot = createSlot<MethodMetrics>("metrics");

/** Makes counters. Labels are names from schemas and codes, never what a peer sent: their number cannot be driven up from outside. */
export function createMetrics({ networkTime = false }: MetricsOptions = {}): Metrics {
  const clients = new MethodTable();
  const servers = new MethodTable();
  const gauges: Gauge[] = [];
  return {
    client: () => clientPlugin(clients, networkTime),
    server: () => serverPlugin(servers, networkTime),
    gauge(name, help, read) {
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
        throw new TypeError(`"${name}" is no name of a metric; use letters, digits and "_".`);
      gauges.push({ name, help, read });
    },
    text: () => prometheusText({ clients: clients.all(), servers: servers.all(), gauges }),
    get clientMethods() {
      return clients.all();
    },
    get serverMethods() {
      return servers.all();
    },
  };
}

function clientPlugin(table: MethodTable, networkTime: boolean): Plugin<ClientInterceptor> {
  return {
    name: "metrics",
    setup(kernel) {
      const { environment } = kernel;
      kernel.addInterceptor({
        name: "metrics",
        admit(call) {
          const metrics = begin(table, call);
          if (networkTime) watchTook(call, metrics, environment);
          return undefined;
        },
        settled(call, failure) {
          const metrics = table.of(call.method);
          metrics.attempts += call.attempts;
          finish(metrics, call, failure?.code ?? 0, environment.now() - call.startedMs);
        },
        stream: (call, requests, next) => countStream(begin(table, call), call, { requests, next, environment }),
      });
    },
  };
}

function begin(table: MethodTable, { method }: CallInfo): MethodMetrics {
  const metrics = table.of(method);
  metrics.inProgress++;
  return metrics;
}

function finish(metrics: MethodMetrics, call: CallInfo, code: number, durationMs: number): void {
  metrics.bytesSent += call.bytesSent;
  metrics.bytesReceived += call.bytesReceived;
  metrics.end(code, durationMs / 1_000);
}

function watchTook(call: ClientCall, metrics: MethodMetrics, environment: Environment): void {
  call.watchReply((metadata) => {
    const took = Number(metadata.get(tookKey) ?? Number.NaN) / 1_000;
    if (took >= 0) metrics.network.record(Math.max(0, environment.now() - call.startedMs - took) / 1_000);
  });
}

interface StreamParts {
  readonly requests: Parameters<StreamNext>[1];
  readonly next: StreamNext;
  readonly environment: Environment;
}

function countStream(
  metrics: MethodMetrics,
  call: CallInfo,
  { requests, next, environment }: StreamParts,
): AsyncIterable<unknown> {
  const startedMs = environment.now();
  return watchItems(next(call, requests), (error) =>
    finish(metrics, call, error === undefined ? 0 : error.code, environment.now() - startedMs),
  );
}

function serverPlugin(table: MethodTable, networkTime: boolean): Plugin<ServerInterceptor> {
  return {
    name: "metrics",
    setup(kernel) {
      const { environment } = kernel;
      const unary = (call: CallContext, request: unknown, next: UnaryNext): Promise<unknown> =>
        next(call, request).then((reply) => {
          const took = Math.round((environment.now() - call.startedMs) * 1_000);
          call.setResponseMetadata(tookKey, String(took));
          return reply;
        });
      kernel.addInterceptor({
        name: "metrics",
        admit(call) {
          call.set(admittedSlot, begin(table, call));
        },
        settled(call, failure) {
          const metrics = call.get(admittedSlot);
          if (metrics !== undefined) finish(metrics, call, failure?.code ?? 0, environment.now() - call.startedMs);
        },
        dropped(method, { code }) {
          const { dropped } = table.of(method);
          dropped[code] = (dropped[code] as number) + 1;
        },
        ...(networkTime ? { unary } : {}),
      });
    },
  };
}
