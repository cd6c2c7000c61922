/** The bundled program of a simulation: `--first N --seeds N --calls N [--cluster] [--stop]`, one line of JSON per seed on stdout. */
import { parseArgs } from "node:util";
import { simulateCluster } from "./cluster.ts";
import { simulate } from "./simulate.ts";
import { invariants } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    step: { type: "string", default: "1" },
    calls: { type: "string", default: "1000" },
    cluster: { type: "boolean", default: false },
    stop: { type: "boolean", default: false },
  },
});
// Traces cost a tenth of a run, and nobody reads them.
Error.stackTraceLimit = 0;
const first = Number(values.first);
let current = { seed: first, startedMs: 0 };

/** A seed takes a second at most: what takes so much longer goes round in circles. */
const endlessMs = 10_000;
setInterval(() => {
  if (cpuMs() - current.startedMs < endlessMs) return;
  const breaches = [
    `I-11 (${invariants["I-11"]}): the run has taken ${endlessMs} ms of processor time and does not end`,
  ];
  process.stdout.write(`${JSON.stringify({ seed: current.seed, calls: 0, hash: "", breaches })}\n`, () =>
    process.exit(0),
  );
}, 500);

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

for (let seed = first; seed < first + Number(values.seeds); seed += Number(values.step)) {
  current = { seed, startedMs: cpuMs() };
  const report = await (values.cluster ? simulateCluster : simulate)(seed, Number(values.calls));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (values.stop && report.breaches.length > 0) break;
}
process.exit(0);
