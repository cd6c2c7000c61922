/** Load of one process on one connection, at the requests of processes.mjs; and a loop without any calls. */
import { connect } from "../calls/contenders/rpcgen.mjs";
import { runLoad } from "../calls/load.mjs";
import { respond } from "../measure/respond.mjs";

/** @type {import("../calls/contenders/contender.mjs").EchoClient} */
let client;

respond({
  async connect(/** @type {string} */ target) {
    client = await connect(target);
    // The connection is there before another process opens one, so that processes of the server get one each in turn.
    await new Promise((resolve, reject) => client.call(client.requestFrom(Buffer.alloc(1)), resolve, reject));
  },
  /** @param {{ bytes: number, inFlight: number, durationMs: number }} params @returns {Promise<number>} calls per second */
  async load({ bytes, inFlight, durationMs }) {
    const request = client.requestFrom(Buffer.alloc(bytes, 1));
    const { calls, seconds } = await runLoad(client, { request, inFlight, durationMs });
    return calls / seconds;
  },
  compute,
});

/** Values of a random sequence, a million at a time. @param {{ durationMs: number }} params @returns {number} turns per second */
function compute({ durationMs }) {
  const begin = performance.now();
  let turns = 0;
  let state = 1;
  do {
    for (let count = 0; count < 1_000_000; count++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    turns++;
  } while (performance.now() - begin < durationMs);
  if (state === 0) throw new Error("the sequence never comes to 0");
  return turns / ((performance.now() - begin) / 1_000);
}
