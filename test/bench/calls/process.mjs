/** The process of one contender's client or server: `node process.mjs <contender> server|client`. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { respond } from "../measure/respond.mjs";
import { runLoad } from "./load.mjs";

const [contender] = process.argv.slice(2);
/** @type {import("./contenders/contender.mjs").CallContender} */
const { connect, startServer } = await import(`./contenders/${contender}.mjs`);
/** @type {import("./contenders/contender.mjs").EchoClient} */
let client;
let address = "";
/** Clients whose connections are open and idle. @type {import("./contenders/contender.mjs").EchoClient[]} */
const held = [];

respond({
  startServer,
  cpuUs,
  async connect(target) {
    address = target;
    client = await connect(target);
  },
  check,
  warmUp,
  load,
  stream,
  canStream: () => client.items !== undefined,
  hold,
  memory,
  fair,
});

/** Many calls at once, so that both sides are compiled before the first case, which may be one with few calls. @param {number} durationMs */
async function warmUp(durationMs) {
  await runLoad(client, { request: client.requestFrom(bodyOf(32)), inFlight: 64, durationMs });
}

/** Processor time that this process has used so far, user and system. */
function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** @param {number} bytes */
function bodyOf(bytes) {
  return Buffer.from(Array.from({ length: bytes }, (_, at) => 1 + (at % 251)));
}

/** Opens more connections, makes a call on each and leaves them. @param {number} connections */
async function hold(connections) {
  const body = bodyOf(32);
  for (let opened = 0; opened < connections; opened++) {
    const one = await connect(address);
    await new Promise((resolve, reject) => one.call(one.requestFrom(body), resolve, reject));
    held.push(one);
  }
}

/** What the process uses once all garbage is gone. @returns {Promise<import("./idle.mjs").Memory>} */
async function memory() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  for (let times = 0; times < 4; times++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed + external };
}

/** Proves that a body comes back as it was sent. @param {{ bytes: number }} params */
async function check({ bytes }) {
  const body = bodyOf(bytes);
  const reply = await new Promise((resolve, reject) => client.call(client.requestFrom(body), resolve, reject));
  if (!body.equals(client.bodyOf(reply))) throw new Error(`a body of ${bytes} bytes came back changed`);
}

/** @param {{ bytes: number, inFlight: number, durationMs: number }} params */
async function load({ bytes, inFlight, durationMs }) {
  const request = client.requestFrom(bodyOf(bytes));
  const before = cpuUs();
  const result = await runLoad(client, { request, inFlight, durationMs });
  return { ...result, cpuUs: cpuUs() - before };
}

/** Receives one server stream. @param {{ count: number, bytes: number }} params */
async function stream({ count, bytes }) {
  const before = cpuUs();
  const begin = performance.now();
  const received = await client.items?.(count, bytes);
  const seconds = (performance.now() - begin) / 1000;
  if (received !== count * bytes)
    throw new Error(`a stream of ${count} items brought ${received} bytes, not ${count * bytes}`);
  return { items: count, seconds, cpuUs: cpuUs() - before };
}

/**
 * Small calls one after the other, first alone, then for as long as a stream takes on the same connection.
 * @param {{ calls: number, count: number, bytes: number }} params `calls`: how many alone
 */
async function fair({ calls: callsAlone, count, bytes }) {
  const alone = await smallCalls((calls) => calls < callsAlone);
  let isOver = false;
  const begin = performance.now();
  const transfer = Promise.resolve(client.items?.(count, bytes)).then(() => (isOver = true));
  const beside = await smallCalls(() => !isOver);
  await transfer;
  return { alone, beside, megabytesPerSecond: (count * bytes) / 1_000 / (performance.now() - begin) };
}

/** @param {(calls: number) => boolean} goOn */
async function smallCalls(goOn) {
  const request = client.requestFrom(bodyOf(32));
  const times = /** @type {number[]} */ ([]);
  while (goOn(times.length)) {
    const begin = performance.now();
    await new Promise((resolve, reject) => client.call(request, () => resolve(undefined), reject));
    times.push((performance.now() - begin) * 1_000);
  }
  times.sort((left, right) => left - right);
  const at = (/** @type {number} */ part) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return { calls: times.length, p50Us: at(0.5), p99Us: at(0.99) };
}
