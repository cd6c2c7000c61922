import type { MethodType } from "../call/method-type.ts";

/** Whether a policy is for a method. */
export type MethodMatcher = (method: Pick<MethodType, "path" | "service">) => boolean;

const forms = 'Write "*", a service ("shop.v1.Orders") or a method ("shop.v1.Orders/Get").';

/**
 * Reads `*`, `shop.v1.Orders`, `shop.v1.Orders/*`, `shop.v1.Orders/Get` or the same with a slash before it.
 * @param name of what holds the pattern, for the error
 * @throws TypeError for anything else
 */
export function methodMatcher(pattern: string, name: string): MethodMatcher {
  if (pattern === "*") return () => true;
  const match = /^\/?([A-Za-z_][\w.]*)(?:\/(\*|[A-Za-z_]\w*))?$/.exec(pattern);
  if (match === null) throw new TypeError(`${name} is ${JSON.stringify(pattern)}, which names no method. ${forms}`);
  const [, service = "", member] = match;
  if (member === undefined || member === "*") return (method) => method.service === service;
  const path = `/${service}/${member}`;
  return (method) => method.path === path;
}
