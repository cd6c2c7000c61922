import type { MethodType } from "../../call/method-type.ts";
import type { RoutedCall } from "../routed-call.ts";
import type { Router, Subset } from "../router.ts";
import { isMeant, leadsTo } from "./route-match.ts";
import { checkRules, type RouteRule, type RouteTarget } from "./route-rule.ts";

/** A router whose rules can be changed while calls run. */
export interface Routing extends Router {
  readonly rules: readonly RouteRule[];
  /** Uses other rules from the next attempt on. @throws TypeError for rules that cannot work; the present ones are kept */
  update(rules: readonly RouteRule[]): void;
  /** The same as a part of live configuration: `{ "rules": [...] }`; without rules those that it was made with. @throws as {@link Routing.update} */
  configure(settings: { readonly rules?: readonly RouteRule[] | undefined }): void;
}

interface Compiled {
  readonly rule: RouteRule;
  readonly name: string;
  readonly key: string;
  lot(): number;
}

const golden = 0.618_033_988_749_895;
/**
 * Routes calls by rules. What the schema says of a method (`@group`, `@route`) holds in any case; of what it leaves, the first rule that is for the call and
 * leads to an instance says where; without one the call may go to all of it.
 *
 * @throws TypeError that names the rule and what is wrong with it
 */
export function routing(rules: readonly RouteRule[] = []): Routing {
  let compiled = compile(rules);
  let known: Subset | undefined;
  let subsets = new Map<string, Subset>();
  let bySchema = new WeakMap<MethodType, { readonly key: string; readonly to: RouteTarget }>();

  function part(base: Subset, key: string, to: RouteTarget): Subset {
    const full = `${base.key}|${key}`;
    const found = subsets.get(full);
    if (found !== undefined) return found;
    const endpoints = Object.freeze(base.endpoints.filter((endpoint) => leadsTo(endpoint, to)));
    const made = endpoints.length === base.endpoints.length ? base : { key: full, endpoints };
    subsets.set(full, made);
    return made;
  }

  function allowedBySchema(method: MethodType, all: Subset): Subset {
    const { group, route } = method.policy;
    if (group === undefined && route === undefined) return all;
    const to = bySchema.get(method) ?? wantedBy(method);
    bySchema.set(method, to);
    return part(all, to.key, to.to);
  }

  function route(call: RoutedCall, all: Subset): Subset {
    if (known !== all) {
      known = all;
      subsets = new Map();
    }
    const allowed = allowedBySchema(call.method, all);
    for (const each of compiled) {
      const { when, to, otherwise = "next" } = each.rule;
      if (when !== undefined && !isMeant(call, when, each)) continue;
      const found = part(allowed, each.key, to);
      if (found.endpoints.length > 0 || otherwise === "fail") return found;
      if (otherwise === "any") return allowed;
    }
    return allowed;
  }

  function update(next: readonly RouteRule[]): void {
    compiled = compile(next);
    subsets = new Map();
    bySchema = new WeakMap();
  }

  return {
    name: "routing",
    get rules() {
      return compiled.map(({ rule }) => rule);
    },
    route,
    update,
    configure: ({ rules: next = rules }) => update(next),
  };
}

function compile(rules: readonly RouteRule[]): readonly Compiled[] {
  return checkRules(rules).map((rule) => {
    let lot = 0;
    // Spreads a part evenly over the calls, without chance.
    const next = (): number => (lot = (lot + golden) % 1);
    return { rule, name: rule.name ?? "", key: JSON.stringify(rule.to), lot: next };
  });
}

function wantedBy({ policy: { group, route } }: MethodType): { readonly key: string; readonly to: RouteTarget } {
  const to: RouteTarget = { group, labels: route };
  return { key: `schema ${JSON.stringify(to)}`, to };
}
