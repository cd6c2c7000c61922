import { codeName } from "../errors/code.ts";
import type { Histogram } from "./histogram.ts";
import type { MethodMetrics } from "./method-metrics.ts";

/** A value that is read when it is asked for; several by the value of a label `of`. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => number | Readonly<Record<string, number>>;
}

/** What is written. */
export interface Exposition {
  readonly clients: readonly MethodMetrics[];
  readonly servers: readonly MethodMetrics[];
  readonly gauges: readonly Gauge[];
}

/** The text format of Prometheus, version 0.0.4. */
export function prometheusText({ clients, servers, gauges }: Exposition): string {
  const lines: string[] = [];
  side(lines, "client", clients);
  side(lines, "server", servers);
  for (const gauge of gauges) writeGauge(lines, gauge);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

type Row = readonly [name: string, type: string, help: string, read: (metrics: MethodMetrics) => number];

function side(lines: string[], name: "client" | "server", methods: readonly MethodMetrics[]): void {
  if (methods.length === 0) return;
  const prefix = `rpc_${name}`;
  head(lines, `${prefix}_calls_total`, "counter", "Calls that ended, by code.");
  for (const metrics of methods) byCode(lines, `${prefix}_calls_total`, metrics, metrics.ended);
  if (name === "server") {
    head(
      lines,
      "rpc_server_dropped_total",
      "counter",
      "One-way calls that were turned away before they began, by code.",
    );
    for (const metrics of methods) byCode(lines, "rpc_server_dropped_total", metrics, metrics.dropped);
  }
  const rows: Row[] = [
    ["calls_in_progress", "gauge", "Calls that have begun and not ended.", ({ inProgress }) => inProgress],
    ["sent_bytes_total", "counter", "Bytes of messages that were sent.", ({ bytesSent }) => bytesSent],
    ["received_bytes_total", "counter", "Bytes of messages that were received.", ({ bytesReceived }) => bytesReceived],
  ];
  if (name === "client") {
    rows.push(["attempts_total", "counter", "Attempts of unary calls, retries included.", ({ attempts }) => attempts]);
  }
  for (const [row, type, help, read] of rows) {
    head(lines, `${prefix}_${row}`, type, help);
    for (const metrics of methods) lines.push(`${prefix}_${row}{${labels(metrics)}} ${read(metrics)}`);
  }
  histograms(
    lines,
    [`${prefix}_call_duration_seconds`, "What calls took, from first to last."],
    methods,
    (metrics) => metrics.duration,
  );
  if (name === "client") {
    const measured = methods.filter(({ network }) => network.count > 0);
    histograms(
      lines,
      ["rpc_client_network_duration_seconds", "What calls took beyond the work of servers."],
      measured,
      (metrics) => metrics.network,
    );
  }
}

function byCode(lines: string[], name: string, metrics: MethodMetrics, counts: Float64Array): void {
  counts.forEach((count, code) => {
    if (count > 0) lines.push(`${name}{${labels(metrics)},code="${code === 0 ? "ok" : codeName(code)}"} ${count}`);
  });
}

function histograms(
  lines: string[],
  [name, help]: readonly [string, string],
  methods: readonly MethodMetrics[],
  read: (metrics: MethodMetrics) => Histogram,
): void {
  if (methods.length === 0) return;
  head(lines, name, "histogram", help);
  for (const metrics of methods) {
    const { bounds, counts, sum, count } = read(metrics);
    let below = 0;
    bounds.forEach((bound, index) => {
      below += counts[index] as number;
      lines.push(`${name}_bucket{${labels(metrics)},le="${bound}"} ${below}`);
    });
    lines.push(`${name}_bucket{${labels(metrics)},le="+Inf"} ${count}`);
    lines.push(`${name}_sum{${labels(metrics)}} ${sum}`, `${name}_count{${labels(metrics)}} ${count}`);
  }
}

function writeGauge(lines: string[], { name, help, read }: Gauge): void {
  head(lines, name, "gauge", help);
  try {
    const value = read();
    if (typeof value === "number") lines.push(`${name} ${value}`);
    else for (const [of, one] of Object.entries(value)) lines.push(`${name}{of="${escape(of)}"} ${one}`);
  } catch {
    // A gauge that cannot be read must not take the others along.
  }
}

function head(lines: string[], name: string, type: string, help: string): void {
  lines.push(`# HELP ${name} ${help.replace(/[\\\n]/g, " ")}`, `# TYPE ${name} ${type}`);
}

function labels({ service, method }: MethodMetrics): string {
  return `service="${escape(service)}",method="${escape(method)}"`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
