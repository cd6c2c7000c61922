import type { Endpoint } from "../../discovery/endpoint.ts";
import { schemaKey } from "../balance/hash-key.ts";
import { hashOf } from "../balance/hash.ts";
import type { RoutedCall } from "../routed-call.ts";
import type { RouteCondition, RouteTarget } from "./route-rule.ts";

/** True for an instance that a rule leads to. */
export function leadsTo({ instance }: Endpoint, to: RouteTarget): boolean {
  if (to.group !== undefined && instance.group !== to.group) return false;
  if (to.alias !== undefined && instance.aliases?.includes(to.alias) !== true) return false;
  if (to.version !== undefined && !isVersion(instance.version, to.version)) return false;
  if (to.zone !== undefined && !isInZone(instance.zone, to.zone)) return false;
  return hasAll(to.labels, (name) => instance.labels[name]);
}

/** `1.x` is any that begins with `1.`; anything else is meant as it stands. */
function isVersion(version: string | undefined, wanted: string): boolean {
  if (version === undefined) return false;
  if (wanted === "x" || wanted === version) return true;
  return wanted.endsWith(".x") && version.startsWith(wanted.slice(0, -1));
}

function isInZone(zone: string | undefined, wanted: string): boolean {
  return zone === wanted || zone?.startsWith(`${wanted}/`) === true;
}

function hasAll(
  wanted: Readonly<Record<string, string | readonly string[]>> | undefined,
  valueOf: (name: string) => string | undefined,
): boolean {
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(([name, value]) => {
    const found = valueOf(name);
    if (found === undefined) return false;
    return typeof value === "string" ? value === "*" || value === found : value.includes(found);
  });
}

/** True for a call that a rule is for. @param lot asked when the call is one of a part and has nothing that keeps it on one side */
export function isMeant(
  call: RoutedCall,
  when: RouteCondition,
  rule: { readonly name: string; lot(): number },
): boolean {
  const { method } = call;
  if (when.methods !== undefined && !when.methods.some((name) => name === method.path || name === method.service))
    return false;
  if (when.metadata !== undefined) {
    const { metadata } = call;
    if (!hasAll(when.metadata, (name) => metadata.get(name))) return false;
  }
  if (when.percent === undefined) return true;
  const key = stickyKey(call, when.stickyBy);
  // The name of the rule keeps two rules from choosing the same callers.
  const lot = key === undefined ? rule.lot() : hashOf(`${rule.name}:${String(key)}`) / 2 ** 32;
  return lot * 100 < when.percent;
}

function stickyKey(call: RoutedCall, stickyBy: string | undefined): unknown {
  if (stickyBy === undefined) return undefined;
  return stickyBy === "@hashKey" ? schemaKey(call) : call.metadata.get(stickyBy);
}
