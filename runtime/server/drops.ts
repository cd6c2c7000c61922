import type { MethodType } from "../call/method-type.ts";
import type { Environment } from "../environment/environment.ts";
import { quietly } from "../errors/quietly.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { ServerInterceptor } from "../interceptor/interceptor.ts";

/** Keeps count of one-way calls that no handler sees: their callers are not told, so this server has to say it. */
export interface Drops {
  /** @param method undefined: the server has no such method */
  note(method: MethodType | undefined, error: RpcError, peer: string): void;
}

/** What a {@link Drops} needs. */
export interface DropsOptions {
  readonly environment: Environment;
  readonly interceptors: readonly ServerInterceptor[];
  /** @param where the path of the method, or what stands for those that are not there */
  readonly report: (error: RpcError, where: string, peer: string) => void;
}

/** Milliseconds between two reports about a method: a flood of calls must be no flood of lines. */
const quietMs = 10_000;
const unknownMethods = "(unknown method)";

/** Each is told to the interceptors; the first of a method is reported, then how many there were since, while there are more. */
export function createDrops({ environment, interceptors, report }: DropsOptions): Drops {
  const told = interceptors.filter(({ dropped }) => dropped !== undefined);
  /** By path; no more than the server has methods. */
  const kept = new Map<string, { reportedMs: number; count: number }>();

  function summarize(where: string, error: RpcError, peer: string): void {
    const nowMs = environment.now();
    let entry = kept.get(where);
    if (entry === undefined) kept.set(where, (entry = { reportedMs: -Infinity, count: 0 }));
    entry.count++;
    if (nowMs - entry.reportedMs < quietMs) return;
    const calls = entry.count === 1 ? "A one-way call was" : `${entry.count} one-way calls were`;
    entry.reportedMs = nowMs;
    entry.count = 0;
    const { code, reason } = error;
    report(new RpcError({ code, reason, message: `${calls} dropped: ${error.message}` }), where, peer);
  }

  return {
    note(method, error, peer) {
      if (method !== undefined) for (const interceptor of told) quietly(() => interceptor.dropped?.(method, error));
      summarize(method?.path ?? unknownMethods, error, peer);
    },
  };
}
