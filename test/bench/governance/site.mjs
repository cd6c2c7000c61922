/** What the measurements of governance share: a service of one method, and figures. */
import * as codegen from "@rpcgen/runtime/codegen";
import { methodIdFromPath } from "@rpcgen/runtime/descriptor";

const path = "/bench.v1.Bench/Ping";

/**
 * A service with one empty method.
 * @param {Record<string, any>} [policy]
 * @param {"unknown" | "idempotent"} [idempotency]
 * @param {Pick<typeof codegen, "methodType" | "serviceType" | "emptyType">} [build] of which build of the runtime
 */
export function pingService(policy = {}, idempotency = "unknown", build = codegen) {
  const { methodType, serviceType, emptyType } = build;
  const ping = methodType(
    /** @type {any} */ ({
      kind: "unary",
      name: "ping",
      member: "ping",
      service: "bench.v1.Bench",
      path,
      id: methodIdFromPath(path),
      oneway: false,
      idempotency,
      request: emptyType,
      response: emptyType,
      errors: [],
      policy,
    }),
  );
  return serviceType({
    name: "bench.v1.Bench",
    methods: [ping],
    stub: (/** @type {any} */ invoker) => ({
      ping: (/** @type {any} */ request, /** @type {any} */ options) => invoker.unary(ping, request, options),
    }),
  });
}

/** @param {readonly number[]} values @param {number} share 0.5: the median */
export function quantile(values, share) {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Microseconds of CPU of this process since `before`. @param {NodeJS.CpuUsage} before */
export function cpuSince(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
