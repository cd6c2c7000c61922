// What choosing among several endpoints costs: CPU time of a call over memory, to one address and to lists, and of each balancer's choice alone.
// Run with a built runtime: node test/bench/governance.mjs [folder of another built runtime to compare one address with]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const own = resolve(import.meta.dirname, "../../runtime/dist");
const rounds = 15;
const callsPerRound = 20_000;
const inFlight = 100;

/** A client of a service with one empty method, and what ends it. */
async function site(folder, count, options = {}) {
  const load = (path) => import(pathToFileURL(`${folder}/${path}`).href);
  const { createServer, createClient, createMemoryTransport } = await load("index.js");
  const { emptyType, methodType, serviceType } = await load("codegen/index.js");
  const { methodIdFromPath } = await load("descriptor/method-id.js");
  const path = "/bench.v1.Bench/Ping";
  const ping = methodType({
    kind: "unary", name: "ping", member: "ping", service: "bench.v1.Bench", path, id: methodIdFromPath(path), oneway: false,
    idempotency: "unknown", request: emptyType, response: emptyType, errors: [], policy: {},
  }); // prettier-ignore
  const service = serviceType({
    name: "bench.v1.Bench",
    methods: [ping],
    stub: (invoker) => ({ ping: (request) => invoker.unary(ping, request, undefined) }),
  });
  const transports = [createMemoryTransport()];
  const names = Array.from({ length: count }, (_, index) => `bench${index}`);
  const servers = [];
  for (const name of names) {
    const server = createServer({ transports }).add(service, { ping: () => undefined });
    await server.listen(`memory:${name}`);
    servers.push(server);
  }
  const client = createClient(service, { target: `memory:${names.join()}`, transports, ...options });
  const close = () => Promise.all([client.close(), ...servers.map((server) => server.close())]);
  return { client, close };
}

async function run({ client }) {
  let left = callsPerRound;
  const work = async () => {
    while (left-- > 0) await client.ping();
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

/** Microseconds of CPU per call, of the median round; rounds of all cases take turns. */
async function compare(cases) {
  const sites = [];
  for (const [name, folder, count, options] of cases) sites.push([name, await site(folder, count, options), []]);
  for (let round = -3; round < rounds; round++) {
    for (const [, each, times] of sites) {
      const before = process.cpuUsage();
      await run(each);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times.push((user + system) / callsPerRound);
    }
  }
  for (const [, each] of sites) await each.close();
  return sites.map(([name, , times]) => {
    const sorted = times.toSorted((left, right) => left - right);
    return [name, sorted[rounds >> 1], sorted[rounds >> 2], sorted[rounds - 1 - (rounds >> 2)]];
  });
}

function show(title, rows) {
  console.log(title);
  const base = rows[0][1];
  console.table(
    rows.map(([name, median, low, high]) => ({
      name,
      "us/call": median.toFixed(2),
      quartiles: `${low.toFixed(2)} .. ${high.toFixed(2)}`,
      ratio: (median / base).toFixed(3),
    })),
  );
}

const policies = await import(pathToFileURL(`${own}/governance/index.js`).href);
const other = process.argv[2];
if (other !== undefined) {
  show("one address, another runtime against this one (ratio to the other)", await compare([
    ["other", resolve(other), 1], ["this", own, 1], ["other again", resolve(other), 1], ["this again", own, 1],
  ])); // prettier-ignore
} else {
  show("one address and lists", await compare([
    ["one address", own, 1],
    ["3 addresses, default", own, 3],
    ["10 addresses, default", own, 10],
    ["10 addresses, round robin", own, 10, { balancer: policies.roundRobin() }],
    ["one address, attempt interceptor", own, 1, { interceptors: [{ name: "none", at: "attempt", unary: (call, request, next) => next(call, request) }] }],
  ])); // prettier-ignore
  choose();
}

/** Nanoseconds of a choice and its outcome. */
function choose() {
  const { warmUp, p2c, roundRobin, weightedRandom, leastLoaded, consistentHash } = policies;
  const environment = { now: () => performance.now(), wallClock: () => Date.now(), random: () => Math.random() };
  const kinds = { p2c: p2c(), "warm-up, p2c": warmUp(p2c()), roundRobin: roundRobin(), weightedRandom: weightedRandom(), leastLoaded: leastLoaded(), consistentHash: consistentHash() }; // prettier-ignore
  const rows = [];
  for (const [name, kind] of Object.entries(kinds)) {
    const endpoints = Array.from({ length: 10 }, (_, index) => ({
      id: `e${index}`, address: "", instance: {}, weight: 100, callsInProgress: 0, isAvailable: true,
    })); // prettier-ignore
    const balancer = kind.create({ environment });
    balancer.update(endpoints);
    const call = { method: { policy: { hashKey: "key" } }, message: { key: "user-1" } };
    const outcome = { latencyMs: 1, error: undefined };
    const tried = [];
    const times = [];
    for (let round = 0; round < 9; round++) {
      const before = process.cpuUsage();
      for (let made = 0; made < 200_000; made++) {
        const endpoint = balancer.pick(call, tried);
        balancer.done?.(endpoint, outcome);
      }
      const { user, system } = process.cpuUsage(before);
      times.push(((user + system) * 1_000) / 200_000);
    }
    rows.push({ name, "ns/choice": Math.round(times.toSorted((left, right) => left - right)[4]) });
  }
  console.table(rows);
}
