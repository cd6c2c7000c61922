/** The bundled program of a simulation: `--first N --seeds N --calls N [--stop]`, one line of JSON per seed on stdout. */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    step: { type: "string", default: "1" },
    calls: { type: "string", default: "1000" },
    stop: { type: "boolean", default: false },
  },
});
// Traces cost a tenth of a run, and nobody reads them.
Error.stackTraceLimit = 0;
const first = Number(values.first);
for (let seed = first; seed < first + Number(values.seeds); seed += Number(values.step)) {
  const report = await simulate(seed, Number(values.calls));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (values.stop && report.breaches.length > 0) break;
}
process.exit(0);
