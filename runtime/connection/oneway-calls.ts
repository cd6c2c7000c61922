import type { RpcError } from "../errors/rpc-error.ts";
import type { ServerCall } from "./incoming-call.ts";

/** What tells one-way calls apart: all of them have the same lane [STR-4]. */
interface CallId {
  readonly idHigh: number;
  readonly idLow: number;
}

/** The one-way calls of a server's connection: those whose requests arrive, and those whose handlers run. */
export class OnewayCalls {
  private readonly calls: Map<number, ServerCall>;

  constructor() {
    this.calls = new Map();
  }

  get(id: CallId): ServerCall | undefined {
    return this.calls.get(sequenceOf(id));
  }

  add(call: ServerCall): void {
    this.calls.set(sequenceOf(call), call);
  }

  delete(call: ServerCall): void {
    this.calls.delete(sequenceOf(call));
  }

  /** Those whose requests are under way: open for both sides, while the others concern the server alone. */
  get readingCount(): number {
    let count = 0;
    for (const call of this.calls.values()) if (call.isReading) count++;
    return count;
  }

  /** Requests of some are complete. */
  get isRunning(): boolean {
    return this.readingCount < this.calls.size;
  }

  cancel(error: RpcError): void {
    for (const call of [...this.calls.values()]) call.cancel(error);
  }

  /** Ends those whose requests will not be completed. */
  cancelReading(error: RpcError): void {
    for (const call of [...this.calls.values()]) if (call.isReading) call.cancel(error);
  }
}

/** 48 bits [STR-2]. */
function sequenceOf({ idHigh, idLow }: CallId): number {
  // Stryker disable next-line ArithmeticOperator: other sums tell ids apart as well
  return idHigh * 65_536 + (idLow >>> 16);
}
