import type { RedisClient } from "../../coordination/redis/client.ts";
import type { Environment } from "../../environment/environment.ts";
import { limited, pause } from "../../environment/limit.ts";
import type { InstanceList } from "../instance-list.ts";
import type { RedisKeys } from "./redis-lease.ts";
import { listScript } from "./redis-scripts.ts";

/** The clock and the time between two looks. */
export interface RedisWatchOptions {
  readonly environment: Environment;
  readonly pollMs: number;
}

const listLimitMs = 2_000;
/** Announcements that come closer together than this are looked after at once. */
const gatherMs = 20;
/** Away for longer than this, Redis may have let leases run out that it could not be told to renew. */
const blindMs = 1_000;

/** Looks at the list every so often, and at once when a change is announced. */
export function watchRedis(
  client: RedisClient,
  { all, channel }: RedisKeys,
  list: InstanceList,
  { environment, pollMs }: RedisWatchOptions,
): (signal: AbortSignal, onWorking: () => void) => Promise<void> {
  let epoch: string | undefined;
  let lastSeenMs = Infinity;

  async function look(known: string, signal: AbortSignal): Promise<string> {
    const limit = { environment, limitMs: listLimitMs, what: `Listing ${channel}`, signal };
    const answer = await limited(limit, (each) => client.run(listScript, all, [known], each));
    const { version, content } = readList(answer);
    const wasBlind = environment.now() - lastSeenMs > pollMs + blindMs;
    lastSeenMs = environment.now();
    if (content !== undefined) {
      if (epoch !== undefined && epoch !== "" && (wasBlind || content.epoch !== epoch)) list.doubt();
      epoch = content.epoch;
      list.replace(content.entries);
      list.publish(version);
    }
    return version;
  }

  return async (signal, onWorking) => {
    let alarm = new AbortController();
    const stop = client.listen(channel, () => alarm.abort());
    const onAbort = (): void => alarm.abort();
    signal.addEventListener("abort", onAbort);
    try {
      for (let version = ""; !signal.aborted;) {
        void client.keepListening(signal);
        alarm = new AbortController();
        version = await look(version, signal);
        onWorking();
        await pause(environment, pollMs * (0.9 + 0.2 * environment.random()), alarm.signal);
        if (alarm.signal.aborted) await pause(environment, gatherMs, signal);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      stop();
    }
  };
}

interface ListAnswer {
  readonly version: string;
  readonly content: { readonly epoch: string; readonly entries: [string, string][] } | undefined;
}

function readList(answer: unknown): ListAnswer {
  const [version, epoch, ids, texts] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  if (typeof version !== "string") throw new Error("Redis answered to a list with something else.");
  if (!Array.isArray(ids) || !Array.isArray(texts)) return { version, content: undefined };
  const entries = ids.map((id, index): [string, string] => [String(id), String(texts[index])]);
  return { version, content: { epoch: String(epoch), entries } };
}
