/** The bundled program of the attacks: `[--scale 1] [--only words] [--fast] [--json]`. See ../RESULTS.md. */
import { parseArgs } from "node:util";
import { attacks } from "./attacks.ts";
import { type Battle, fight } from "./battle.ts";
import { playBystander } from "./bystander.ts";
import { fightPeer, peerNames, plainAttacks } from "./peers.ts";
import { playVictim } from "./victim.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: "string", default: "1" },
    /** Only attacks whose names hold this. */
    only: { type: "string", default: "" },
    /** Limits of time and memory that a small attack reaches soon. */
    fast: { type: "boolean", default: false },
    /** Path of the program that plays other servers, to attack those. */
    peers: { type: "string" },
  },
});
const fast = {
  limits: {
    handshakeMs: 500,
    partialFrameMs: 500,
    slowPeerMs: 500,
    closeMs: 200,
    maxInboundBytes: 16 * 1024 * 1024,
    maxTotalOutboundBytes: 16 * 1024 * 1024,
  },
  /**
   * When V8 lets a heap grow and when it collects is a matter of chance, of tens of MB. Held to less than the mark, it collects in time or ends the
   * process: what it says of memory is then about what lives, each time.
   */
  nodeFlags: ["--max-old-space-size=48", "--max-semi-space-size=2"],
};
const [role] = positionals;
if (role === "victim") playVictim();
else if (role === "bystander") playBystander();
else if (values.peers === undefined) await conduct();
else await conductPeers(values.peers);

/** Prints a line of JSON for each attack. */
async function conduct(): Promise<void> {
  const setting = values.fast ? fast : {};
  for (const attack of attacks.filter(({ name }) => name.includes(values.only))) {
    const battle: Battle = await fight(attack, { scale: Number(values.scale), ...setting });
    process.stdout.write(`${JSON.stringify(battle)}\n`);
  }
  // Sockets that were reset while they connected may linger.
  process.exit();
}

async function conductPeers(program: string): Promise<void> {
  for (const attack of plainAttacks) {
    for (const peer of peerNames) process.stdout.write(`${JSON.stringify(await fightPeer(peer, attack, program))}\n`);
  }
  process.exit();
}
