/** The bundled program of a soak run: conducts two processes of its own and judges what they hold. See README.md. */
import { parseArgs } from "node:util";
import { startRole } from "../processes/role.ts";
import { type ClientReport, playClient } from "./client.ts";
import { fullMarks, judge, type Sample } from "./judge.ts";
import { page, row, tableHead } from "./report.ts";
import { playServer, type ServerAddresses, type ServerReport } from "./server.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "60" },
    /** Looks at the processes, evenly spread. Each is followed by a churn of connections. Default: every 30 seconds, at least 6. */
    samples: { type: "string" },
    /** Times about 1,000 calls a second, which are two fifths of a core. */
    load: { type: "string", default: "0.5" },
    json: { type: "boolean", default: false },
  },
});

const secondsPerSample = 30;
/** Counting objects on the heap is called experimental. */
const nodeFlags = ["--disable-warning=ExperimentalWarning"];
const [role] = positionals;
if (role === "server") playServer();
else if (role === "client") playClient();
else process.exitCode = (await conduct(Number(values.minutes))) ? 0 : 1;

async function conduct(minutes: number): Promise<boolean> {
  const count = Number(values.samples ?? Math.max(6, Math.round((minutes * 60) / secondsPerSample)));
  const server = startRole("server", { nodeFlags });
  const client = startRole("client", { nodeFlags });
  const started = performance.now();
  const samples: Sample[] = [];

  async function sample(): Promise<Sample> {
    await client.request("pause");
    return {
      atMinutes: (performance.now() - started) / 60_000,
      client: await client.request<ClientReport>("look"),
      server: await server.request<ServerReport>("look"),
    };
  }

  try {
    const addresses = await server.request<ServerAddresses>("listen");
    await client.request("start", { ...addresses, clients: 4, load: Number(values.load) });
    if (!values.json) console.log(tableHead);
    for (let taken = 1; taken <= count; taken++) {
      await client.request("resume");
      await client.request("churn");
      const remainingMs = started + (taken / count) * minutes * 60_000 - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, remainingMs)));
      samples.push(await sample());
      if (!values.json) console.log(row(samples));
    }
    await client.request("close");
    await server.request("close");
  } finally {
    await Promise.all([client.stop(), server.stop()]);
  }
  const marks = judge(samples, fullMarks);
  console.log(values.json ? JSON.stringify({ samples, marks }) : page(samples, marks));
  return marks.every(({ holds }) => holds);
}
