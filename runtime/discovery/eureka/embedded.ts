import type { IncomingMessage } from "node:http";
import type { Timer } from "../../environment/environment.ts";
import { checkEngineTarget, registeredService, serviceOf } from "../engine-target.ts";
import { InstanceList } from "../instance-list.ts";
import { keepRegistered } from "../lease.ts";
import type { Registry } from "../registry.ts";
import type { EngineScope, Resolver } from "../resolver.ts";
import { keepWatching } from "../watch-loop.ts";
import { entriesOf } from "./entries.ts";
import { createEurekaDriver } from "./eureka-driver.ts";
import { createServers } from "./http.ts";

/** Milliseconds without a line after which a watch is taken for dead: the registry writes one every 5,000. */
const silenceMs = 12_000;
/** Characters of one line. */
const maxLineLength = 64 * 1024 * 1024;

/**
 * Our own registry (`rpcgen registry`) as registry and resolver, for targets such as `registry://host:8761,host2:8761/shop.v1.Orders`. Changes arrive
 * at once, over a connection that stays open.
 */
export function embedded(): Registry & Resolver {
  const scheme = "registry";
  const appOf = (service: string): string => service.toUpperCase();
  return {
    scheme,
    register(target, instance, options, scope) {
      checkEngineTarget(target, scheme, []);
      const app = appOf(registeredService(target, instance));
      const lease = { renewalIntervalInSecs: options.ttlMs / 3_000, durationInSecs: options.ttlMs / 1_000 };
      return keepRegistered(
        () =>
          createEurekaDriver({
            servers: createServers(target, "/eureka", false),
            environment: scope.environment,
            app,
            lease,
          }),
        instance,
        options,
        scope,
      );
    },
    watch(target, sink, scope) {
      checkEngineTarget(target, scheme, []);
      const service = serviceOf(target);
      const servers = createServers(target, "/eureka", false);
      const list = new InstanceList({ sink, scope, service, graceMs: silenceMs, onFault: () => void loop.close() });
      const loop = keepWatching({
        environment: scope.environment,
        onError: (error) => list.fail(error),
        async attempt(signal, onWorking) {
          const watched = withSilence(scope, signal);
          try {
            const incoming = await servers.open(`/watch/${encodeURIComponent(appOf(service))}`, watched.signal);
            for await (const line of linesOf(incoming)) {
              watched.heard();
              onWorking();
              take(line);
            }
          } catch (error) {
            throw watched.signal.aborted && !signal.aborted ? watched.signal.reason : error;
          } finally {
            watched.end();
          }
          throw new Error("The registry ended the watch.");
        },
      });

      function take(line: string): void {
        const { version, complete, instances } = JSON.parse(line) as Readonly<Record<string, unknown>>;
        if (instances === undefined) return;
        if (complete === false) list.doubt();
        list.replace(entriesOf(instances, service));
        list.publish(String(version));
      }

      return {
        async close() {
          list.close();
          await loop.close();
          servers.close();
        },
      };
    },
  };
}

/** A signal that fires with the outer one, and when {@link silenceMs} pass between two calls of `heard`. */
function withSilence(
  { environment }: EngineScope,
  outer: AbortSignal,
): { readonly signal: AbortSignal; heard(): void; end(): void } {
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(new Error(`The registry was silent for ${silenceMs} ms.`));
  let timer: Timer = environment.setTimer(silenceMs, giveUp);
  const onOuter = (): void => controller.abort(outer.reason);
  outer.addEventListener("abort", onOuter);
  return {
    signal: controller.signal,
    heard() {
      timer.cancel();
      timer = environment.setTimer(silenceMs, giveUp);
    },
    end() {
      timer.cancel();
      outer.removeEventListener("abort", onOuter);
    },
  };
}

async function* linesOf(incoming: IncomingMessage): AsyncGenerator<string> {
  incoming.setEncoding("utf8");
  let rest = "";
  for await (const text of incoming as AsyncIterable<string>) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() as string;
    if (rest.length > maxLineLength)
      throw new Error(`A line of the registry is longer than ${maxLineLength} characters.`);
    yield* parts;
  }
}
