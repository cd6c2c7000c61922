/**
 * One process of the fuzzer: `--kind frames --seed 1 --first 0 --cases 1000 [--seconds N] --vectors FOLDER`. On stdout, once a second, the case it has come to;
 * as the last line what was found, in JSON.
 */
import { parseArgs } from "node:util";
import { createBodies } from "./bodies.ts";
import { createFrames, createHandshakes } from "./connections.ts";
import { Lots } from "./mutate.ts";
import { createPorts } from "./ports.ts";
import type { Target } from "./target.ts";
import { cpuMs, keptBytes, lookAtMemory, lookAtTime, Meter } from "./watch.ts";

const { values } = parseArgs({
  options: {
    kind: { type: "string", default: "frames" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    cases: { type: "string", default: "1000" },
    seconds: { type: "string", default: "Infinity" },
    vectors: { type: "string", default: "test/conformance/vectors" },
  },
});
// Traces cost more than what they trace; a case that is repeated has them.
Error.stackTraceLimit = values.cases === "1" ? 10 : 0;
const targets: Readonly<Record<string, (vectors: string) => Target>> = {
  frames: createFrames,
  bodies: createBodies,
  prefaces: createHandshakes,
  ports: createPorts,
};
const create = targets[values.kind];
if (create === undefined)
  throw new TypeError(`--kind must be one of ${Object.keys(targets).join(", ")}; found ${values.kind}`);
const target = create(values.vectors);
const seed = Number(values.seed);
/** A case may take so much processor time. */
const hangMs = 50;
/** Cases between two looks at the clock. */
const batch = 128;
const findings: string[] = [];
let current = "none";

// A rejection that nobody hears comes after its case: the batch is named.
process.on("unhandledRejection", (error) => report(`a rejection near ${current}: ${String(error)}`));
process.on("uncaughtException", (error) => report(`an exception near ${current}: ${String(error)}`));

function report(finding: string): void {
  if (findings.length < 20) findings.push(finding);
}

/** @param look runs the case again and says what is wrong with it */
function reportCase(index: number, look: (again: () => void) => string | undefined): void {
  const finding = look(() => run(index));
  if (finding !== undefined) report(`${values.kind} ${seed}:${index} ${finding}`);
}

const meter = new Meter();

function run(index: number): void {
  current = `${seed}:${index}`;
  meter.start();
  try {
    target.run(new Lots(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)), meter);
  } catch (error) {
    report(`${values.kind} ${current}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

/** Runs cases, and those again that took long, or more memory than they may. */
function runBatch(from: number, to: number): void {
  // What a clock on the wall counts is never less than what the processor spent.
  const startedMs = performance.now();
  for (let index = from; index < to && findings.length < 20; index++) {
    run(index);
    if (meter.suspect !== undefined) reportCase(index, (again) => lookAtMemory(again, meter));
  }
  if (performance.now() - startedMs <= hangMs) return;
  for (let index = from; index < to; index++) reportCase(index, (again) => lookAtTime(again, hangMs));
}

const first = Number(values.first);
const end = first + Number(values.cases);
const untilMs = performance.now() + Number(values.seconds) * 1000;
/** Code and shapes are warm by then. */
const warmAt = Math.min(end, first + Math.max(5_000, Math.floor(Number(values.cases) / 4)));
let warmBytes = 0;
let done = first;
const tellMs = 1_000;
let toldMs = -Infinity;
while (done < end && performance.now() < untilMs && findings.length < 20) {
  const from = done;
  if (performance.now() - toldMs >= tellMs) {
    toldMs = performance.now();
    process.stdout.write(`${from}\n`);
  }
  done = Math.min(end, from + batch);
  runBatch(from, done);
  if (warmBytes === 0 && done >= warmAt) warmBytes = keptBytes();
  // Lets rejections and what was deferred come up.
  await new Promise((resolve) => setImmediate(resolve));
}
await new Promise((resolve) => setImmediate(resolve));
const endBytes = keptBytes();
const growth = warmBytes === 0 ? 0 : endBytes / warmBytes - 1;
/** What the engine itself adds as it optimises; a leak of a byte and a half in each case is more. */
const slackBytes = 1024 * 1024;
if (growth > 0.02 && endBytes - warmBytes > slackBytes)
  report(`${values.kind}: memory grew by ${(growth * 100).toFixed(1)} % since it was warm`);
process.stdout.write(
  `${JSON.stringify({ kind: values.kind, cases: done - first, cpuMs: cpuMs(), growth, findings })}\n`,
);
process.exit(0);
