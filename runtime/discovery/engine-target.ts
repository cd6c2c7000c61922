import { isServiceName } from "./instance-json.ts";
import type { Instance } from "./instance.ts";
import type { Target } from "./target.ts";

/** The service that a target of a registry names. @throws TypeError when it names none */
export function serviceOf(target: Target): string {
  if (isServiceName(target.path)) return target.path;
  const example = `"${target.scheme}://${target.authorities.join(",")}/shop.v1.Orders"`;
  const found = target.path === "" ? "names no service" : `names "${target.path}", which cannot be a service`;
  throw new TypeError(`"${target.text}" ${found}. Write it as in ${example}.`);
}

/** The service under which an instance is registered. @throws TypeError when the target names another */
export function registeredService(target: Target, instance: Instance): string {
  if (target.path === "" || target.path === instance.service) return instance.service;
  throw new TypeError(
    `"${target.text}" names the service "${target.path}", but the instance offers "${instance.service}". Leave the path out of the target.`,
  );
}

/** @throws TypeError when the target has another scheme, no server, or a parameter that the engine does not read */
export function checkEngineTarget(target: Target, scheme: string, parameters: readonly string[]): void {
  if (target.scheme !== scheme) {
    throw new TypeError(`"${target.text}" has the scheme "${target.scheme}"; this engine reads "${scheme}".`);
  }
  if (target.authorities.length === 0) {
    throw new TypeError(`"${target.text}" names no server. Write it as in "${scheme}://host/shop.v1.Orders".`);
  }
  const stranger = Object.keys(target.parameters).find((name) => !parameters.includes(name));
  if (stranger === undefined) return;
  const known = parameters.length === 0 ? "none is read" : `expected ${parameters.join(", ")}`;
  throw new TypeError(`"${target.text}" has the parameter "${stranger}"; ${known}.`);
}

/** An id as one segment of a path: `/` and `%` are escaped, and what would mean a folder. */
export function pathSegment(id: string): string {
  return /^\.\.?$/.test(id) ? id.replaceAll(".", "%2E") : id.replaceAll(/[%/]/g, encodeURIComponent);
}

/** The parameter `prefix` of targets whose registry has paths. @throws TypeError for one that is no path */
export function pathPrefix(target: Target): string {
  const { prefix = "/rpcgen" } = target.parameters;
  if (/^(?:\/[^/]+)+$/.test(prefix)) return prefix;
  throw new TypeError(
    `"${target.text}" has the prefix "${prefix}"; write a path that begins with "/" and does not end so.`,
  );
}
