import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Result, Run } from "../bench.mjs";
import { atLeast, atMost, isMet, leastOf } from "./goals/goal.mjs";
import { goalsOf } from "./goals/goals.mjs";
import { fragmentOf } from "./markdown.mjs";
import { pageFrom } from "./page.mjs";

/** Nanoseconds of every operation, one figure per round. */
function codec(bytes: number, ns: readonly number[]) {
  return { bytes, ns: { encode: [...ns], decode: [...ns], roundTrip: [...ns], relay: [...ns] } };
}

function calls(callsPerSecond: readonly number[], cpuUsPerCall: readonly number[]) {
  const [p50Us, p99Us] = [callsPerSecond.map((rate) => 1e6 / rate), callsPerSecond.map((rate) => 4e6 / rate)];
  return { callsPerSecond: [...callsPerSecond], p50Us, p99Us, cpuUsPerCall: [...cpuUsPerCall] };
}

const smallCalls = (p99Us: readonly number[]) => ({
  calls: p99Us.map(() => 1_000),
  p50Us: p99Us.map((us) => us / 2),
  p99Us: [...p99Us],
});

const fair = (alone: readonly number[], beside: readonly number[]) => ({
  alone: smallCalls(alone),
  beside: smallCalls(beside),
  megabytesPerSecond: alone.map(() => 250),
});

/** A run that has every part, with figures that are easy to divide. */
const complete = {
  node: "20.1.0",
  v8: "11.3",
  codec: [
    {
      payload: "order",
      mixed: false,
      about: "an order",
      measured: {
        rpcgen: codec(586, [1_000, 2_000, 1_000]),
        protobufjs: codec(586, [2_000, 8_000, 3_000]),
        avsc: codec(524, [1_500, 3_600, 1_400]),
      },
    },
    {
      payload: "order",
      mixed: true,
      about: "an order",
      measured: { rpcgen: codec(586, [1_250, 2_500, 1_250]) },
      alone: codec(586, [1_000, 2_000, 1_000]),
    },
  ],
  calls: [
    {
      placement: "one core" as const,
      cases: [
        {
          bytes: 32,
          inFlight: 64,
          measured: {
            rpcgen: calls([200_000, 240_000], [5, 5]),
            "rpcgen-full": calls([100_000, 100_000], [9, 11]),
            grpc: calls([2_000, 2_000], [500, 500]),
            tcp: calls([1_000_000, 1_000_000], [1, 1]),
          },
          failed: {},
        },
      ],
      stream: {
        bytes: 32,
        measured: {
          rpcgen: { itemsPerSecond: [500_000], cpuUsPerItem: [2] },
          grpc: { itemsPerSecond: [50_000], cpuUsPerItem: [20] },
        },
      },
    },
  ],
  idle: {
    connections: 500,
    measured: {
      rpcgen: { client: { rssBytes: 30_720, heapBytes: 1_024 }, server: { rssBytes: 20_480, heapBytes: 2_048 } },
    },
  },
  fair: {
    items: 800,
    itemBytes: 65_536,
    measured: { rpcgen: fair([100, 200, 100], [400, 500, 900]), "tcp-window": fair([100, 100, 100], [700, 800, 900]) },
  },
  processes: {
    inFlight: 64,
    cases: [
      { bytes: 32, workUs: 0, one: [100_000, 100_000], two: [190_000, 190_000] },
      { bytes: 1_024, workUs: 0, one: [80_000, 80_000], two: [120_000, 120_000] },
      { bytes: 32, workUs: 200, one: [4_000, 4_000], two: [7_600, 8_000] },
    ],
    computing: { one: [500, 500], two: [990, 990] },
  },
  governance: [100, 1].map((inFlight) => ({
    inFlight,
    costs: [
      { name: "none", against: "none", ns: [2_000], ratios: [1] },
      { name: "all policies", against: "none", ns: [2_500, 3_000], ratios: [1.2, 1.3] },
      { name: "whole build, nothing used", against: "build without governance", ns: [2_000], ratios: [1.1] },
    ],
  })),
  compile: {
    size: { files: 20, messages: 50 },
    rounds: 2,
    samples: {
      "node -e 0": [50, 50],
      "rpcgen, cold": [500, 400],
      "rpcgen, unchanged": [75, 75],
      "rpcgen, one file changed": [150, 150],
      "buf + protoc-gen-es": [3_000, 3_200],
      "rpcgen, one file": [480, 480],
      "rpcgen, a tenth of it": [30, 30],
    },
  },
} satisfies Run;

