import { RpcError } from "../../runtime/errors/rpc-error.ts";
import type { Lots } from "./mutate.ts";
import type { Meter } from "./watch.ts";

/** What is attacked. A case is decided by its lots alone. */
export interface Target {
  /**
   * @param meter told of each step, with the bytes of a peer that it dealt with
   * @throws Finding, or whatever the code under attack lets through
   */
  run(lots: Lots, meter: Meter): void;
}

/** Something that must not be. */
export class Finding extends Error {}

/** Runs what may fail with an error of ours only. @returns true when it did not fail */
export function allowTyped(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (RpcError.is(error)) return false;
    throw error;
  }
}
