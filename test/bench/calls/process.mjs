/** The process of one contender's client or server: `node process.mjs <contender> server|client`. */
import { respond } from "../measure/respond.mjs";
import { runLoad } from "./load.mjs";

const [contender] = process.argv.slice(2);
/** @type {import("./contenders/contender.mjs").CallContender} */
const { connect, startServer } = await import(`./contenders/${contender}.mjs`);
/** @type {import("./contenders/contender.mjs").EchoClient} */
let client;

respond({
  startServer,
  cpuUs,
  async connect(address) {
    client = await connect(address);
  },
  check,
  load,
  stream,
  canStream: () => client.items !== undefined,
});

/** Processor time that this process has used so far, user and system. */
function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** @param {number} bytes */
function bodyOf(bytes) {
  return Buffer.from(Array.from({ length: bytes }, (_, at) => 1 + (at % 251)));
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
