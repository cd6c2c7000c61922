import { readInstance } from "./instance-json.ts";
import type { Instance } from "./instance.ts";

/** What is left of a list of a stranger. */
export interface Intake {
  /** Checked, without repetition, by id. An instance that did not change is the object that it was. */
  readonly instances: ReadonlyMap<string, Instance>;
  readonly skipped: number;
}

/** Rules of an {@link Intake}. */
export interface IntakeOptions {
  readonly maxInstances: number;
  readonly allow?: ((instance: Instance) => boolean) | undefined;
}

/** Checks a list; what is wrong with an entry costs that entry and nothing else. */
export function takeIn(
  list: readonly unknown[],
  earlier: ReadonlyMap<string, Instance>,
  { maxInstances, allow }: IntakeOptions,
): Intake {
  const instances = new Map<string, Instance>();
  for (const entry of list) {
    if (instances.size >= maxInstances) break;
    const instance = checked(entry);
    if (instance === undefined || instances.has(instance.id) || !isAllowed(instance, allow)) continue;
    const known = earlier.get(instance.id);
    instances.set(instance.id, known !== undefined && isSame(known, instance) ? known : instance);
  }
  return { instances, skipped: list.length - instances.size };
}

function checked(entry: unknown): Instance | undefined {
  try {
    return readInstance(entry);
  } catch {
    return undefined;
  }
}

/** A filter that throws allows nothing. */
function isAllowed(instance: Instance, allow: IntakeOptions["allow"]): boolean {
  if (allow === undefined) return true;
  try {
    return allow(instance) === true;
  } catch {
    return false;
  }
}

/** Both come from `readInstance`, which gives fields in one order. */
function isSame(left: Instance, right: Instance): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
