import type { Testee } from "./run-vectors.mjs";

/** A program under test. */
export interface TesteeProcess extends Testee {
  /** Ends its input and waits for it to end. */
  close(): Promise<void>;
}

export function startTestee(command: string): TesteeProcess;
