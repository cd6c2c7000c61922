import type { ServerResponse } from "node:http";
import type { Environment, Timer } from "../environment/environment.ts";
import type { Registry } from "./registry.ts";
import { instanceToJson } from "./write-instance.ts";

/** What {@link serveWatch} needs. */
export interface WatchScope {
  readonly registry: Registry;
  readonly app: string;
  readonly environment: Environment;
  /** False while instances may not have come back yet after a start. */
  readonly isComplete: () => boolean;
  /** The registry stops. */
  readonly stop: AbortSignal;
}

/** Milliseconds between lines when nothing changes: a reader that hears nothing for three of them connects anew. */
const beatMs = 5_000;
/** Milliseconds in which changes are gathered into one line. */
const gatherMs = 20;
/** Bytes that may wait for a slow reader; one that lags further behind is cut off and comes back for the current state. */
const maxQueuedBytes = 4 * 1024 * 1024;

/**
 * Our addition to the API, `GET /eureka/watch/{APP}`: a line of JSON with all instances of the application now and after every change, and a
 * short one as a sign of life.
 */
export function serveWatch(
  outgoing: ServerResponse,
  { registry, app, environment, isComplete, stop }: WatchScope,
): void {
  let gathering: Timer | undefined;
  let beat: Timer | undefined;

  function write(line: object): void {
    if (outgoing.writableLength > maxQueuedBytes) return void outgoing.destroy();
    outgoing.write(`${JSON.stringify(line)}\n`);
    beat?.cancel();
    beat = environment.setTimer(beatMs, () => write({ alive: true }));
    beat.unref();
  }

  function writeAll(): void {
    gathering = undefined;
    const instances = registry.table.application(app)?.instances ?? [];
    write({ version: registry.table.version, complete: isComplete(), instances: instances.map(instanceToJson) });
  }

  outgoing.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  const unwatch = registry.watch(app, () => {
    gathering ??= environment.setTimer(gatherMs, writeAll);
  });
  const end = (): void => {
    unwatch();
    gathering?.cancel();
    beat?.cancel();
    stop.removeEventListener("abort", end);
  };
  writeAll();
  outgoing.on("close", end);
  stop.addEventListener("abort", end);
}
