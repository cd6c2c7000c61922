import type { ClientReport } from "./client.ts";
import type { ServerReport } from "./server.ts";

/** One look at both processes while nothing ran. */
export interface Sample {
  /** Minutes since the start. */
  readonly atMinutes: number;
  readonly client: ClientReport;
  readonly server: ServerReport;
}

/** One thing that must hold. */
export interface Mark {
  readonly name: string;
  readonly found: string;
  readonly limit: string;
  readonly holds: boolean;
}

/** What a run is held to. */
export interface Marks {
  /** Growth of the resident memory of each process after the first third. */
  readonly maxSlopeMBPerHour: number;
  /** Change from the middle third to the last one, as a part. */
  readonly maxDrift: number;
}

export const fullMarks: Marks = Object.freeze({ maxSlopeMBPerHour: 1, maxDrift: 0.1 });

const mebibyte = 1024 * 1024;
type Side = "client" | "server";
const sides = ["client", "server"] as const;
/** What must be the same in every look after the first third. */
const constants = ["descriptors", "resources", "timers", "connections", "sockets", "calls"] as const;

/** Holds a run to its marks. The first third is warm-up: compiled code, pools and heaps find their size there. */
export function judge(samples: readonly Sample[], marks: Marks): Mark[] {
  const late = samples.slice(Math.ceil(samples.length / 3));
  return [
    ...sides.flatMap((side) => [
      slopeMark(
        `${side}: growth of resident memory`,
        floors(late, ({ [side]: { rssBytes } }) => rssBytes),
        marks,
      ),
      slopeMark(
        `${side}: growth of heap and external memory`,
        floors(late, ({ [side]: { heapBytes, externalBytes } }) => heapBytes + externalBytes),
        marks,
      ),
      ...constants.map((name) => constantMark(late, side, name)),
    ]),
    atMost("client: listeners on a long-lived signal", Math.max(...late.map(({ client }) => client.listeners)), 0),
    atMost("server: handlers that still run", Math.max(...late.map(({ server }) => server.handlers)), 0),
    atMost("failed calls", failedCalls(samples), 0),
    atMost("errors that nobody threw on purpose", samples.at(-1)?.server.surprises.length ?? 0, 0),
    driftMark(
      "p99 of small calls, over the p99 of bare bytes",
      late,
      marks,
      ({ client }) => client.p99Us / client.bareP99Us,
    ),
    cpuMark(late, marks),
  ];
}

/** Hours and MiB. */
type Point = readonly [x: number, y: number];

const floorCount = 12;

/**
 * The least value of each group of neighbours. What the allocator of the system gives back, and when, makes resident memory jump up and down by
 * some MB from look to look; what leaks lifts the floor.
 */
export function floors(samples: readonly Sample[], bytes: (sample: Sample) => number): Point[] {
  const size = Math.max(1, Math.floor(samples.length / floorCount));
  const points: Point[] = [];
  for (let at = 0; at + size <= samples.length; at += size) {
    const group = samples.slice(at, at + size);
    const least = group.reduce((best, sample) => (bytes(sample) < bytes(best) ? sample : best));
    points.push([least.atMinutes / 60, bytes(least) / mebibyte]);
  }
  return points;
}

function slopeMark(name: string, points: readonly Point[], { maxSlopeMBPerHour }: Marks): Mark {
  const slope = medianSlope(points);
  const [least, most] = [Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))];
  return {
    name,
    found: `${slope.toFixed(2)} MB/h (${least.toFixed(1)} to ${most.toFixed(1)} MB)`,
    limit: `${maxSlopeMBPerHour} MB/h`,
    holds: slope <= maxSlopeMBPerHour,
  };
}

/** Steps by one or two are connections that end and begin; what grows leaves that band. */
const playOf: Readonly<Record<(typeof constants)[number], number>> = {
  descriptors: 2,
  resources: 4,
  timers: 8,
  connections: 2,
  sockets: 2,
  calls: 0,
};

function constantMark(samples: readonly Sample[], side: Side, name: (typeof constants)[number]): Mark {
  const values = samples.map((sample) => sample[side][name]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return {
    name: `${side}: ${name}`,
    found: least === most ? String(least) : `${least} to ${most}`,
    limit: playOf[name] === 0 ? "constant" : `constant, give or take ${playOf[name] / 2}`,
    holds: most - least <= playOf[name],
  };
}

function atMost(name: string, found: number, limit: number): Mark {
  return { name, found: String(found), limit: String(limit), holds: found <= limit };
}

function failedCalls(samples: readonly Sample[]): number {
  const last = samples.at(-1)?.client;
  const tallied = Object.values(last?.tallies ?? {}).reduce((sum, { failed }) => sum + failed, 0);
  return Math.max(tallied, last?.failures.length ?? 0);
}

function driftMark(
  name: string,
  samples: readonly Sample[],
  { maxDrift }: Marks,
  value: (sample: Sample) => number,
): Mark {
  const half = Math.floor(samples.length / 2);
  const [first, last] = [median(samples.slice(0, half).map(value)), median(samples.slice(half).map(value))];
  const drift = last / first - 1;
  return {
    name: `drift of the ${name}`,
    found: `${(drift * 100).toFixed(1)} % (${first.toFixed(2)} to ${last.toFixed(2)})`,
    limit: `${maxDrift * 100} %`,
    holds: drift <= maxDrift,
  };
}

/** Processor time of both processes for a call, which other work on the machine hardly changes. */
function cpuMark(samples: readonly Sample[], marks: Marks): Mark {
  const steps = samples.slice(1).map((sample, index) => ({ sample, before: samples[index] ?? sample }));
  const costs = new Map(steps.map(({ sample, before }) => [sample, cpuUsPerCall(before, sample)]));
  return driftMark("processor time for a call, us", samples.slice(1), marks, (sample) => costs.get(sample) ?? 0);
}

export function cpuUsPerCall(before: Sample, after: Sample): number {
  const cpuMs = after.client.cpuMs + after.server.cpuMs - before.client.cpuMs - before.server.cpuMs;
  return (cpuMs * 1_000) / (callsOf(after) - callsOf(before));
}

export function callsOf({ client }: Sample): number {
  return Object.values(client.tallies).reduce((sum, { done, failed }) => sum + done + failed, 0);
}

/** The median of the slopes of all pairs: outliers hardly move it. */
export function medianSlope(points: readonly Point[]): number {
  const slopes = points.flatMap(([x, y], index) =>
    points.slice(index + 1).map((later) => (later[1] - y) / (later[0] - x)),
  );
  return median(slopes);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
