/** Clients and servers with each policy, and with none: what the measurements of a policy per call compare. */
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
import { pingService } from "./site.mjs";

/** Parts of both sides. `build`: of which runtime; `against`: the case to compare with, `none` unless it says so. @typedef {{ build?: any, against?: string, client?: any, server?: any, plugins?: any[], guards?: any[], policy?: any }} Case */
const nothing = () => undefined;
const log = () =>
  accessLog({ logger: { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing } });
/** @param {any} load */
const limits = (load) => [rateLimit({ rules: [{ calls: 1e9 }] }), concurrencyLimit({ shed: false, load })];
const configuration = () => createConfiguration({ policies: { "*": { timeoutMs: 10_000 } } });

/**
 * @param {{ readonly whole: any, readonly without: any }} builds of {@link import("./without.mjs").bothBuilds}
 * @param {() => import("@rpcgen/runtime/governance").LoadMeter} [load] how concurrency limits measure the load; default: as they do
 * @returns {Record<string, () => Case>}
 */
export const policyCases = (builds, load) => ({
  none: () => ({}),
  "none, again": () => ({}),
  "rateLimit, one rule": () => ({ guards: [rateLimit({ rules: [{ calls: 1e9 }] })] }),
  "rateLimit, by address": () => ({ guards: [rateLimit({ rules: [{ calls: 1e9, key: "address" }] })] }),
  concurrencyLimit: () => ({ guards: [concurrencyLimit({ shed: false, load })] }),
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
    guards: limits(load),
  }),
  "all policies, metrics": () => {
    const metrics = createMetrics();
    return {
      client: { faultMode: fromSchema(), configuration: configuration() },
      server: { configuration: configuration() },
      plugins: [degradation({ rules: [{ method: "*", use: [{ value: {} }] }] }), circuitBreaker(), metrics.client()],
      guards: [...limits(load), metrics.server()],
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
      guards: [...limits(load), metrics.server(), log().server(), openTelemetry().server()],
    };
  },
  "3 addresses": () => ({ client: { target: "all" } }),
  "3 addresses, outliers": () => ({ client: { target: "all", detectors: [outliers()] }, against: "3 addresses" }),
  "build without governance": () => ({ build: builds.without }),
  "whole build, nothing used": () => ({ build: builds.whole, against: "build without governance" }),
});

/** @param {Case} one @param {string} transport `memory` or `tcp` */
export async function openCase({ build, client = {}, server = {}, plugins = [], guards = [] }, transport) {
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

/** Calls, `inFlight` at a time. @param {any} stub @param {number} calls @param {number} inFlight */
export async function callMany(stub, calls, inFlight) {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await stub.ping({});
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}
