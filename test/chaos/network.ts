import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { startRole } from "../processes/role.ts";
import { breakAndMend, first, type Scenario } from "./scenarios.ts";
import { type Line, openLine, type Stage, stageOf, temporaryFolder } from "./stage.ts";

/** Faults that the kernel makes: a server in a network namespace of its own behind a pair of virtual devices. Needs root and Linux. */

const namespace = `rpcgen-${process.pid}`;
const device = `rpcgen${process.pid % 100_000}`;
const inner = "rpcgen0";
const addresses = { here: "10.213.77.1", there: "10.213.77.2" } as const;

function run(command: string): void {
  const [program = "", ...args] = command.split(" ");
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
}

function inside(command: string): void {
  run(`ip netns exec ${namespace} ${command}`);
}

/** Why these faults cannot be made here; undefined when they can. */
export function whyNotNetwork(): string | undefined {
  if (process.platform !== "linux") return `they need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "they need root";
  if (process.env.CI !== undefined) return "they are not made in CI";
  for (const program of ["ip -V", "iptables -V", "tc -V"]) {
    const [name = "", flag = ""] = program.split(" ");
    if (spawnSync(name, [flag]).status !== 0) return `${name} is not here`;
  }
  return undefined;
}

/** One server in its namespace, its client outside. */
export async function createNetworkStage(waitForReady: boolean): Promise<Stage> {
  run(`ip netns add ${namespace}`);
  run(`ip link add ${device} type veth peer name ${inner} netns ${namespace}`);
  run(`ip addr add ${addresses.here}/30 dev ${device}`);
  run(`ip link set ${device} up`);
  inside(`ip addr add ${addresses.there}/30 dev ${inner}`);
  inside(`ip link set ${inner} up`);
  inside("ip link set lo up");
  const folder = temporaryFolder();
  const start = () => startRole("server", { through: ["ip", "netns", "exec", namespace] });
  const options = { name: "network", log: join(folder, "executions"), waitForReady, start, isDirect: true } as const;
  const line = await openLine({ ...options, address: `tcp://${addresses.there}:0` });
  return stageOf([line], folder, () => {
    // The device first: a namespace lives on as long as the kernel has something to do in it.
    run(`ip link del ${device}`);
    run(`ip netns del ${namespace}`);
  });
}

function filter(rule: string): { readonly fault: () => void; readonly mend: () => void } {
  return { fault: () => inside(`iptables -I ${rule}`), mend: () => inside(`iptables -D ${rule}`) };
}

function filtered(name: string, rule: string): Scenario {
  const { fault, mend } = filter(rule);
  return { name, run: (stage) => breakAndMend(first(stage), fault, mend) };
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
        () => run(`ip link set ${device} down`),
        () => run(`ip link set ${device} up`),
      ),
  },
  {
    name: "a link of 2 Mbit/s (tc tbf)",
    mustNotFail: true,
    async run(stage) {
      const line: Line = first(stage);
      run(`tc qdisc add dev ${device} root tbf rate 2mbit burst 16kb latency 400ms`);
      await line.client.request("outcomes", 200);
    },
  },
];
