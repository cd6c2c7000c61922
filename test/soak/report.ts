import { arch, cpus, platform } from "node:os";
import { callsOf, cpuUsPerCall, type Mark, type Sample } from "./judge.ts";

const columns = [
  "minute",
  "calls",
  "us/call",
  "p50 us",
  "p99 us",
  "bare p99",
  "client MB",
  "heap",
  "ext",
  "server MB",
  "heap",
  "ext",
  "fds",
  "timers",
  "conns",
  "pending",
  "made",
  "failed",
] as const;
const width = 9;

export const tableHead: string = line(columns);

/** The last of the samples as a line of the table. */
export function row(samples: readonly Sample[]): string {
  const sample = samples.at(-1);
  if (sample === undefined) return "";
  const { client, server } = sample;
  const before = samples.at(-2);
  return line([
    sample.atMinutes.toFixed(1),
    callsOf(sample),
    before === undefined ? "" : cpuUsPerCall(before, sample).toFixed(0),
    client.p50Us.toFixed(0),
    client.p99Us.toFixed(0),
    client.bareP99Us.toFixed(0),
    ...[client, server].flatMap(({ rssBytes, heapBytes, externalBytes }) => [
      mebibytes(rssBytes),
      mebibytes(heapBytes),
      mebibytes(externalBytes),
    ]),
    `${client.descriptors}/${server.descriptors}`,
    `${client.timers}/${server.timers}`,
    `${client.connections}/${server.connections}`,
    `${client.calls}/${server.calls}`,
    client.connectionsMade,
    client.failures.length,
  ]);
}

/** What stands below the table: calls by kind, and the marks. */
export function page(samples: readonly Sample[], marks: readonly Mark[]): string {
  const last = samples.at(-1);
  const tallies = Object.entries(last?.client.tallies ?? {});
  const surprises = [...(last?.client.failures ?? []), ...(last?.server.surprises ?? [])].slice(0, 10);
  return [
    "",
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim()}`,
    tallies.map(([kind, { done, failed }]) => `${kind}: ${done}${failed > 0 ? ` (${failed} FAILED)` : ""}`).join(", "),
    ...surprises,
    "",
    "| mark | found | limit | |",
    "| --- | --- | --- | --- |",
    ...marks.map(({ name, found, limit, holds }) => `| ${name} | ${found} | ${limit} | ${holds ? "ok" : "NOT MET"} |`),
  ].join("\n");
}

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(width)).join(" ");
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
