import type { Instance, InstanceStatus } from "./instance.ts";
import { parseTarget } from "./parse-target.ts";

/** What an instance may have, in characters and items. */
export const instanceLimits: {
  readonly maxIdLength: number;
  readonly maxServiceLength: number;
  readonly maxAddressLength: number;
  readonly maxNameLength: number;
  readonly maxWeight: number;
  readonly maxPriority: number;
  readonly maxNames: number;
  readonly maxLabels: number;
  readonly maxLabelNameLength: number;
  readonly maxLabelValueLength: number;
  readonly maxTextLength: number;
} = Object.freeze({
  maxIdLength: 255,
  maxServiceLength: 255,
  maxAddressLength: 1_024,
  maxNameLength: 255,
  maxWeight: 10_000,
  maxPriority: 65_535,
  maxNames: 32,
  maxLabels: 64,
  maxLabelNameLength: 128,
  maxLabelValueLength: 1_024,
  maxTextLength: 131_072,
});

/** Weight of an instance that does not name one. */
export const defaultWeight = 100;

/** Why data are not an instance. */
export class InstanceError extends TypeError {
  /** What is wrong: `address`, `labels.canary`; empty when it is no object at all. */
  readonly field: string;

  constructor(field: string, fault: string) {
    super(field === "" ? `Not an instance: ${fault}.` : `Not an instance: its ${field} is ${fault}.`);
    this.name = "InstanceError";
    this.field = field;
  }
}

/** The instance as plain data for a registry; what has its default is left out. {@link readInstance} reads it back. */
export function instanceToJson(instance: Instance): Record<string, unknown> {
  const { id, service, address, weight, status, labels, ...rest } = instance;
  const json: Record<string, unknown> = { id, service, address };
  if (weight !== defaultWeight) json["weight"] = weight;
  if (status !== "up") json["status"] = status;
  const { priority, group, version, aliases, zone, protocols, limits, startedAtMs } = rest;
  const optional = { priority, group, version, aliases, zone, protocols, limits, startedAtMs };
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) json[name] = value;
  if (Object.keys(labels).length > 0) json["labels"] = labels;
  return json;
}

/** {@link instanceToJson} as text. */
export function instanceToText(instance: Instance): string {
  return JSON.stringify(instanceToJson(instance));
}

/**
 * Reads an instance from text of a registry.
 * @throws InstanceError that names the field at fault
 */
