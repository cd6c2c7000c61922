import { answer, type ApiReply, type ApiScope } from "../../../runtime/registry/api.ts";
import { readInstanceInfo } from "../../../runtime/registry/read-instance.ts";
import { copyOf } from "../../../runtime/registry/http-peer.ts";
import { createRegistry, type InstanceCopy, type Registry } from "../../../runtime/registry/registry.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { sentInstance } from "./instances.ts";

/** What a run of {@link churn} found. */
export interface ChurnReport {
  /** What is wrong at the end; empty: all registries agree with the clients. */
  readonly faults: readonly string[];
  readonly alive: number;
  /** Of the length of one queue to a peer, over the whole run. */
  readonly maxWaiting: number;
  /** Things told to peers, and requests of clients. */
  readonly replicated: number;
  readonly requests: number;
  /** Most instances that a registry knew and that had been gone for longer than two leases, at the looks of every 30 s. */
  readonly maxGhosts: number;
  /** Most live instances that a registry did not know, at the looks from the heal and the restart on. */
  readonly missingAfter: Readonly<Record<string, number>>;
}

/** Settings of {@link churn}. */
export interface ChurnOptions {
  readonly clients: number;
  readonly seed: number;
  /** Milliseconds that clients are away at least. Default: two leases, after which everybody has forgotten them. */
  readonly awayMs?: number;
  /** Of a status that is set from outside or taken back, per turn of a client. Default: 0.002. */
  readonly overrideChance?: number;
  /** Called every 30 s of virtual time. */
  readonly onLook?: (line: string) => void;
}

interface Client {
  readonly app: string;
  readonly id: string;
  home: number;
  isAlive: boolean;
  dirtyAt: number;
  /** When it comes back. */
  backAtMs: number;
  diedAtMs: number;
  /** What an operator set. */
  override: "OUT_OF_SERVICE" | undefined;
  /** Whether an override outlives its instance depends on when it came back; and one set just before its registry crashed may be lost. */
  isOverrideCertain: boolean;
}

const registryCount = 3;
const tickMs = 100;
/** A client has its turn in one of so many ticks: every 30 s. */
const ticksPerTurn = 300;
const leaseMs = 90_000;
const linkMs = 10;
/** Per turn of a client. */
const chances = { crash: 0.01, leave: 0.01 };
/** Milliseconds since the start. */
const plan = { partition: 90_000, heal: 210_000, stop: 270_000, restart: 280_000, calm: 330_000, end: 600_000 };

/**
 * Clients that register, renew every 30 s, crash, leave, come back and are taken out of service, against three registries that tell each other; in the
 * midst of it one registry is cut off from the others for two minutes, and later another one is restarted with nothing. When all has been calm for
 * long enough, everyone must know exactly who is alive.
 */
