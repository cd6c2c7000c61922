/** One caller: `caller.js quote|reserve <target>`. Calls at the rate that it is told, whatever becomes of earlier calls. */
import { createChannel, createClient, RpcError } from "@rpcgen/runtime";
import { failover, fromSchema, outliers, p2c, warmUp } from "@rpcgen/runtime/governance";
import { engineOf, ttlMs } from "./engine.js";
import { Prices, type Quote } from "./gen/prices.rpc.js";
import { createSample, type Sample, sampleMs } from "./sample.js";

const [method, target = ""] = process.argv.slice(2);

const channel = createChannel({
  target,
  resolvers: [engineOf(target)],
  discovery: { ttlMs },
  // Shorter times than by default, so that there is something to see within seconds.
  balancer: warmUp(p2c({ decayMs: 1_000 }), { windowMs: 1_000 }),
  detectors: [outliers({ baseMs: 1_000 })],
});
const hedging = createClient(Prices, { channel, faultMode: fromSchema() });
const retrying = createClient(Prices, { channel, faultMode: failover({ attemptTimeoutMs: 600 }) });

const tickMs = 10;
let callsPerSecond = 0;
let due = 0;
let count = 0;
let lastMs = performance.now();
let sample: Sample = createSample(Date.now());

function call(): Promise<Quote> {
  count++;
  return method === "quote" ? hedging.quote({ sku: "TEA" }) : retrying.reserve({ order: `order-${count}`, sku: "TEA" });
}

async function measured(): Promise<void> {
  const startMs = performance.now();
  try {
    const { instance } = await call();
    sample.answered++;
    sample.latencies.push(Math.round((performance.now() - startMs) * 10) / 10);
    sample.byInstance[instance] = (sample.byInstance[instance] ?? 0) + 1;
  } catch (error) {
    const { reason, message } = RpcError.from(error);
    if (reason === "too_many_calls") sample.refused++;
    else sample.failures.push(message);
  }
}

setInterval(() => {
  const nowMs = performance.now();
  due = Math.min(due + ((nowMs - lastMs) * callsPerSecond) / 1_000, callsPerSecond / 4);
  lastMs = nowMs;
  for (; due >= 1; due--) void measured();
}, tickMs);

setInterval(() => {
  process.send?.(sample);
  sample = createSample(Date.now());
}, sampleMs);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  callsPerSecond = (message as { readonly callsPerSecond: number }).callsPerSecond;
});
await channel.ready(AbortSignal.timeout(10_000));
process.send?.({ kind: "ready" });
