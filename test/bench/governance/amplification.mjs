/**
 * What retries do to the last server of a chain when everything fails there: `node test/bench/governance/amplification.mjs [calls]`, with a built runtime. A client and
 * three servers behind real sockets; each of the three hops has a failover of two retries; the last server fails all calls, after a time in which none did.
 */
import { createClient, createServer } from "@rpcgen/runtime";
import { RpcError } from "@rpcgen/runtime/codegen";
import { failover } from "@rpcgen/runtime/governance";
import { pingService } from "./site.mjs";

const calls = Number(process.argv[2] ?? 2_000);
const callsPerSecond = 500;
const service = pingService({}, "idempotent");
const unlimited = { ratio: 1, perSecond: 1e6 };
const backoff = { baseMs: 1, maxMs: 2 };

/** @param {{ readonly budget: any, readonly passesParent: boolean }} settings */
async function measure({ budget, passesParent }) {
  let isFailing = false;
  const seen = [0, 0, 0];
  const ends = /** @type {(() => Promise<unknown>)[]} */ ([]);
  /** @type {any} */
  let next;
  for (const hop of [2, 1, 0]) {
    const below = next;
    const ping = (/** @type {any} */ call) => {
      seen[hop] = (seen[hop] ?? 0) + 1;
      if (below !== undefined) {
        return below.ping({}, passesParent ? { parent: call } : {}).catch(() => {
          throw new RpcError({ code: 14, message: "what is behind does not work" });
        });
      }
      if (isFailing) throw new RpcError({ code: 14, message: "does not work" });
      return {};
    };
    const server = createServer().add(service, /** @type {any} */ ({ ping }));
    const target = await server.listen("tcp://127.0.0.1:0");
    const faultMode = failover({ retries: 2, backoff, ...(budget === undefined ? {} : { budget }) });
    next = createClient(service, { target, faultMode });
    ends.push(next.close.bind(next), () => server.close());
  }
  const load = async (/** @type {number} */ count) => {
    const startMs = performance.now();
    const pending = [];
    while (pending.length < count) {
      const due = Math.min(count, ((performance.now() - startMs) * callsPerSecond) / 1_000);
      while (pending.length < due) pending.push(next.ping({}).catch(() => undefined));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(pending);
  };
  await load(calls);
  isFailing = true;
  seen.fill(0);
  await load(calls);
  for (const end of ends.toReversed()) await end();
  return seen.map((count) => (count / calls).toFixed(2));
}

console.log(
  `Node ${process.version}, ${calls} calls that fail, ${callsPerSecond} a second, after as many that did not; calls at each server per call of the client`,
);
for (const [name, settings] of Object.entries({
  "no budget, no parent": { budget: unlimited, passesParent: false },
  "no budget, parent": { budget: unlimited, passesParent: true },
  "budget, no parent": { budget: undefined, passesParent: false },
  "budget, parent (as it should be)": { budget: undefined, passesParent: true },
})) {
  const [first, second, last] = await measure(settings);
  console.log(`${name.padEnd(34)} first ${first}  second ${second}  last ${last}`);
}
