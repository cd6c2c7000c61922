import { mustBe } from "../errors/wrong-value.ts";
import type { Items } from "./method-type.ts";

/** Where a pump sends. */
export interface ItemSink<T> {
  /** @returns false: wait for {@link ItemPump.writable} before the next */
  send(item: T): boolean;
  /** All items were sent. */
  end(): void;
  /** The items failed, or one of them could not be sent. Nothing is called after it. */
  fail(error: unknown): void;
}

/** Sends items as fast as the sink takes them. */
export interface ItemPump {
  /** The sink takes items again. */
  writable(): void;
  /** Sends no more and closes the iterator. Idempotent, also after the end. */
  stop(): void;
  /** Resolves once the source is done with: ended, failed or closed. Never rejects. */
  readonly done: Promise<void>;
}

/** Starts to send `items`. @throws TypeError when they cannot be iterated */
export function pumpItems<T>(items: Items<T>, sink: ItemSink<T>): ItemPump {
  const iterator = iteratorOf(items);
  const gate: { open: (() => void) | undefined; stopped: boolean; ended: boolean } = {
    open: undefined,
    stopped: false,
    ended: false,
  };

  async function run(): Promise<void> {
    try {
      for (;;) {
        const step = iterator.next();
        const result = isThenable(step) ? await step : step;
        if (gate.stopped) return;
        if (result.done === true) {
          gate.ended = true;
          return sink.end();
        }
        if (!sink.send(result.value)) await new Promise<void>((resolve) => (gate.open = resolve));
        if (gate.stopped) return;
      }
    } catch (error) {
      if (gate.stopped) return;
      gate.stopped = true;
      sink.fail(error);
      await closeQuietly(iterator);
    }
  }

  const running = run();
  let closing: Promise<void> | undefined;
  return {
    writable: () => release(gate),
    stop() {
      if (gate.stopped || gate.ended) return;
      gate.stopped = true;
      closing = closeQuietly(iterator);
      release(gate);
    },
    done: running.then(() => closing),
  };
}

function release(gate: { open: (() => void) | undefined }): void {
  const { open } = gate;
  gate.open = undefined;
  open?.();
}

type AnyIterator<T> = Iterator<T, unknown> | AsyncIterator<T, unknown>;

function iteratorOf<T>(items: Items<T>): AnyIterator<T> {
  if (typeof items === "object" && items !== null) {
    if (Symbol.asyncIterator in items) return items[Symbol.asyncIterator]();
    if (Symbol.iterator in items) return items[Symbol.iterator]();
  }
  throw new TypeError(mustBe("The items of a stream", "an array, a generator or another iterable", items));
}

/** Lets a generator run its `finally`; what that throws concerns nobody any more. */
async function closeQuietly<T>(iterator: AnyIterator<T>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // The call has its outcome already.
  }
}

function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown }).then === "function";
}