export async function churn({
  clients: clientCount,
  seed,
  awayMs = 2 * leaseMs,
  overrideChance = 0.002,
  onLook,
}: ChurnOptions): Promise<ChurnReport> {
  const environment = createVirtualEnvironment(seed);
  const startMs = environment.now();
  const elapsed = (): number => environment.now() - startMs;
  const counts = { replicated: 0, requests: 0, maxWaiting: 0, maxGhosts: 0 };
  const missingAfter: Record<string, number> = { heal: 0, restart: 0, end: 0 };
  let isCut = false;
  const isLinked = (a: number, b: number): boolean => !(isCut && (a === 2) !== (b === 2));

  const scopes: (ApiScope | undefined)[] = [];
  const start = (own: number): ApiScope => {
    const others = Array.from({ length: registryCount }, (_, other) => other).filter((other) => other !== own);
    const registry = createRegistry({
      environment,
      peers: others.map((other) => ({ name: `r${other}`, send: (body) => carry(own, other, body) })),
    });
    return { registry, isReady: true, wallClock: () => environment.wallClock() };
  };

  async function carry(from: number, to: number, body: unknown): Promise<{ status: number; body: unknown }> {
    await pause(environment, linkMs);
    const scope = scopes[to];
    if (scope === undefined || !isLinked(from, to)) throw new Error("cannot be reached");
    const received: unknown = JSON.parse(JSON.stringify(body));
    counts.replicated += (received as { replicationList: unknown[] }).replicationList.length;
    const request = { method: "POST", path: ["peerreplication", "batch"], query: new Map<string, string>() };
    const reply = answer({ ...request, isReplicated: true, isCompact: false, body: received }, scope);
    await pause(environment, linkMs);
    if (!isLinked(from, to)) throw new Error("the answer was lost");
    return { status: reply.status, body: reply.json };
  }

  const ask = (home: number, method: string, path: readonly string[], more: AskMore = {}): ApiReply => {
    counts.requests++;
    const scope = scopes[home];
    if (scope === undefined) return { status: 599 };
    const query = new Map(Object.entries(more.query ?? {}));
    return answer({ method, path, query, isReplicated: false, isCompact: false, body: more.body }, scope);
  };

  const clients = Array.from({ length: clientCount }, (_, index): Client => ({
    app: `APP${index % Math.max(1, Math.floor(clientCount / 100))}`,
    id: `i${index}`,
    home: index % registryCount,
    isAlive: true,
    dirtyAt: environment.wallClock(),
    backAtMs: 0,
    diedAtMs: 0,
    override: undefined,
    isOverrideCertain: true,
  })); // prettier-ignore

  function renew(client: Client): void {
    if (scopes[client.home] === undefined) client.home = (client.home + 1) % registryCount;
    const { app, id, dirtyAt } = client;
    const query = { status: "UP", lastDirtyTimestamp: String(dirtyAt) };
    if (ask(client.home, "PUT", ["apps", app, id], { query }).status !== 404) return;
    const body = { instance: sentInstance(app, id, { lastDirtyTimestamp: String(dirtyAt) }) };
    ask(client.home, "POST", ["apps", app], { body });
  }

  function turn(client: Client): void {
    const isCalm = elapsed() >= plan.calm;
    if (!client.isAlive) {
      if (elapsed() < client.backAtMs && !isCalm) return;
      // What comes back in the calm would hide that nobody noticed that it was gone.
      if (isCalm) return;
      Object.assign(client, { isAlive: true, dirtyAt: environment.wallClock(), isOverrideCertain: false });
      return renew(client);
    }
    const lot = isCalm ? 1 : environment.random();
    if (lot < chances.crash + chances.leave) {
      Object.assign(client, { isAlive: false, diedAtMs: elapsed() });
      client.backAtMs = elapsed() + awayMs + environment.random() * leaseMs;
      if (lot < chances.leave) ask(client.home, "DELETE", ["apps", client.app, client.id]);
      return;
    }
    renew(client);
    if (lot < chances.crash + chances.leave + overrideChance) operate(client);
  }

  function operate(client: Client): void {
    const path = ["apps", client.app, client.id, "status"];
    const isBack = client.override !== undefined;
    const { status } = ask(client.home, isBack ? "DELETE" : "PUT", path, {
      query: { value: isBack ? "UP" : "OUT_OF_SERVICE" },
    });
    if (client.home === 1 && elapsed() > plan.stop - 1_000 && elapsed() < plan.stop) client.isOverrideCertain = false;
    if (status === 200) client.override = isBack ? undefined : "OUT_OF_SERVICE";
  }

  function look(): void {
    const lines = scopes.map((scope, index) => {
      if (scope === undefined) return "down";
      const { table } = scope.registry;
      let missing = 0;
      let ghosts = 0;
      for (const client of clients) {
        const isKnown = table.find(client.app, client.id) !== undefined;
        if (client.isAlive && !isKnown) missing++;
        if (!client.isAlive && isKnown && elapsed() - client.diedAtMs > 2 * leaseMs) ghosts++;
      }
      counts.maxGhosts = Math.max(counts.maxGhosts, ghosts);
      const since = elapsed() > plan.calm + leaseMs ? "end" : elapsed() > plan.restart ? "restart" : "heal";
      if (elapsed() > plan.heal + 30_000) missingAfter[since] = Math.max(missingAfter[since] ?? 0, missing);
      const waiting = scope.registry.peers.map((peer) => peer.waiting).join("+");
      return `r${index} size ${table.size} missing ${missing} ghosts ${ghosts} waiting ${waiting}`;
    });
    onLook?.(`${Math.round(elapsed() / 1_000)} s: ${lines.join("; ")}`);
  }

  for (let own = 0; own < registryCount; own++) scopes.push(start(own));
  for (let tick = 0; elapsed() < plan.end; tick++) {
    const nowMs = tick * tickMs;
    if (nowMs === plan.partition) isCut = true;
    if (nowMs === plan.heal) isCut = false;
    if (nowMs === plan.stop) {
      scopes[1]?.registry.close();
      scopes[1] = undefined;
    }
    if (nowMs === plan.restart) {
      const scope = start(1);
      scope.registry.fill(everything(scopes[0] as ApiScope, environment));
      scopes[1] = scope;
    }
    for (let at = tick % ticksPerTurn; at < clientCount; at += ticksPerTurn) turn(clients[at] as Client);
    if (tick > 0 && tick % ticksPerTurn === 0) look();
    await environment.advanceAsync(tickMs);
    for (const scope of scopes) {
      for (const { waiting } of scope?.registry.peers ?? []) counts.maxWaiting = Math.max(counts.maxWaiting, waiting);
    }
  }
  const registries = scopes.map((scope) => (scope as ApiScope).registry);
  const faults = registries.flatMap((registry, index) =>
    faultsOf(registry, registries[0] as Registry, clients).map((fault) => `r${index} ${fault}`),
  );
  for (const registry of registries) registry.close();
  return { ...counts, faults, alive: clients.filter(({ isAlive }) => isAlive).length, missingAfter };
}

