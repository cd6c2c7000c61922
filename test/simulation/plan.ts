import type { CallOptions } from "../../runtime/index.ts";
import { createRandom } from "../../runtime/testing/index.ts";

/** One call of a simulation: what its client does and what its handler does. The handler finds it by the name in the request. */
export interface Plan {
  readonly index: number;
  readonly name: string;
  readonly kind: "unary" | "list" | "sum" | "chat" | "oneway";
  readonly startMs: number;
  readonly bytes: number;
  readonly items: number;
  readonly timeoutMs: number | undefined;
  readonly cancelAfterMs: number | undefined;
  /** Items after which the reader leaves. */
  readonly leaveAfter: number | undefined;
  readonly readerDelayMs: number;
  readonly handlerDelayMs: number;
  readonly handler: "answers" | "declared" | "fails" | "throws" | "never";
  readonly waitForReady: boolean;
}

/** What a seed decides for the whole run. */
export interface Weather {
  /** Without loss: every failure must have a reason in its own plan. */
  readonly isCalm: boolean;
  readonly maxDelayMs: number;
  readonly maxPieceBytes: number;
  readonly bytesPerMs: number;
  /** Part of the calls that are large, where the network does not cut small. */
  readonly largeShare: number;
  readonly maxCalls: number;
  readonly connections: number;
  readonly restarts: number;
  readonly resets: number;
  readonly cuts: number;
  readonly outages: number;
  /** A cut that never heals: only keepalive ends the calls on it. */
  readonly hasBlackHole: boolean;
  /** Of a server, over all of its connections. */
  readonly budgets: ServerBudgets;
  /** They are so small that calls are turned away for them. */
  readonly isTight: boolean;
}

/** What a server may hold, over all of its connections. */
export interface ServerBudgets {
  readonly maxInboundBytes: number;
  readonly maxTotalOutboundBytes: number;
}

const wide: ServerBudgets = { maxInboundBytes: 256 * 1024 * 1024, maxTotalOutboundBytes: 256 * 1024 * 1024 };
const tight: ServerBudgets = { maxInboundBytes: 400_000, maxTotalOutboundBytes: 100_000 };

/** Milliseconds in which the calls of a run begin, per call. */
const paceMs = 4;

export type Random = () => number;

export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

/** Every other seed is calm, two of eight are tight. */
export function createWeather(seed: number, random: Random): Weather {
  const isCalm = seed % 2 === 0;
  const isTight = seed % 8 === 3 || seed % 8 === 6;
  return {
    isCalm,
    isTight,
    budgets: isTight ? tight : wide,
    maxDelayMs: pick(random, [0, 1, 5, 30]),
    maxPieceBytes: pick(random, [7, 1_000, 100_000, 100_000, 100_000]),
    bytesPerMs: pick(random, [1_000, 20_000, Infinity]),
    largeShare: pick(random, [0.01, 0.05, 0.05, 0.05, 0.2]),
    maxCalls: pick(random, [6, 20, 200]),
    connections: pick(random, [1, 1, 1, 3]),
    restarts: pick(random, [0, 1, 3]),
    resets: isCalm ? 0 : pick(random, [0, 2, 8]),
    cuts: isCalm ? 0 : pick(random, [0, 2, 5]),
    outages: isCalm ? 0 : pick(random, [0, 1, 2]),
    hasBlackHole: !isCalm && random() < 0.2,
  };
}

export function createPlans(count: number, weather: Weather, random: Random): Plan[] {
  return Array.from({ length: count }, (_, index) => createPlan(index, count, weather, random));
}

function createPlan(index: number, count: number, weather: Weather, random: Random): Plan {
  const kind = pick(random, ["unary", "unary", "unary", "list", "sum", "chat", "oneway"] as const);
  const handler = random() < 0.75 ? "answers" : pick(random, troubles(kind));
  const cancels = random() < 0.15;
  // What never answers needs another end.
  const timeoutMs = handler === "never" || random() < 0.2 ? pick(random, [5, 40, 300, 1_500]) : undefined;
  return {
    index,
    name: `call-${index}`,
    kind,
    startMs: Math.floor(random() * count * paceMs),
    ...createLoad(kind, weather, random),
    timeoutMs: kind === "oneway" ? undefined : timeoutMs,
    cancelAfterMs: cancels && kind !== "oneway" ? pick(random, [0, 3, 20, 100]) : undefined,
    leaveAfter: (kind === "list" || kind === "chat") && random() < 0.15 ? pick(random, [1, 2, 5]) : undefined,
    readerDelayMs: pick(random, [0, 0, 0, 2, 10]),
    handlerDelayMs: pick(random, [0, 0, 1, 10, 60]),
    handler,
    waitForReady: random() < 0.3,
  };
}

/**
 * How much a call carries: little, or one large message, or a stream that is longer than its window, of items that fit it and of items that
 * do not. Where the network cuts small, messages are small too: they meet as many cuts.
 */
function createLoad(
  kind: Plan["kind"],
  { maxPieceBytes, largeShare }: Weather,
  random: Random,
): { readonly bytes: number; readonly items: number } {
  const isStream = kind === "list" || kind === "sum" || kind === "chat";
  const items = pick(random, [0, 1, 3, 3, 12, 40]);
  const size = random();
  if (maxPieceBytes < 1_000) return { bytes: pick(random, [0, 1, 30, 30, 300]), items: Math.min(items, 12) };
  if (maxPieceBytes === 1_000 && size < 0.01)
    return { bytes: pick(random, [17_000, 70_000]), items: Math.min(items, 3) };
  if (maxPieceBytes > 1_000 && size < largeShare)
    return isStream
      ? pick(random, [
          { bytes: 17_000, items: 40 },
          { bytes: 70_000, items: 8 },
          { bytes: maxBytes, items: 2 },
        ])
      : { bytes: pick(random, [17_000, 70_000, maxBytes]), items };
  return { bytes: pick(random, [0, 1, 30, 30, 300, 3_000]), items };
}

/** Only the methods that declare an error may throw it, and what never ends needs somebody who gives it up. */
function troubles(kind: Plan["kind"]): readonly Plan["handler"][] {
  if (kind === "oneway") return ["fails", "throws"];
  return kind === "unary" || kind === "list" ? ["declared", "fails", "throws", "never"] : ["fails", "throws", "never"];
}

/** The options of a call, without its signal. */
export function optionsOf(plan: Plan): CallOptions {
  return {
    waitForReady: plan.waitForReady,
    metadata: { call: plan.name },
    ...(plan.timeoutMs === undefined ? {} : { timeoutMs: plan.timeoutMs }),
  };
}

/** The longest message of a run. */
const maxBytes = 300_000;
/** Beginnings of messages in {@link pattern}. */
const offsets = 1_021;
/** Bytes without a period, so that a part in the wrong place shows. */
const pattern: Uint8Array = createPattern(maxBytes + offsets);

function createPattern(length: number): Uint8Array {
  const random = createRandom(1);
  return Uint8Array.from({ length }, () => random() * 256);
}

/** What messages of a call are made of. */
export type Content = Pick<Plan, "index" | "name" | "bytes">;

/** The bytes of message `item` of a call: nearly every one can be told from every other. */
export function bytesOf(plan: Content, item: number): Uint8Array {
  const from = (plan.index * 31 + item) % offsets;
  return pattern.subarray(from, from + plan.bytes);
}

/** True when `bytes` is message `item` of a call. */
export function isMessage(bytes: Uint8Array, plan: Content, item: number): boolean {
  return Buffer.compare(bytes, bytesOf(plan, item)) === 0;
}
