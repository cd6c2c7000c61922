import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { RegistryName } from "./engine.js";
import { type Child, start, startProgram } from "./processes.js";

/** The registry of the cluster, in one process or several. */
export interface RunningRegistry {
  /** `registry://127.0.0.1:8761,127.0.0.1:8762` */
  readonly target: string;
  /** What it is, for the title. */
  readonly title: string;
  /** What {@link RunningRegistry.kill} does. */
  readonly loss: string;
  /** Another process goes on meanwhile. Otherwise callers have what they know, and nobody can register. */
  readonly isRedundant: boolean;
  /** Kills its first process. */
  kill(): Promise<void>;
  /** Starts that process again. */
  restart(): Promise<void>;
  /** Removes its files. */
  clean(): void;
}

/** What is missing to run on a registry; undefined: nothing. */
export function missing(name: RegistryName): string | undefined {
  const has = (command: string): boolean =>
    (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
  if (name === "etcd" && !has("etcd")) return "etcd is not on the PATH";
  if (name === "zookeeper" && !has("java")) return "java is not on the PATH";
  if (name === "zookeeper" && !existsSync(zookeeperJar)) return `${zookeeperJar} is not there`;
  return undefined;
}

/** Starts the registry and waits until it serves. */
export async function startRegistry(name: RegistryName): Promise<RunningRegistry> {
  if (name === "etcd") return startEtcd();
  return name === "registry" ? startPeers() : startZooKeeper();
}

async function startPeers(): Promise<RunningRegistry> {
  const ports = [await freePort(), await freePort()] as const;
  const url = (port: number): string => `http://127.0.0.1:${port}/eureka`;
  const startPeer = (port: number, other: number): ReturnType<typeof start> =>
    start("registry-peer", [String(port), url(other)]);
  let [first] = await Promise.all([startPeer(ports[0], ports[1]), startPeer(ports[1], ports[0])]);
  return {
    target: `registry://127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}`,
    title: "two peers of the embedded registry",
    loss: "one registry peer killed",
    isRedundant: true,
    kill: async () => void (await first.child.end("SIGKILL")),
    restart: async () => void (first = await startPeer(ports[0], ports[1])),
    clean: () => undefined,
  };
}

const zookeeperJar = "/usr/share/java/zookeeper.jar";

async function startZooKeeper(): Promise<RunningRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-cluster-zookeeper-"));
  const port = await freePort();
  const run = async (): Promise<Child> => {
    const child = runZooKeeper(folder, port);
    await untilServing(port, "srvr");
    return child;
  };
  let server = await run();
  return {
    target: `zookeeper://127.0.0.1:${port}`,
    title: "one server of ZooKeeper",
    loss: "ZooKeeper killed",
    isRedundant: false,
    kill: async () => void (await server.end("SIGKILL")),
    restart: async () => void (server = await run()),
    clean: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** One member of an etcd cluster. */
interface Member {
  readonly name: string;
  readonly port: number;
  readonly peerPort: number;
}

async function startEtcd(): Promise<RunningRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-cluster-etcd-"));
  const members: Member[] = [];
  for (const name of ["one", "two", "three"]) {
    members.push({ name, port: await freePort(), peerPort: await freePort() });
  }
  const [first] = members as [Member, ...Member[]];
  const run = (member: Member): Child => runEtcd(folder, member, members);
  const untilHealthy = ({ port }: Member): Promise<void> => untilServing(port, "GET /health HTTP/1.0\r\n\r\n");
  const running = new Map(members.map((member) => [member, run(member)]));
  await Promise.all(members.map(untilHealthy));
  return {
    target: `etcd://${members.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    title: "three members of etcd",
    loss: "one etcd member killed",
    isRedundant: true,
    kill: async () => void (await running.get(first)?.end("SIGKILL")),
    async restart() {
      running.set(first, run(first));
      await untilHealthy(first);
    },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runEtcd(folder: string, { name, port, peerPort }: Member, members: readonly Member[]): Child {
  const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
  const cluster = members.map((member) => `${member.name}=${urlOf(member.peerPort)}`).join(",");
  return startProgram("etcd", [
    ...["--name", name, "--data-dir", join(folder, name), "--log-level", "error", "--logger", "zap"],
    ...["--listen-client-urls", urlOf(port), "--advertise-client-urls", urlOf(port)],
    ...["--listen-peer-urls", urlOf(peerPort), "--initial-advertise-peer-urls", urlOf(peerPort)],
    ...["--initial-cluster", cluster],
    // Elections this quick allow leases of two seconds.
    ...["--heartbeat-interval", "50", "--election-timeout", "250"],
  ]);
}

function runZooKeeper(folder: string, port: number): Child {
  const file = join(folder, "zoo.cfg");
  const settings = {
    dataDir: join(folder, "data"),
    clientPort: port,
    clientPortAddress: "127.0.0.1",
    tickTime: 250,
    "admin.enableServer": false,
    "4lw.commands.whitelist": "srvr",
    forceSync: "no",
  };
  writeFileSync(
    file,
    Object.entries(settings)
      .map((pair) => pair.join("="))
      .join("\n"),
  );
  const classPath = ["/etc/zookeeper/conf", zookeeperJar].join(delimiter);
  const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  return startProgram("java", ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", classPath, main, file]);
}

async function untilServing(port: number, request: string): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (performance.now() < endMs) {
    if (/"health":\s*"true"|Mode:/.test(await answerOf(port, request))) return;
    await pause(50);
  }
  throw new Error(`nothing serves on port ${port}`);
}

/** What a server says to a few bytes; nothing when it does not answer. */
function answerOf(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on("data", (bytes) => (text += bytes.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
  });
}

/**
 * A port below those that the system hands out by itself: while a registry is down, a client that tries to reach one of those may be given that very
 * port, and keep the registry from coming back.
 */
async function freePort(): Promise<number> {
  const port = 15_000 + randomInt(17_000);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  return isFree ? port : freePort();
}