export function readInstanceText(text: string): Instance {
  if (text.length > instanceLimits.maxTextLength) {
    throw new InstanceError("", `its text has ${text.length} characters, more than ${instanceLimits.maxTextLength}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InstanceError("", "its text is not JSON");
  }
  return readInstance(value);
}

/** What {@link readInstance} gave: frozen in all its parts, so a list of which one entry changed is not checked anew. */
const alreadyRead = new WeakSet<object>();

/**
 * Checks data of a stranger and gives them back as an instance, frozen, with defaults for what was left out. Fields that are not known are ignored:
 * they may be of a later version.
 * @throws InstanceError that names the field at fault
 */
export function readInstance(value: unknown): Instance {
  if (!isRecord(value)) throw new InstanceError("", `expected an object, found ${describe(value)}`);
  if (alreadyRead.has(value)) return value as unknown as Instance;
  const instance: Instance = Object.freeze({
    id: visible(value["id"], "id", instanceLimits.maxIdLength),
    service: serviceName(value["service"]),
    address: address(value["address"]),
    weight: value["weight"] === undefined ? defaultWeight : whole(value["weight"], "weight", instanceLimits.maxWeight),
    status: status(value["status"]),
    ...(value["priority"] === undefined
      ? {}
      : { priority: whole(value["priority"], "priority", instanceLimits.maxPriority) }),
    ...optionalNames(value),
    labels: labels(value["labels"]),
    ...optionalList(value["aliases"], "aliases"),
    ...optionalList(value["protocols"], "protocols"),
    ...limits(value["limits"]),
    ...(value["startedAtMs"] === undefined
      ? {}
      : { startedAtMs: whole(value["startedAtMs"], "startedAtMs", Number.MAX_SAFE_INTEGER) }),
  });
  alreadyRead.add(instance);
  return instance;
}

type Data = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown, field: string, maxLength: number): string {
  if (typeof value !== "string") throw new InstanceError(field, `${describe(value)}; expected text`);
  if (value.length > maxLength) {
    throw new InstanceError(field, `${value.length} characters long; at most ${maxLength} are allowed`);
  }
  if (/\p{Cc}|\p{Cs}/u.test(value)) throw new InstanceError(field, "text with control characters");
  return value;
}

/** Text that can stand in keys and logs: visible ASCII without spaces. */
function visible(value: unknown, field: string, maxLength: number): string {
  const found = text(value, field, maxLength);
  if (!/^[\x21-\x7e]+$/.test(found)) {
    throw new InstanceError(field, `${describe(found)}; expected visible ASCII characters`);
  }
  return found;
}

function serviceName(value: unknown): string {
  const found = text(value, "service", instanceLimits.maxServiceLength);
  if (!isServiceName(found))
    throw new InstanceError("service", `${describe(found)}; expected a name as "shop.v1.Orders"`);
  return found;
}

/** True for what can be the name of a service: letters, digits, `.`, `_` and `-`, neither `.` nor `..`. */
export function isServiceName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name) && name.length <= instanceLimits.maxServiceLength;
}

function address(value: unknown): string {
  const found = visible(value, "address", instanceLimits.maxAddressLength);
  let target;
  try {
    target = parseTarget(found);
  } catch {
    throw new InstanceError("address", `${describe(found)}; expected a form as "tcp://10.0.0.5:9000"`);
  }
  const needsPort = target.scheme === "tcp" || target.scheme === "tls";
  const hasPort = /:\d+$/.test(target.authorities[0] ?? "");
  if (target.authorities.length > 1 || (needsPort && (!hasPort || target.path !== ""))) {
    throw new InstanceError("address", `${describe(found)}; expected one address as "tcp://10.0.0.5:9000"`);
  }
  if (target.credentials !== undefined) throw new InstanceError("address", "an address with a user in it");
  return found;
}

function whole(value: unknown, field: string, max: number, min = 0): number {
  // JSON writes -0 as 0, so that is what it is.
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value + 0;
  throw new InstanceError(field, `${describe(value)}; expected a whole number from ${min} to ${max}`);
}

function status(value: unknown): InstanceStatus {
  if (value === undefined) return "up";
  if (value === "up" || value === "draining" || value === "down") return value;
  throw new InstanceError("status", `${describe(value)}; expected "up", "draining" or "down"`);
}

function optionalNames(value: Data): Partial<Record<"group" | "version" | "zone", string>> {
  const found: Partial<Record<"group" | "version" | "zone", string>> = {};
  for (const field of ["group", "version", "zone"] as const) {
    if (value[field] !== undefined) found[field] = text(value[field], field, instanceLimits.maxNameLength);
  }
  return found;
}

function optionalList<Field extends string>(value: unknown, field: Field): Partial<Record<Field, readonly string[]>> {
  if (value === undefined) return {};
  if (!Array.isArray(value)) throw new InstanceError(field, `${describe(value)}; expected a list`);
  if (value.length > instanceLimits.maxNames) {
    throw new InstanceError(field, `a list of ${value.length}; at most ${instanceLimits.maxNames} are allowed`);
  }
  const names = value.map((name, index) => visible(name, `${field}[${index}]`, instanceLimits.maxNameLength));
  return { [field]: Object.freeze(names) } as Partial<Record<Field, readonly string[]>>;
}

function labels(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return Object.freeze({});
  if (!isRecord(value)) throw new InstanceError("labels", `${describe(value)}; expected an object`);
  const entries = Object.entries(value);
  if (entries.length > instanceLimits.maxLabels) {
    throw new InstanceError("labels", `${entries.length} pairs; at most ${instanceLimits.maxLabels} are allowed`);
  }
  const { maxLabelNameLength, maxLabelValueLength } = instanceLimits;
  const checked = entries.map(([name, label]) => {
    if (text(name, "labels", maxLabelNameLength) === "") throw new InstanceError("labels", "one with an empty name");
    return [name, text(label, `labels.${name}`, maxLabelValueLength)] as const;
  });
  return Object.freeze(Object.fromEntries(checked));
}

function limits(value: unknown): Pick<Instance, "limits"> {
  if (value === undefined) return {};
  if (!isRecord(value)) throw new InstanceError("limits", `${describe(value)}; expected an object`);
  const { maxCalls } = value;
  if (maxCalls === undefined) return { limits: Object.freeze({}) };
  return { limits: Object.freeze({ maxCalls: whole(maxCalls, "limits.maxCalls", 2 ** 31 - 1, 1) }) };
}

/** A value in few words, for an error: a stranger's text is cut and quoted. */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (typeof value === "number") return String(value);
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
