import type { Environment, Timer } from "../environment/environment.ts";
import type { EurekaStatus, InstanceInfo } from "./instance-info.ts";
import { InstanceError, readInstanceInfo } from "./read-instance.ts";
import { instanceToJson, type Json } from "./write-instance.ts";

/** What is replicated, as peers name it. */
export type PeerAction = "Register" | "Heartbeat" | "Cancel" | "StatusUpdate" | "DeleteStatusOverride";

/** Something that happened here and that a peer should know. */
export interface PeerTask {
  readonly action: PeerAction;
  readonly app: string;
  readonly id: string;
  /** The instance as it is here; for a cancelled one undefined. */
  readonly info: InstanceInfo | undefined;
  /** With `StatusUpdate`. */
  readonly status?: EurekaStatus | undefined;
  /** Milliseconds after which it is not worth telling any more. */
  readonly keptMs: number;
}

/** Carries a batch to a peer. Rejects when it cannot be reached. */
export type SendBatch = (body: Json) => Promise<{ readonly status: number; readonly body: unknown }>;

/** Another registry that is told what happens here. */
export interface Peer {
  readonly name: string;
  /** True after a batch got through, until one did not. */
  readonly isReachable: boolean;
  readonly waiting: number;
  push(task: PeerTask): void;
  close(): void;
}

/** Settings of {@link createPeer}. */
export interface PeerOptions {
  readonly name: string;
  readonly environment: Environment;
  readonly send: SendBatch;
  /** The peer does not know an instance that is here: the instance, to be registered there. */
  readonly current: (app: string, id: string) => InstanceInfo | undefined;
  /** The peer knows better: its instance. */
  readonly onNewer: (info: InstanceInfo) => void;
}

interface Waiting {
  readonly task: PeerTask;
  readonly untilMs: number;
}

const maxBatch = 250;
const maxWaiting = 10_000;
const batchDelayMs = 500;
const retryMs = 100;
const maxRetryMs = 5_000;
const busyMs = 1_000;

/**
 * Batches of up to 250, half a second apart unless a whole one waits; of several things that happened to an instance only the last of a kind travels.
 * When more waits than may, heartbeats are forgotten first, the oldest before others: the next one comes in seconds and brings the instance
 * along when the peer does not know it. What is told once only, such as a status that an operator set, would be lost.
 */