function resultOf(runs: readonly Run[], more: Partial<Result> = {}): Result {
  return {
    date: "2026-05-04T10:00:00.000Z",
    smoke: false,
    machine: { platform: "linux x64", processor: "Some", cores: 2, memoryGiB: 8, versions: { protobufjs: "8.0.0" } },
    load: { before: 0.1, after: 0.2 },
    runs,
    ...more,
  };
}

const bundle = {
  service: { minifiedBytes: 49_000, gzipBytes: 18_000 },
  streams: { minifiedBytes: 53_000, gzipBytes: 19_500 },
  everything: { minifiedBytes: 130_000, gzipBytes: 42_000 },
  messages: { minifiedBytes: 13_000, gzipBytes: 4_600 },
};

function textOf(result: Result): string {
  return pageFrom(result)["RESULTS.md"];
}

/** The cells of the first row that begins with `name`, from the heading on. */
function rowOf(page: string, name: string, heading = ""): readonly string[] {
  const text = page.slice(page.indexOf(heading));
  const line = text.split("\n").find((one) => one.startsWith(`| ${name} |`));
  return (line ?? "")
    .split("|")
    .slice(2, -1)
    .map((cell) => cell.trim());
}

describe("the table of goals", () => {
  const page = textOf(resultOf([complete, { node: "24.2.0", v8: "13.6" }], { bundle }));

  test("says what was met with its median, and where the rounds lay", () => {
    expect(rowOf(page, "two cores against one, 32 B, a handler of 200 µs")).toEqual([
      "≥ 1.80×",
      "✓ met 1.95×<br>1.90–2.00, a loop without calls: 1.98×",
      "not measured",
      "",
    ]);
  });

  test("leads from what was missed to the section of the profile", () => {
    expect(rowOf(page, "two cores against one, 1,024 B")).toEqual([
      "≥ 1.80×",
      "✗ **missed** 1.50×<br>a loop without calls: 1.98×",
      "not measured",
      "[Two processes on one port](PROFILE.md#two-processes-on-one-port)",
    ]);
  });

  test("takes ratios within a round, and names the peer that decides", () => {
    // The rounds' ratios: 1.5, 1.8 and 1.4 of avsc, 2, 4 and 3 of protobufjs.
    expect(rowOf(page, "order, round trip, best peer").slice(0, 2)).toEqual([
      "≥ 2.00×",
      "✗ **missed** 1.50×<br>1.40–1.80, avsc",
    ]);
    expect(rowOf(page, "order, round trip, protobufjs static").slice(0, 2)).toEqual([
      "≥ 2.50×",
      "✓ met 3.00×<br>2.00–4.00",
    ]);
  });

  test("has a row for each figure that the parts give", () => {
    const cells = (name: string) => rowOf(page, name)[1];
    expect(cells("order among other types, of its speed alone")).toBe("✓ met 0.80×");
    expect(cells("calls/s, 32 B, 64 in flight, @grpc/grpc-js")).toBe("✓ met 110×<br>100–120");
    expect(cells("CPU per call, full, 64 in flight, of @grpc/grpc-js")).toBe("✗ **missed** 2.00 %<br>1.80 %–2.20 %");
    expect(cells("server stream items/s, 32 B, @grpc/grpc-js")).toBe("✗ **missed** 10.0×");
    expect(cells("idle connection, RSS of both sides")).toBe("✗ **missed** 50.0 KiB");
    expect(cells("p99 of 32 B calls beside a transfer of 50 MB, of p99 alone")).toBe(
      "✗ **missed** 4.00×<br>2.50–9.00, raw TCP, same window: 8.00×",
    );
    expect(cells("CPU with all policies, 1 in flight, of none")).toBe("✓ met 1.25×<br>1.20–1.30");
    expect(cells("CPU without any, 100 in flight, of a build without governance")).toBe("✗ **missed** 1.10×");
    expect(cells("bundle of a client and one service of unary methods, gzip")).toBe("✗ **missed** 18.0 kB");
    expect(cells("compile, time of buf + protoc-gen-es, of ours")).toBe("✓ met 7.00×<br>6.00–8.00");
    expect(cells("compile, nothing changed, of a bare Node")).toBe("✓ met 1.50×");
    expect(cells("compile, one file of many changed, of a bare Node")).toBe("✓ met 3.00×");
    expect(cells("compile, ten times the messages")).toBe("✗ **missed** 16.0×");
  });

  test("counts for each Node", () => {
    const goals = goalsOf({ ...complete, bundle });
    const met = goals.filter((goal) => isMet(goal) === true).length;
    const missed = goals.filter((goal) => isMet(goal) === false).length;
    const unknown = goals.length - met - missed;
    expect(page).toContain(
      `Of ${goals.length} goals Node 20: ${met} met, ${missed} missed, ${unknown} not measured; Node 24: 0 met, 1 missed, ${goals.length - 1} not measured.`,
    );
    expect([met, missed, unknown].every((number) => number > 0)).toBe(true);
  });

  test("judges by the median, and a figure at the limit is met", () => {
    const spread = { median: 2, min: 1, max: 9 };
    expect([atLeast("a", 2, spread, "s"), atMost("a", 2, spread, "s")].map(isMet)).toEqual([true, true]);
    expect([atLeast("a", 2.01, spread, "s"), atMost("a", 1.99, spread, "s")].map(isMet)).toEqual([false, false]);
    expect(isMet(atLeast("a", 2, undefined, "s"))).toBeUndefined();
  });

  test("takes the peer with the least median, among those that were measured", () => {
    const [one, other] = [3, 2].map((median) => ({ median, min: 1, max: 9 }));
    expect(leastOf([one, undefined, other])).toBe(other);
    expect(leastOf([undefined])).toBeUndefined();
  });

  test("leads to sections that PROFILE.md has", () => {
    const profile = readFileSync(join(import.meta.dirname, "../PROFILE.md"), "utf8");
    const headings = [...profile.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => fragmentOf(heading));
    const sections = new Set(goalsOf({}).map(({ section }) => fragmentOf(section)));
    expect(headings).toEqual(expect.arrayContaining([...sections]));
  });
});

