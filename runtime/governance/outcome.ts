import type { RpcError } from "../errors/rpc-error.ts";

/** How one attempt on one endpoint ended. */
export interface Outcome {
  /**
   * Milliseconds from the choice of the endpoint to the end; of attempts that were cancelled here (`cancelled_by_caller`), the least that it would have taken.
   * Undefined where it says nothing about the endpoint: for streams, and for attempts that were never sent.
   */
  readonly latencyMs: number | undefined;
  /** Undefined: it went well. `reasons[error.reason].retryable`: no handler saw it. */
  readonly error: RpcError | undefined;
}
