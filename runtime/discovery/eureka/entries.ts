import { instanceToText } from "../instance-json.ts";
import { instanceFromEureka, type EurekaInstance } from "./eureka-instance.ts";

/** The instances of an answer as entries of a list; what cannot be read comes as it is and is left out there. */
export function entriesOf(instances: unknown, service: string): readonly (readonly [string, string])[] {
  const list: readonly unknown[] = Array.isArray(instances) ? instances : instances === undefined ? [] : [instances];
  return list.map((given, index) => entryOf(given, index, service));
}

function entryOf(given: unknown, index: number, service: string): readonly [string, string] {
  const key = String((given as EurekaInstance | null)?.["instanceId"] ?? index);
  try {
    return [key, instanceToText(instanceFromEureka(given as EurekaInstance, service))];
  } catch (error) {
    return [key, `no instance: ${error instanceof Error ? error.message : ""}`];
  }
}