interface AskMore {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function pause(environment: VirtualEnvironment, delayMs: number): Promise<void> {
  return new Promise((resolve) => environment.setTimer(delayMs, resolve));
}

/** What a registry takes from a peer when it starts, as over HTTP. */
function everything({ registry }: ApiScope, environment: VirtualEnvironment): readonly InstanceCopy[] {
  const scope = { registry, isReady: true, wallClock: () => environment.wallClock() };
  const request = { method: "GET", path: ["apps"], query: new Map<string, string>(), isReplicated: true };
  const { json } = answer({ ...request, isCompact: false, body: undefined }, scope);
  const { applications } = json as { applications: { application: readonly { instance: readonly unknown[] }[] } };
  return applications.application.flatMap(({ instance }) =>
    instance.map((each) => copyOf(readInstanceInfo(each, environment.wallClock()), environment.wallClock())),
  );
}

/** Every live client with the status and the age it has, and nobody else. */
function faultsOf({ table, peers }: Registry, first: Registry, clients: readonly Client[]): readonly string[] {
  const faults: string[] = [];
  let alive = 0;
  for (const { app, id, isAlive, override, isOverrideCertain, dirtyAt } of clients) {
    const found = table.find(app, id);
    const status = isOverrideCertain ? (override ?? "UP") : first.table.find(app, id)?.status;
    if (isAlive) alive++;
    if (isAlive !== (found !== undefined)) faults.push(isAlive ? `does not know ${id}` : `still knows ${id}`);
    else if (found !== undefined && found.status !== status) faults.push(`says ${id} is ${found.status}`);
    else if (found !== undefined && found.lastDirtyTimestamp < dirtyAt) faults.push(`has an old ${id}`);
  }
  if (table.size !== alive) faults.push(`has ${table.size} instances of ${alive}`);
  const waiting = peers.reduce((sum, peer) => sum + peer.waiting, 0);
  if (waiting > clients.length) faults.push(`has ${waiting} things to tell`);
  return faults;
}
