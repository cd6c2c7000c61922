/**
 * What each policy costs a call that it does not hinder: `node test/bench/governance/policies.mjs [rounds] [calls per round] [memory|tcp] [in flight] [--json]`, with a built
 * runtime. Client and server are one process. Over the memory transport a call costs as little as it can, so that a policy's share of it is as large as it can be. Rounds of all cases take
 * turns; a ratio is formed within a round.
 */
import * as runtime from "@rpcgen/runtime";
import { createConfiguration } from "@rpcgen/runtime/configuration";
import {
  circuitBreaker,
  concurrencyLimit,
  degradation,
  fromSchema,
  hedged,
  outliers,
  rateLimit,
  sre,
  threshold,
} from "@rpcgen/runtime/governance";
import { accessLog, createMetrics } from "@rpcgen/runtime/telemetry";
import { openTelemetry } from "@rpcgen/runtime/telemetry/opentelemetry";
import { cpuSince, pingService, quantile } from "./site.mjs";
import { bothBuilds } from "./without.mjs";

const rounds = Number(process.argv[2] ?? 15);
const callsPerRound = Number(process.argv[3] ?? 10_000);
const transport = process.argv[4] ?? "memory";
const inFlight = Number(process.argv[5] ?? 100);

const builds = await bothBuilds();

/** Parts of both sides. `build`: of which runtime; `against`: the case to compare with, `none` unless it says so. @typedef {{ build?: any, against?: string, client?: any, server?: any, plugins?: any[], guards?: any[], policy?: any }} Case */
const nothing = () => undefined;
const log = () =>
  accessLog({ logger: { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing } });
const limits = () => [rateLimit({ rules: [{ calls: 1e9 }] }), concurrencyLimit({ shed: false })];
const configuration = () => createConfiguration({ policies: { "*": { timeoutMs: 10_000 } } });

/** @type {Record<string, () => Case>} */
const cases = {
  none: () => ({}),
  "none, again": () => ({}),
  "rateLimit, one rule": () => ({ guards: [rateLimit({ rules: [{ calls: 1e9 }] })] }),
  "rateLimit, by address": () => ({ guards: [rateLimit({ rules: [{ calls: 1e9, key: "address" }] })] }),
  concurrencyLimit: () => ({ guards: [concurrencyLimit({ shed: false })] }),
  "circuitBreaker, sre": () => ({ plugins: [circuitBreaker({ kind: sre() })] }),
  "circuitBreaker, threshold": () => ({ plugins: [circuitBreaker({ kind: threshold() })] }),
  "fromSchema (failover)": () => ({ client: { faultMode: fromSchema() } }),
  hedged: () => ({ client: { faultMode: hedged() } }),
  degradation: () => ({ plugins: [degradation({ rules: [{ method: "*", use: [{ value: {} }] }] })] }),
  "metrics, both sides": () => {
    const metrics = createMetrics();
    return { plugins: [metrics.client()], guards: [metrics.server()] };
  },
  "accessLog to nowhere, both sides": () => ({ plugins: [log().client()], guards: [log().server()] }),
  "configuration, both sides": () => ({
    client: { configuration: configuration() },
    server: { configuration: configuration() },
  }),
  "openTelemetry without SDK, both sides": () => ({
    plugins: [openTelemetry().client()],
    guards: [openTelemetry().server()],
  }),
  "all policies": () => ({
    client: { faultMode: fromSchema(), configuration: configuration() },
    server: { configuration: configuration() },
    plugins: [degradation({ rules: [{ method: "*", use: [{ value: {} }] }] }), circuitBreaker()],
    guards: limits(),
  }),
  "all policies, metrics": () => {
    const metrics = createMetrics();
    return {
      client: { faultMode: fromSchema(), configuration: configuration() },
      server: { configuration: configuration() },
      plugins: [degradation({ rules: [{ method: "*", use: [{ value: {} }] }] }), circuitBreaker(), metrics.client()],
      guards: [...limits(), metrics.server()],
    };
  },
  "all policies, metrics, log, tracing": () => {
    const metrics = createMetrics();
    return {
      client: { faultMode: fromSchema(), configuration: configuration() },
      server: { configuration: configuration() },
      plugins: [
        degradation({ rules: [{ method: "*", use: [{ value: {} }] }] }),
        circuitBreaker(),
        metrics.client(),
        log().client(),
        openTelemetry().client(),
      ],
      guards: [...limits(), metrics.server(), log().server(), openTelemetry().server()],
    };
  },
  "3 addresses": () => ({ client: { target: "all" } }),
  "3 addresses, outliers": () => ({ client: { target: "all", detectors: [outliers()] }, against: "3 addresses" }),
  "build without governance": () => ({ build: builds.without }),
  "whole build, nothing used": () => ({ build: builds.whole, against: "build without governance" }),
};

