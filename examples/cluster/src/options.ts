import { parseArgs } from "node:util";
import type { RegistryName } from "./engine.js";

/** How a run goes. */
export interface Options {
  readonly registry: RegistryName;
  /** How long each phase lasts, without what it takes to start processes. */
  readonly seconds: number;
}

const names: readonly string[] = ["registry", "etcd", "zookeeper"] satisfies RegistryName[];

/** Reads the command line. @throws TypeError or RangeError that says what was expected */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { registry: { type: "string", default: "registry" }, seconds: { type: "string", default: "2" } },
  });
  const seconds = Number(values.seconds);
  if (!names.includes(values.registry)) {
    throw new RangeError(`--registry is "${values.registry}"; expected one of ${names.join(", ")}.`);
  }
  if (!(seconds >= 1 && seconds <= 600)) {
    throw new RangeError(`--seconds is "${values.seconds}"; expected a number from 1 to 600.`);
  }
  return { registry: values.registry as RegistryName, seconds };
}
