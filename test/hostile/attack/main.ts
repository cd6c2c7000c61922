/** The bundled program of the attacks: `[--scale 1] [--only words] [--fast] [--json]`. See ../RESULTS.md. */
import { parseArgs } from "node:util";
import { attacks } from "./attacks.ts";
import { type Battle, fight } from "./battle.ts";
import { playBystander } from "./bystander.ts";
import { playVictim } from "./victim.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: "string", default: "1" },
    /** Only attacks whose names hold this. */
    only: { type: "string", default: "" },
    /** Limits of time that let a test end soon. */
    fast: { type: "boolean", default: false },
  },
});
const [role] = positionals;
if (role === "victim") playVictim();
else if (role === "bystander") playBystander();
else await conduct();

/** Prints a line of JSON for each attack. */
async function conduct(): Promise<void> {
  const limits = values.fast ? { handshakeMs: 500, partialFrameMs: 500, slowPeerMs: 500, closeMs: 200 } : {};
  for (const attack of attacks.filter(({ name }) => name.includes(values.only))) {
    const battle: Battle = await fight(attack, { scale: Number(values.scale), limits });
    process.stdout.write(`${JSON.stringify(battle)}\n`);
  }
  // Sockets that were reset while they connected may linger.
  process.exit();
}
