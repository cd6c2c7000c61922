/**
 * Goodput under overload: `node test/bench/governance/overload.mjs [seconds] [limits]`, with a built runtime. An open loop sends more calls than a server in a process
 * of its own can take (a handler that computes for about a millisecond), each with a deadline of a second. Peak: what it answers in a closed loop. Goodput is
 * given by the clock and per second of the server's CPU time; the latter says how much of its work was of use, whatever else the machine does.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createClient } from "@rpcgen/runtime";
import { pingService, quantile } from "./site.mjs";

const seconds = Number(process.argv[2] ?? 6);
const kinds = (process.argv[3] ?? "none,concurrency").split(",");
const deadlineMs = 1_000;
const sliceMs = 2;

/** @param {string} kind */
async function start(kind) {
  const child = fork(fileURLToPath(new URL("overload-server.mjs", import.meta.url)), [kind]);
  const [{ address }] = await once(child, "message");
  const client = createClient(pingService(), { target: address });
  const state = async () => {
    child.send("state");
    const [{ state: now, cpu }] = await once(child, "message");
    return { now, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
  };
  return { client: client, state, close: () => (child.disconnect(), client.close()) };
}

/** As many calls as can be made one after the other in four lanes. @param {any} client @param {number} durationMs */
async function closedLoop(client, durationMs) {
  const endMs = performance.now() + durationMs;
  const startMs = performance.now();
  let done = 0;
  const lane = async () => {
    while (performance.now() < endMs) {
      await client.ping({}, { timeoutMs: 5_000 }).then(
        () => done++,
        () => undefined,
      );
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return { done, rate: (done * 1_000) / (performance.now() - startMs) };
}

/** @param {any} client @param {number} rate calls per second @param {number} durationMs */
async function openLoop(client, rate, durationMs) {
  const outcome = { sent: 0, late: 0, refused: 0, failed: 0, latencies: /** @type {number[]} */ ([]) };
  const startMs = performance.now();
  const pending = [];
  while (performance.now() - startMs < durationMs) {
    const due = Math.floor(((performance.now() - startMs) * rate) / 1_000);
    while (outcome.sent < due) {
      outcome.sent++;
      const sentMs = performance.now();
      pending.push(
        client.ping({}, { timeoutMs: deadlineMs }).then(
          () => outcome.latencies.push(performance.now() - sentMs),
          (/** @type {any} */ error) => {
            if (error.reason === "too_many_calls") outcome.refused++;
            else if (error.reason === "deadline_passed") outcome.late++;
            else outcome.failed++;
          },
        ),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, sliceMs));
  }
  await Promise.all(pending);
  return { ...outcome, seconds: durationMs / 1_000 };
}

/** Milliseconds until ten calls in a row are answered within 20 ms. @param {any} client */
async function recovery(client) {
  const startMs = performance.now();
  for (let good = 0; good < 10 && performance.now() - startMs < 20_000;) {
    const sentMs = performance.now();
    const isDone = await client.ping({}, { timeoutMs: 1_000 }).then(
      () => true,
      () => false,
    );
    good = isDone && performance.now() - sentMs < 20 ? good + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - startMs;
}

for (const kind of kinds) {
  const { client, state, close } = await start(kind);
  await closedLoop(client, 1_000);
  for (const factor of [0.8, 2, 5]) {
    const start = await state();
    const { rate: peak, done } = await closedLoop(client, 1_500);
    const before = await state();
    const found = await openLoop(client, peak * factor, seconds * 1_000);
    const { cpuSeconds, now } = await state();
    const useful = found.latencies.length / (cpuSeconds - before.cpuSeconds);
    const usefulAtPeak = done / (before.cpuSeconds - start.cpuSeconds);
    const recoveredMs = await recovery(client);
    const goodput = found.latencies.length / found.seconds;
    console.log(
      `${kind.padEnd(12)} x${factor}  peak ${peak.toFixed(0)}/s  goodput ${((100 * goodput) / peak).toFixed(0)} % (by CPU ${((100 * useful) / usefulAtPeak).toFixed(0)} %)  p50 ${quantile(found.latencies, 0.5).toFixed(0)} ms  ` +
        `p99 ${quantile(found.latencies, 0.99).toFixed(0)} ms  refused ${((100 * found.refused) / found.sent).toFixed(0)} %  ` +
        `late ${((100 * found.late) / found.sent).toFixed(0)} %  failed ${found.failed}  normal after ${recoveredMs.toFixed(0)} ms`,
    );
    if (now !== undefined) console.log(`  ${JSON.stringify(now)}`);
  }
  await close();
}