export function createPeer(options: PeerOptions): Peer {
  const { environment, send } = options;
  const changes = new Map<string, Waiting>();
  const heartbeats = new Map<string, Waiting>();
  const queueOf = (task: PeerTask): Map<string, Waiting> => (task.action === "Heartbeat" ? heartbeats : changes);
  const waitingCount = (): number => changes.size + heartbeats.size;
  let timer: Timer | undefined;
  let isSending = false;
  let isClosed = false;
  let isReachable = false;
  let hasFailed = false;
  let pauseMs = retryMs;

  function push(task: PeerTask): void {
    const key = `${task.action}#${task.app}/${task.id}`;
    const queue = queueOf(task);
    // Behind what waits already: a cancellation must not be overtaken by an older registration.
    queue.delete(key);
    queue.set(key, { task, untilMs: environment.now() + task.keptMs });
    forgetExcess();
    if (waitingCount() < maxBatch) arm(batchDelayMs);
    // After a failure its pause holds.
    else if (timer === undefined || !hasFailed) flush();
  }

  function forgetExcess(): void {
    for (const queue of [heartbeats, changes]) {
      for (const key of queue.keys()) {
        if (waitingCount() <= maxWaiting) return;
        queue.delete(key);
      }
    }
  }

  function arm(delayMs: number): void {
    if (timer !== undefined || isSending || isClosed || waitingCount() === 0) return;
    timer = environment.setTimer(delayMs, flush);
    timer.unref();
  }

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    if (isSending || isClosed) return;
    const batch = take();
    if (batch.size === 0) return;
    isSending = true;
    void exchange(batch).then((delayMs) => {
      isSending = false;
      arm(delayMs);
    });
  }

  function take(): Map<string, Waiting> {
    const batch = new Map<string, Waiting>();
    const now = environment.now();
    for (const queue of [changes, heartbeats]) {
      for (const [key, waiting] of queue) {
        if (batch.size >= maxBatch) return batch;
        queue.delete(key);
        if (waiting.untilMs >= now) batch.set(key, waiting);
      }
    }
    return batch;
  }

  /** @returns milliseconds until the next batch */
  async function exchange(batch: Map<string, Waiting>): Promise<number> {
    try {
      const tasks = [...batch.values()].map(({ task }) => task);
      const { status, body } = await send({ replicationList: tasks.map(taskToJson) });
      if (status === 200) {
        isReachable = true;
        hasFailed = false;
        pauseMs = retryMs;
        learn(tasks, body);
        // One at a time as before, so a slow peer sets the pace; but many instances must not wait for a clock.
        return waitingCount() >= maxBatch ? 0 : batchDelayMs;
      }
      hasFailed = true;
      putBack(batch);
      return status === 503 ? busyMs : slower();
    } catch {
      isReachable = false;
      hasFailed = true;
      putBack(batch);
      return slower();
    }
  }

  function slower(): number {
    const delayMs = pauseMs;
    pauseMs = Math.min(maxRetryMs, pauseMs * 2);
    return delayMs;
  }

  /** What failed goes to the front again, unless something newer of its kind came meanwhile. */
  function putBack(batch: Map<string, Waiting>): void {
    for (const queue of [changes, heartbeats]) {
      const newer = new Map(queue);
      queue.clear();
      for (const [key, waiting] of batch) {
        if (queueOf(waiting.task) === queue && !newer.has(key)) queue.set(key, waiting);
      }
      for (const [key, waiting] of newer) queue.set(key, waiting);
    }
    forgetExcess();
  }

  function learn(tasks: readonly PeerTask[], body: unknown): void {
    const answers = (body as { responseList?: unknown } | undefined)?.responseList;
    if (!Array.isArray(answers)) return;
    tasks.forEach((task, index) => {
      if (task.action !== "Heartbeat" && task.action !== "StatusUpdate") return;
      const answer = answers[index] as { statusCode?: unknown; responseEntity?: unknown } | undefined;
      if (Number(answer?.statusCode) === 404) registerThere(task);
      if (Number(answer?.statusCode) === 409) takeNewer(answer?.responseEntity);
    });
  }

  function registerThere({ app, id, keptMs }: PeerTask): void {
    const info = options.current(app, id);
    if (info !== undefined) push({ action: "Register", app, id, info, keptMs });
  }

  function takeNewer(entity: unknown): void {
    try {
      options.onNewer(
        readInstanceInfo(typeof entity === "string" ? JSON.parse(entity) : entity, environment.wallClock()),
      );
    } catch (error) {
      if (!(error instanceof InstanceError || error instanceof SyntaxError)) throw error;
    }
  }

  return {
    name: options.name,
    get isReachable() {
      return isReachable;
    },
    get waiting() {
      return waitingCount();
    },
    push,
    close() {
      isClosed = true;
      timer?.cancel();
      changes.clear();
      heartbeats.clear();
    },
  };
}

function taskToJson({ action, app, id, info, status }: PeerTask): Json {
  return {
    action,
    appName: app,
    id,
    ...(info === undefined
      ? {}
      : {
          lastDirtyTimestamp: info.lastDirtyTimestamp,
          overriddenStatus: info.overriddenStatus,
          ...(info.overriddenTimestamp === 0 ? {} : { overriddenTimestamp: info.overriddenTimestamp }),
          status: status ?? info.status,
          ...(action === "Register" ? { instanceInfo: instanceToJson(info) } : {}),
        }),
    ...(info === undefined && status !== undefined ? { status } : {}),
  };
}
