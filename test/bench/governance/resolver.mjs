/**
 * What many instances cost a client: `node --expose-gc test/bench/governance/resolver.mjs`, with a built runtime. One service with 10,000 instances, and 1,000 services with ten
 * each in one process. Lists come from a resolver that does nothing else, so the figures are those of taking a list in: checks, memory above the registry,
 * balancer. Nothing is connected but for one call, which may fail. CPU time.
 */
import { createClient, createMemoryTransport, createServer } from "@rpcgen/runtime";
import { readInstance } from "../../../runtime/dist/discovery/instance-json.js";
import { cpuSince, pingService, quantile } from "./site.mjs";

const service = pingService();
const transports = [createMemoryTransport()];
const server = createServer({ transports }).add(service, /** @type {any} */ ({ ping: () => undefined }));
await server.listen("memory:live");
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** What was read stays frozen, as in the lists that engines keep. @param {number} index */
const instance = (index, version = "1.0.0") => readInstance(plain(index, version));

/** @param {number} index @param {string} version */
const plain = (index, version = "1.0.0") => ({
  id: `i${index}`,
  service: "bench.v1.Bench",
  status: "up",
  address: index === 0 ? "memory:live" : `memory:gone${index}`,
  weight: index === 0 ? 10_000 : 1,
  zone: "eu/eu-1",
  version,
  labels: {},
});

/** A resolver whose lists the measurement sets. */
function listed() {
  const sinks = /** @type {any[]} */ ([]);
  let revision = 0;
  return {
    scheme: "listed",
    sinks,
    set(/** @type {readonly any[]} */ instances) {
      const snapshot = { instances, revision: String(++revision), complete: true, atMs: Date.now() };
      for (const sink of sinks) sink.update(snapshot);
    },
    watch(/** @type {any} */ _target, /** @type {any} */ sink) {
      sinks.push(sink);
      return { close: async () => undefined };
    },
  };
}

function heapBytes() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** @param {number} count */
async function oneService(count) {
  const resolver = listed();
  const balanced = { target: "listed://any/bench.v1.Bench", resolvers: [resolver], transports };
  const client = createClient(service, { ...balanced, discovery: { maxInstances: count } });
  const first = client.ping();
  await turn();
  const instances = Array.from({ length: count }, (_, index) => instance(index));
  const bytes = heapBytes();
  const figures = /** @type {Record<string, number>} */ ({});
  const timed = async (/** @type {string} */ name, /** @type {() => readonly any[]} */ next) => {
    const times = [];
    for (let round = 0; round < 5; round++) {
      const list = next();
      const before = process.cpuUsage();
      resolver.set(list);
      await turn();
      times.push(cpuSince(before) / 1_000);
    }
    figures[name] = quantile(times, 0.5);
  };
  const before = process.cpuUsage();
  resolver.set(instances);
  await first;
  figures["first list"] = cpuSince(before) / 1_000;
  figures["bytes per instance"] = (heapBytes() - bytes) / count;
  await timed("same list", () => instances);
  let added = count;
  await timed("one changed", () => instances.with(7, instance(7, `1.0.${added++}`)));
  await timed("one replaced", () => instances.with(9, instance(added++)));
  await timed("all new objects", () => Array.from({ length: count }, (_, index) => plain(index)));
  await timed("all changed", () => Array.from({ length: count }, (_, index) => plain(index, `2.0.${added++}`)));
  await client.close();
  return figures;
}

async function manyServices(/** @type {number} */ count, /** @type {number} */ size) {
  const resolver = listed();
  const bytes = heapBytes();
  const clients = /** @type {any[]} */ ([]);
  const instances = Array.from({ length: size }, (_, index) => instance(index));
  const before = process.cpuUsage();
  const firsts = [];
  for (let each = 0; each < count; each++) {
    const client = createClient(service, { target: `listed://any/s${each}`, resolvers: [resolver], transports });
    clients.push(client);
    firsts.push(client.ping().catch(() => undefined));
  }
  await turn();
  resolver.set(instances);
  await Promise.all(firsts);
  const figures = {
    "first lists and a call each, ms per service": cpuSince(before) / 1_000 / count,
    "bytes per service": (heapBytes() - bytes) / count,
  };
  const again = process.cpuUsage();
  resolver.set(instances.with(7, instance(7, "1.0.1")));
  await turn();
  const update = cpuSince(again) / 1_000 / count;
  await Promise.all(clients.map((client) => client.close()));
  return { ...figures, "one changed, ms per service": update };
}

/** @param {string} title @param {Record<string, number>} figures */
function show(title, figures) {
  const parts = Object.entries(figures).map(
    ([name, value]) => `${name} ${value.toFixed(name.startsWith("bytes") ? 0 : 2)}`,
  );
  console.log(`${title}: ${parts.join(", ")}`);
}

for (const count of [1_000, 2_500, 5_000, 10_000]) show(`${count} instances, ms`, await oneService(count));
show("1,000 services of 10", await manyServices(1_000, 10));
await server.close();
