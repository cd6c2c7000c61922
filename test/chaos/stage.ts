import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFaultProxy, type FaultProxy } from "../../runtime/testing/fault-proxy.ts";
import { type Role, startRole } from "../processes/role.ts";
import type { ClientReport } from "./client.ts";

/** A server process, the proxy before it and a client process that calls it through the proxy. */
export interface Line {
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly client: Role;
  server: Role;
  /** Another process on the same port, once the old one is gone. */
  restart(): Promise<void>;
}

/** Everything a scenario plays with. */
export interface Stage {
  readonly lines: readonly Line[];
  /** Ids of executions, as the servers noted them; killed ones too. */
  executions(): readonly string[];
  close(): Promise<void>;
}

/** What the client holds its peer to, so that a run is short. */
export const keepalive = { keepaliveMs: 1_000, keepaliveTimeoutMs: 500 } as const;

/** Starts processes and warms them up. */
export async function createStage(count: number, waitForReady: boolean): Promise<Stage> {
  const folder = temporaryFolder();
  const log = join(folder, "executions");
  const lines: Line[] = [];
  for (let index = 0; index < count; index++) lines.push(await openLine({ name: `${index}`, log, waitForReady }));
  return stageOf(lines, folder);
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "rpcgen-chaos-"));
}

/** @param folder holds the file of executions, and is removed in the end */
export function stageOf(lines: readonly Line[], folder: string, onClose: () => void = () => undefined): Stage {
  return {
    lines,
    executions: () => readFileSync(join(folder, "executions"), "utf8").split("\n").filter(Boolean),
    async close() {
      try {
        await Promise.all(lines.map(({ proxy }) => proxy.close()));
        await Promise.all(lines.flatMap(({ client, server }) => [client.stop(), server.stop()]));
      } finally {
        rmSync(folder, { recursive: true, force: true });
        onClose();
      }
    },
  };
}

/** What a line is made of. */
export interface LineOptions {
  readonly name: string;
  readonly log: string;
  readonly waitForReady: boolean;
  /** Where the server listens. Default: a port of loopback that the system chooses. */
  readonly address?: string;
  /** Starts the process of either side. */
  readonly start?: (role: "server" | "client") => Role;
  /** The client goes past the proxy. */
  readonly isDirect?: boolean;
}

export async function openLine(options: LineOptions): Promise<Line> {
  const { name, log, waitForReady, start = startRole, isDirect = false } = options;
  const server = start("server");
  const address = await server.request<string>("listen", { address: options.address ?? "tcp://127.0.0.1:0", log });
  const proxy = await createFaultProxy({ target: address });
  const client = start("client");
  const target = isDirect ? address : proxy.address;
  // Where none may fail, a machine that lets a process wait for a second must not pass for a dead peer.
  const limits = waitForReady ? {} : keepalive;
  await client.request("start", { target, name, waitForReady, insecure: isDirect, limits });
  await client.request("untilSuccess");
  const line: Line = {
    name,
    proxy,
    client,
    server,
    async restart() {
      line.server = start("server");
      await line.server.request("listen", { address, log });
    },
  };
  return line;
}

/** The sum of what clients saw. */
export interface Tally {
  ok: number;
  failed: Record<string, number>;
  texts: Record<string, string>;
  answered: string[];
  wrong: string[];
  open: number;
  latestMs: number;
}

export async function tallyOf(stage: Stage): Promise<Tally> {
  const sum: Tally = { ok: 0, failed: {}, texts: {}, answered: [], wrong: [], open: 0, latestMs: -Infinity };
  for (const { client } of stage.lines) {
    const report = await client.request<ClientReport>("look");
    sum.ok += report.ok;
    sum.open += report.open;
    sum.answered.push(...report.answered);
    sum.wrong.push(...report.wrong);
    sum.texts = { ...report.texts, ...sum.texts };
    sum.latestMs = Math.max(sum.latestMs, report.latestMs);
    for (const [reason, times] of Object.entries(report.failed)) sum.failed[reason] = (sum.failed[reason] ?? 0) + times;
  }
  return sum;
}
