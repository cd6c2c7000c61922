import { spawnSync } from "node:child_process";
import { lackOf } from "../interop/tool.ts";

/** Two network namespaces with a pair of virtual devices between them: nothing of it is in the network of the machine. Needs root and Linux. */

/** Who has a namespace. */
export type Side = "client" | "server";

/** What the device of either side is called. */
export const device = "rpcgen0";
export const addresses: Readonly<Record<Side, string>> = { client: "10.213.77.1", server: "10.213.77.2" };
const sides: readonly Side[] = ["client", "server"];
const namePattern = /^rpcgen-(\d+)-(?:client|server)\b/gm;

/** A namespace is called by its process, so that it is known whose it was when that is killed. */
export function namespaceOf(side: Side, pid: number = process.pid): string {
  return `rpcgen-${pid}-${side}`;
}

/** The command line that a process of one side starts with. */
export function throughNamespace(side: Side): readonly string[] {
  return ["ip", "netns", "exec", namespaceOf(side)];
}

/** Runs a command with the network of one side. @throws Error with what it said */
export function inside(side: Side, command: string): void {
  run([...throughNamespace(side), ...command.split(" ")]);
}

/** Makes the namespaces of a process, once it has none. @throws Error with what the kernel said */
export function makeNamespaces(pid: number = process.pid): void {
  const ip = (command: string): void => run(["ip", ...command.split(" ")]);
  const [client, server] = [namespaceOf("client", pid), namespaceOf("server", pid)];
  ip(`netns add ${client}`);
  ip(`netns add ${server}`);
  ip(`-n ${client} link add ${device} type veth peer name ${device} netns ${server}`);
  for (const side of sides) {
    ip(`-n ${namespaceOf(side, pid)} addr add ${addresses[side]}/30 dev ${device}`);
    ip(`-n ${namespaceOf(side, pid)} link set ${device} up`);
    ip(`-n ${namespaceOf(side, pid)} link set lo up`);
  }
}

/** Removes the namespaces of this process, and those that processes which are no more have left. */
export function removeNamespaces(): void {
  const isDone = ({ pid }: Owned): boolean => pid === process.pid || !isAlive(pid);
  for (const { name } of namespaces().filter(isDone)) {
    // The device first: a namespace lives on as long as the kernel has something to do in it. Another run may be removing the same.
    spawnSync("ip", ["-n", name, "link", "del", device]);
    spawnSync("ip", ["netns", "del", name]);
  }
  const left = namespaces().filter(isDone);
  if (left.length > 0) throw new Error(`Cannot remove the namespaces ${left.map(({ name }) => name).join(", ")}.`);
}

/** A namespace and the process that made it. */
export interface Owned {
  readonly name: string;
  readonly pid: number;
}

/** All that there are, whoever made them. */
export function namespaces(): readonly Owned[] {
  const { stdout } = spawnSync("ip", ["netns", "list"], { encoding: "utf8" });
  return [...stdout.matchAll(namePattern)].map(([name, pid]) => ({ name, pid: Number(pid) }));
}

/** Why there can be none here; undefined when there can, which is tried. @throws Error in CI, where a program is missing */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== "linux") return `they need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "they need root";
  return lackOf("ip", "-V") ?? lackOf("tc", "-V") ?? lackOf("iptables", "-V") ?? refusalOfKernel();
}

function refusalOfKernel(): string | undefined {
  removeNamespaces();
  try {
    makeNamespaces();
    inside("server", "iptables -w -I INPUT -p tcp -j REJECT --reject-with tcp-reset");
    inside("client", slowLink);
    return undefined;
  } catch (error) {
    return `this machine refuses them: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    removeNamespaces();
  }
}

/** The command that makes the device of its side slow. */
export const slowLink = `tc qdisc add dev ${device} root tbf rate 2mbit burst 16kb latency 400ms`;

function run(command: readonly string[]): void {
  const [program = "", ...args] = command;
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command.join(" ")}: ${error?.message ?? stderr.trim()}`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
