import { join } from "node:path";
import { startRole } from "../processes/role.ts";
import {
  addresses,
  device,
  inside,
  makeNamespaces,
  removeNamespaces,
  slowLink,
  throughNamespace,
} from "./namespaces.ts";
import { breakAndMend, first, type Scenario } from "./scenarios.ts";
import { openLine, type Stage, stageOf, temporaryFolder } from "./stage.ts";

/** Faults that the kernel makes: a server and its client in network namespaces of their own. */

/** One server in its namespace, its client in another. */
export async function createNetworkStage(waitForReady: boolean): Promise<Stage> {
  removeNamespaces();
  try {
    makeNamespaces();
    const folder = temporaryFolder();
    const start = (role: "server" | "client") => startRole(role, { through: throughNamespace(role) });
    const options = { name: "network", log: join(folder, "executions"), waitForReady, start, isDirect: true } as const;
    const line = await openLine({ ...options, address: `tcp://${addresses.server}:0` });
    return stageOf([line], folder, removeNamespaces);
  } catch (error) {
    removeNamespaces();
    throw error;
  }
}

function filtered(name: string, rule: string): Scenario {
  return {
    name,
    run: (stage) =>
      breakAndMend(
        first(stage),
        () => inside("server", `iptables -w -I ${rule}`),
        () => inside("server", `iptables -w -D ${rule}`),
      ),
  };
}

export const networkScenarios: readonly Scenario[] = [
  filtered("the kernel drops what comes to the server", "INPUT -p tcp -j DROP"),
  filtered("the kernel drops what the server sends", "OUTPUT -p tcp -j DROP"),
  filtered("the kernel answers the client with resets", "INPUT -p tcp -j REJECT --reject-with tcp-reset"),
  {
    name: "the link goes down and comes back",
    run: (stage) =>
      breakAndMend(
        first(stage),
        () => inside("client", `ip link set ${device} down`),
        () => inside("client", `ip link set ${device} up`),
      ),
  },
  {
    name: "a link of 2 Mbit/s (tc tbf)",
    mustNotFail: true,
    async run(stage) {
      inside("client", slowLink);
      await first(stage).client.request("outcomes", 200);
    },
  },
];