/** @param {Case} one */
async function open({ build, client = {}, server = {}, plugins = [], guards = [] }) {
  const service = pingService({}, "idempotent", build);
  const { createClient, createMemoryTransport, createServer } = build ?? runtime;
  const transports = [createMemoryTransport()];
  const servers = /** @type {any[]} */ ([]);
  const addresses = [];
  for (const name of ["p0", "p1", "p2"]) {
    const each = createServer({ transports, plugins: name === "p0" ? guards : [], ...server });
    each.add(service, /** @type {any} */ ({ ping: nothing }));
    addresses.push(await each.listen(transport === "tcp" ? "tcp://127.0.0.1:0" : `memory:${name}`));
    servers.push(each);
  }
  const target = client.target === "all" ? addresses.join() : (addresses[0] ?? "");
  const stub = createClient(service, { transports, plugins, ...client, target });
  return { stub, close: () => Promise.all([stub.close(), ...servers.map((each) => each.close())]) };
}

/** @param {any} stub @returns {Promise<number>} nanoseconds of CPU per call */
async function measure(stub) {
  let left = callsPerRound;
  const lane = async () => {
    while (left-- > 0) await stub.ping({});
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (cpuSince(before) * 1_000) / callsPerRound;
}

const sites = [];
for (const [name, make] of Object.entries(cases)) {
  const { against = "none", ...parts } = make();
  sites.push({
    name,
    against,
    ownCode: parts.build !== undefined,
    site: await open(parts),
    times: /** @type {number[]} */ ([]),
  });
}
for (let round = -3; round < rounds; round++) {
  for (const { site, times, ownCode } of sites) {
    // Compiled for no other case, so it has to be warmed up alone.
    if (round < 0 && ownCode) for (let turn = 0; turn < 20; turn++) await measure(site.stub);
    const time = await measure(site.stub);
    if (round >= 0) times.push(time);
  }
}
for (const { site } of sites) await site.close();
const timesOf = (/** @type {string} */ wanted) => sites.find(({ name }) => name === wanted)?.times ?? [];
const costs = sites.map(({ name, against, times }) => {
  const base = timesOf(against);
  return { name, against, ns: times, ratios: times.map((time, round) => time / (base[round] ?? NaN)) };
});
if (process.argv.includes("--json")) console.log(JSON.stringify(costs));
else print();

function print() {
  console.log(
    `Node ${process.version}, ${rounds} rounds of ${callsPerRound} calls over ${transport}, ${inFlight} in flight; medians, [quartiles]`,
  );
  for (const { name, against, ns, ratios } of costs) {
    const extra = ns.map((time, round) => time - (timesOf(against)[round] ?? NaN));
    const spread = `[${quantile(ratios, 0.25).toFixed(3)} .. ${quantile(ratios, 0.75).toFixed(3)}]`;
    console.log(
      `${name.padEnd(40)} ${quantile(ns, 0.5).toFixed(0).padStart(6)} ns  ${quantile(extra, 0.5).toFixed(0).padStart(6)} ns more  x ${quantile(ratios, 0.5).toFixed(3)} ${spread}`,
    );
  }
}
