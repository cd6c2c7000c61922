/**
 * One instance of five that takes ten times as long: `node test/bench/governance/slow-instance.mjs [seconds]`, with a built runtime. Servers are processes of their own
 * behind real sockets, answer after 5 ms (the slow one after 50 ms), and get 500 calls a second in an open loop from each balancer in turn.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createClient } from "@rpcgen/runtime";
import { leastLoaded, p2c, roundRobin } from "@rpcgen/runtime/governance";
import { pingService, quantile } from "./site.mjs";

const seconds = Number(process.argv[2] ?? 3);
const rounds = 3;
const rate = 500;
const children = [50, 5, 5, 5, 5].map((delayMs) =>
  fork(fileURLToPath(new URL("slow-server.mjs", import.meta.url)), [String(delayMs)]),
);
const addresses = await Promise.all(children.map(async (child) => (await once(child, "message"))[0].address));
const slow = children[0];
if (slow === undefined) throw new Error("no server");
const callsOfSlow = async () => {
  slow.send("calls");
  return (await once(slow, "message"))[0].calls;
};

/** @param {any} client */
async function load(client) {
  const latencies = /** @type {number[]} */ ([]);
  const pending = [];
  const startMs = performance.now();
  const before = await callsOfSlow();
  while (performance.now() - startMs < seconds * 1_000) {
    const due = ((performance.now() - startMs) * rate) / 1_000;
    while (pending.length < due) {
      const sentMs = performance.now();
      pending.push(client.ping({}).then(() => latencies.push(performance.now() - sentMs)));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(pending);
  return { latencies, share: ((await callsOfSlow()) - before) / pending.length };
}

/** @type {Record<string, any>} */
const balancers = {
  "default, warmUp(p2c())": undefined,
  "p2c()": p2c(),
  "leastLoaded()": leastLoaded(),
  "roundRobin()": roundRobin(),
};
const results = Object.entries(balancers).map(([name, balancer]) => ({
  name,
  client: createClient(pingService(), { target: addresses.join(), balancer }),
  found: /** @type {{ p50: number, p99: number, share: number }[]} */ ([]),
}));
for (let round = 0; round < rounds; round++) {
  for (const { client, found } of results) {
    const { latencies, share } = await load(client);
    found.push({ p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), share });
  }
}
console.log(
  `Node ${process.version}, ${rounds} rounds of ${seconds} s, ${rate} calls/s over 5 instances, one of them 10 x slower; medians of the rounds`,
);
for (const { name, client, found } of results) {
  const at = (/** @type {"p50" | "p99" | "share"} */ what) =>
    quantile(
      found.map((each) => each[what]),
      0.5,
    );
  console.log(
    `${name.padEnd(24)} p50 ${at("p50").toFixed(1)} ms  p99 ${at("p99").toFixed(1)} ms  share of the slow one ${(100 * at("share")).toFixed(1)} %`,
  );
  await client.close();
}
for (const child of children) child.disconnect();
