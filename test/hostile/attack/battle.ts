import { readFileSync } from "node:fs";
import { type Role, startRole } from "../../processes/role.ts";
import { type AllLimits, type Attack, createArena, type Finding, usualLimits } from "./arena.ts";
import type { BystanderReport } from "./bystander.ts";
import type { VictimState } from "./victim.ts";

/** What an attack did. */
export interface Battle {
  readonly name: string;
  readonly how: string;
  readonly finding: Finding | undefined;
  /** The process of the server lived on and answered afterwards. */
  readonly survived: boolean;
  /** Resident memory at its highest, above what it was before. -1 where /proc is not there. */
  readonly peakBytes: number;
  readonly budgetBytes: number;
  readonly mostHandlers: number;
  readonly handlerConnections: number;
  /** From the end of the connections to the end of the last handler. */
  readonly abortMs: number;
  readonly pollution: readonly string[];
  readonly bystander: BystanderReport;
}

export interface BattleOptions {
  /** 1: full size. */
  readonly scale: number;
  readonly limits?: Partial<AllLimits>;
  /** Of the server's process. */
  readonly nodeFlags?: readonly string[];
}

/** Attacks a fresh server process while a good client works with it. */
export async function fight(
  attack: Attack,
  { scale, limits: given = {}, nodeFlags = [] }: BattleOptions,
): Promise<Battle> {
  const limits = { ...usualLimits, ...given };
  const victim = startRole("victim", { nodeFlags });
  const bystander = startRole("bystander");
  try {
    const port = await victim.request<number>("listen", given);
    await bystander.request("start", port);
    const before = memoryOf(victim.pid, "VmRSS");
    const arena = createArena(port, scale, {
      limits,
      check: () => bystander.request("check"),
      disconnected: (count) => victim.request("disconnected", count),
    });
    const finding = await attack.run(arena);
    const ended = performance.now();
    arena.resetAll();
    const isQuiet = await becomesQuiet(victim);
    const abortMs = performance.now() - ended;
    await bystander.request("check");
    const state = await victim.request<VictimState>("look");
    const peakBytes = memoryOf(victim.pid, "VmHWM") - before;
    const report = await bystander.request<BystanderReport>("stop");
    return {
      name: attack.name,
      how: attack.how,
      finding,
      survived: isQuiet && report.failures.length === 0,
      peakBytes: before < 0 ? -1 : peakBytes,
      budgetBytes: attack.budgetBytes?.(limits) ?? 0,
      mostHandlers: state.mostHandlers,
      handlerConnections: attack.connectionsAtOnce ?? 1,
      abortMs,
      pollution: state.pollution,
      bystander: report,
    };
  } finally {
    await Promise.all([victim.stop(), bystander.stop()]);
  }
}

const quietMs = 10_000;

/** False when handlers still hang long after their connections ended. */
async function becomesQuiet(victim: Role): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), quietMs)));
  const isQuiet = await Promise.race([victim.request("quiet").then(() => true), limit]);
  clearTimeout(timer);
  return isQuiet;
}

/** A line of /proc/pid/status, in bytes. */
export function memoryOf(pid: number, name: "VmRSS" | "VmHWM"): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return -1;
  }
}
