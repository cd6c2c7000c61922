/** The bundled program of the chaos runs: `[--minutes N] [--servers 3] [--json]`. See README.md. */
import { parseArgs } from "node:util";
import { playClient } from "./client.ts";
import { whyNoNamespaces } from "./namespaces.ts";
import { createNetworkStage, networkScenarios } from "./network.ts";
import { type Scenario, scenarios, timeMarks, type Times } from "./scenarios.ts";
import { playServer } from "./server.ts";
import { createStage, type Tally, tallyOf } from "./stage.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** 0: every scenario once. */
    minutes: { type: "string", default: "0" },
    servers: { type: "string", default: "3" },
    /** Only scenarios whose names hold this. */
    only: { type: "string", default: "" },
    /** Faults that the kernel makes, in place of those of a proxy. */
    network: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const [role] = positionals;
if (role === "server") playServer();
else if (role === "client") playClient();
else await conduct();

/** What a scenario came to. */
export interface Act extends Omit<Tally, "answered"> {
  readonly name: string;
  readonly times: Times;
  /** Ids that servers ran more than once. */
  readonly repeated: readonly string[];
  /** Calls that were answered and that no server ran. */
  readonly invented: readonly string[];
  /** What must never be, whatever the machine does. */
  readonly breaches: readonly string[];
  /** Times beyond their marks. */
  readonly late: readonly string[];
}

async function conduct(): Promise<void> {
  const until = performance.now() + Number(values.minutes) * 60_000;
  let isGood = true;
  do {
    for (const scenario of chosen()) {
      if (!scenario.name.includes(values.only)) continue;
      const act = await play(scenario);
      isGood &&= act.breaches.length === 0 && act.late.length === 0;
      console.log(values.json ? JSON.stringify(act) : lineOf(act));
    }
  } while (performance.now() < until);
  process.exit(isGood ? 0 : 1);
}

function chosen(): readonly Scenario[] {
  if (!values.network) return scenarios(Number(values.minutes) > 0 ? 5 : 2);
  const why = whyNoNamespaces();
  if (why !== undefined) console.error(`SKIPPED: faults of the network, because ${why}.`);
  return why === undefined ? networkScenarios : [];
}

async function play(scenario: Scenario): Promise<Act> {
  const { name, mustNotFail = false } = scenario;
  const stage = await (values.network
    ? createNetworkStage(mustNotFail)
    : createStage(Number(values.servers), mustNotFail));
  try {
    await Promise.all(stage.lines.map(({ client }) => client.request("resume")));
    const times = (await scenario.run(stage)) ?? {};
    await Promise.all(stage.lines.map(({ client }) => client.request("outcomes", 20)));
    await Promise.all(stage.lines.map(({ client }) => client.request("pause")));
    const { answered, ...tally } = await tallyOf(stage);
    const executions = stage.executions();
    const ran = new Set(executions);
    const found = {
      ...tally,
      name,
      times,
      repeated: executions.length === ran.size ? [] : executions.filter((id, at) => executions.indexOf(id) !== at),
      invented: answered.filter((id) => !ran.has(id)),
    };
    return { ...found, breaches: breachesOf(found, mustNotFail), late: latenessOf(found) };
  } finally {
    await stage.close();
  }
}

type Found = Omit<Act, "breaches" | "late">;

function breachesOf({ ok, open, wrong, failed, texts, repeated, invented }: Found, mustNotFail: boolean): string[] {
  const allowed = new Set(mustNotFail ? [] : ["connection_lost", "connect_failed", "deadline_passed", "draining"]);
  return [
    ...(ok === 0 ? ["no call was answered"] : []),
    ...(open > 0 ? [`${open} calls have no outcome`] : []),
    ...wrong,
    ...repeated.map((id) => `${id} ran twice`),
    ...invented.map((id) => `${id} was answered and did not run`),
    ...Object.entries(failed)
      .filter(([reason]) => !allowed.has(reason))
      .map(([reason, times]) => `${times} failed: ${reason}, the first with: ${texts[reason]}`),
  ];
}

function latenessOf({ times, latestMs }: Found): string[] {
  const late = (name: string, found: number | undefined, limit: number): string[] =>
    found === undefined || found <= limit ? [] : [`${name} after ${Math.round(found)} ms, not ${limit}`];
  return [
    ...late("noticed", times.noticedMs, timeMarks.noticedMs),
    ...late("recovered", times.recoveredMs, timeMarks.recoveredMs),
    ...late("settled", latestMs, timeMarks.lateMs),
  ];
}

function lineOf({ name, ok, failed, times, latestMs, breaches, late }: Act): string {
  const failures = Object.entries(failed).map(([reason, count]) => `${count} ${reason}`);
  const parts = [
    `${ok} answered`,
    failures.length === 0 ? "none failed" : failures.join(", "),
    ...Object.entries(times).map(([what, ms]) => `${what.replace("Ms", "")} after ${Math.round(ms)} ms`),
    `latest ${Math.round(latestMs)} ms ${latestMs > 0 ? "after" : "from"} its deadline`,
  ];
  const faults = [...breaches, ...late];
  return `${faults.length === 0 ? "ok  " : "FAIL"} ${name}: ${parts.join("; ")}${faults.map((fault) => `\n       ${fault}`).join("")}`;
}