describe("the page", () => {
  const page = textOf(resultOf([complete], { bundle, seconds: 601 }));

  test("shows the tables of every part", () => {
    expect(rowOf(page, "**rpcgen**", "## Node 20: small calls beside a transfer")).toEqual([
      "4.00× (2.50–9.00)",
      "4.00× (2.50–9.00)",
      "100 µs",
      "500 µs",
      "1,000",
      "250 MB/s",
    ]);
    expect(rowOf(page, "raw TCP, same window", "## Node 20: small calls")[0]).toBe("8.00× (7.00–9.00)");
    expect(rowOf(page, "1,024 B", "## Node 20: several processes")).toEqual(["80,000/s", "120,000/s", "1.50×"]);
    expect(rowOf(page, "a loop, in turns", "## Node 20: several processes")).toEqual(["500/s", "990/s", "1.98×"]);
    expect(rowOf(page, "all policies", "## Node 20: governance").slice(0, 2)).toEqual(["2.75 µs", "1.25 (1.20–1.30)"]);
    expect(rowOf(page, "buf + protoc-gen-es", "## Node 20: compile")).toEqual([
      "3,100 ms (3,000 ms–3,200 ms)",
      "7.00× (6.00–8.00)",
    ]);
    expect(rowOf(page, "client and one service of unary methods", "## Bundles for browsers")).toEqual([
      "49.0 kB",
      "18.0 kB",
    ]);
    expect(rowOf(page, "client and one service with streams", "## Bundles for browsers")).toEqual([
      "53.0 kB",
      "19.5 kB",
    ]);
    expect(rowOf(page, "messages without a client", "## Bundles for browsers")).toEqual(["13.0 kB", "4.6 kB"]);
  });

  test("says with what it was measured, and how long it took", () => {
    expect(page).toContain("Node 20.1.0 (V8 11.3) on linux x64, Some, 2 cores, 8 GiB");
    expect(page).toContain("Versions: protobufjs 8.0.0.");
    expect(page).toContain("The run took 11 minutes.");
    expect(page).not.toContain("Not measured in this run");
    expect(page).not.toContain("smoke");
  });

  test("names what was not measured, for all Nodes or for one", () => {
    const { compile: _, fair: __, ...less } = complete;
    const older = textOf(resultOf([less, { ...complete, node: "24.2.0", fair: undefined }]));
    expect(older).toContain(
      "**Not measured in this run:** small calls beside a transfer; compile speed (Node 20); bundles for browsers.",
    );
    expect(older).not.toContain("## Node 20: compile speed");
    expect(older).toContain("## Node 24: compile speed");
  });

  test("says of a smoke run that it proves nothing", () => {
    expect(textOf(resultOf([complete], { smoke: true }))).toContain("**A smoke run:");
  });

  test("has the charts that there are figures for", () => {
    expect(Object.keys(pageFrom(resultOf([complete])))).toEqual([
      "RESULTS.md",
      "results-codec.svg",
      "results-calls.svg",
    ]);
    expect(Object.keys(pageFrom(resultOf([{ node: "20.1.0", v8: "11.3", idle: complete.idle }])))).toEqual([
      "RESULTS.md",
    ]);
  });

  test("can be made from bundles alone", () => {
    const alone = textOf(resultOf([], { bundle }));
    expect(alone).toContain("## Bundles for browsers");
    expect(alone).not.toContain("## Goals");
  });
});
