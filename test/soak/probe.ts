import { readdirSync } from "node:fs";
import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ClientCallState } from "../../runtime/client/client-call.ts";
import { ItemQueue } from "../../runtime/call/item-queue.ts";
import { ServerCall } from "../../runtime/connection/incoming-call.ts";
import { Multiplexer } from "../../runtime/connection/multiplexer.ts";
import { ClientCall } from "../../runtime/connection/outgoing-call.ts";
import type { Environment } from "../../runtime/environment/environment.ts";
import { systemEnvironment } from "../../runtime/environment/system.ts";
import { SocketTransport } from "../../runtime/transport/socket-transport.ts";

/** What a process holds while nothing runs, after all garbage is gone. */
export interface Holdings {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  /** Open file descriptors; -1 where /proc is not there. */
  readonly descriptors: number;
  /** What keeps the event loop busy: sockets, servers, timers of Node. */
  readonly resources: number;
  /** Timers of the runtime that are set. */
  readonly timers: number;
  /** Objects on the heap that stand for something open, by class. */
  readonly connections: number;
  readonly sockets: number;
  /** Entries of the tables of calls, at both levels, and queues of items. */
  readonly calls: number;
}

/** The system's environment, with a count of the timers that are set. */
export interface CountingEnvironment extends Environment {
  readonly timers: number;
}

export function createCountingEnvironment(): CountingEnvironment {
  let timers = 0;
  return {
    ...systemEnvironment,
    get timers() {
      return timers;
    },
    setTimer(delayMs, action) {
      let isSet = true;
      const forget = (): void => {
        if (isSet) timers--;
        isSet = false;
      };
      timers++;
      const timer = systemEnvironment.setTimer(delayMs, () => {
        forget();
        action();
      });
      return {
        cancel() {
          forget();
          timer.cancel();
        },
        ref: () => timer.ref(),
        unref: () => timer.unref(),
      };
    },
  };
}

/** Looks at this process. Takes some collections of garbage, so it is for moments when nothing is measured. */
export async function look(environment: CountingEnvironment): Promise<Holdings> {
  const calls = count(ClientCall) + count(ServerCall) + count(ClientCallState) + count(ItemQueue);
  const connections = count(Multiplexer);
  const sockets = count(SocketTransport);
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    descriptors: descriptors(),
    resources: process.getActiveResourcesInfo().length,
    timers: environment.timers,
    connections,
    sockets,
    calls,
  };
}

/** Instances that are alive; this collects garbage first. */
function count(type: Function): number {
  const found = queryObjects(type);
  return typeof found === "number" ? found : found.length;
}

const collections = 3;

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let times = 0; times < collections; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}

function descriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return -1;
  }
}
