import { type MethodPolicies, methodWithPolicy } from "../call/method-policies.ts";
import type { MethodType } from "../call/method-type.ts";
import { PerMethod } from "../call/per-method.ts";
import type { MethodPolicy } from "../descriptor/descriptor.ts";
import type { LivePolicy, PolicyEntry } from "./document.ts";

/** Where a setting comes from, the strongest last. What a single call says goes before all of them. */
export type PolicyOrigin = "schema" | "code" | "live";

/** A setting that holds, and why. */
export interface ExplainedSetting {
  readonly value: unknown;
  readonly origin: PolicyOrigin;
  /** With `code` and `live`: the entry that says so, `shop.v1.Orders` or `*`. */
  readonly entry?: string | undefined;
}

type Setting = keyof LivePolicy;

/** Entries in layers, `code` below `live`. */
export interface PolicyLayers {
  readonly code: readonly PolicyEntry[];
  readonly live: readonly PolicyEntry[];
}

/** The settings of a method and where each comes from: the one precedence, for calls and for whoever asks. */
export function explainPolicy(
  method: Pick<MethodType, "service" | "path" | "policy">,
  layers: PolicyLayers,
): Readonly<Record<string, ExplainedSetting>> {
  const explained: Record<string, ExplainedSetting> = {};
  for (const [name, value] of Object.entries(method.policy)) explained[name] = { value, origin: "schema" };
  for (const origin of ["code", "live"] as const) {
    for (const { method: entry, policy } of sortedFor(method, layers[origin])) {
      for (const [name, value] of Object.entries(policy)) {
        if (value !== undefined) explained[name] = { value, origin, entry };
      }
    }
  }
  return explained;
}

/** The entries that name a method, the most exact last. */
function sortedFor(
  { service, path }: Pick<MethodType, "service" | "path">,
  entries: readonly PolicyEntry[],
): readonly PolicyEntry[] {
  const rank = ({ method }: PolicyEntry): number => {
    if (method === "*") return 1;
    const name = method.replace(/^\//, "").replace(/\/\*$/, "");
    if (name === service) return 2;
    return `/${name}` === path ? 3 : 0;
  };
  return entries.filter((entry) => rank(entry) > 0).toSorted((a, b) => rank(a) - rank(b));
}

/** Policies from two layers; methods keep their identity until a layer changes. */
export class LayeredPolicies implements MethodPolicies {
  private currentLayers: PolicyLayers;
  private readonly methods: PerMethod<MethodType>;

  constructor(layers: PolicyLayers) {
    this.currentLayers = layers;
    this.methods = new PerMethod((method) => this.laidOver(method));
  }

  get layers(): PolicyLayers {
    return this.currentLayers;
  }

  setLive(live: readonly PolicyEntry[]): void {
    this.currentLayers = { ...this.currentLayers, live };
    this.methods.clear();
  }

  of(method: MethodType): MethodType {
    return this.methods.of(method);
  }

  private laidOver(method: MethodType): MethodType {
    const explained = Object.entries(explainPolicy(method, this.currentLayers));
    if (explained.every(([, { origin }]) => origin === "schema")) return method;
    const policy = Object.fromEntries(explained.map(([name, { value }]) => [name as Setting, value])) as MethodPolicy;
    return methodWithPolicy(method, withCodes(policy));
  }
}

/** A retry that names no codes means those that hold without one. */
function withCodes(policy: MethodPolicy): MethodPolicy {
  return policy.retry?.on === undefined && policy.retry !== undefined
    ? { ...policy, retry: { ...(policy.retry as { readonly max: number }), on: [] } }
    : policy;
}

/** What holds where neither schema nor code nor document say anything, for people. */
export const policyDefaults: Readonly<Partial<Record<Setting, string>>> = Object.freeze({
  timeoutMs: "30,000 for unary calls, none for streams (createClient: timeoutMs, streamTimeoutMs)",
  retry:
    "with failover() or fromSchema(): 2 when the method may be repeated, else only what no handler saw; without a fault mode none",
  hedge: "none",
  priority: "5",
  rateLimit: "none",
  cache: "none",
  compress: "as client and server say (compression)",
  maxMessageBytes: "4,194,304 (limits.maxMessageBytes)",
});
