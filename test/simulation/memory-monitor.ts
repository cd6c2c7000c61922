import type { MemoryBudget } from "../../runtime/connection/memory-budget.ts";
import type { Multiplexer } from "../../runtime/connection/multiplexer.ts";
import type { ServerBudgets } from "./plan.ts";
import type { Verdict } from "./verdict.ts";

/** A budget of a server, and what of each connection is charged to it. */
interface Account {
  readonly what: string;
  readonly budget: MemoryBudget;
  readonly maxBytes: number;
  readonly bytesOf: (machine: Multiplexer) => number;
  machines: Multiplexer[];
}

/** I-8: what a server holds for all of its connections together is within its budgets, and the budgets know of all of it. */
export class MemoryMonitor {
  private readonly verdict: Verdict;
  private readonly limits: ServerBudgets;
  private readonly accounts: Account[];

  constructor(verdict: Verdict, limits: ServerBudgets) {
    this.verdict = verdict;
    this.limits = limits;
    this.accounts = [];
  }

  /** A connection of a server has begun. */
  add(machine: Multiplexer): void {
    const { maxInboundBytes, maxTotalOutboundBytes } = this.limits;
    this.charge(machine, machine.memory, "arrived", maxInboundBytes, inboundOf);
    this.charge(machine, machine.outboundMemory, "wait to be sent", maxTotalOutboundBytes, outboundOf);
  }

  /** At every step. */
  look(): void {
    for (const account of this.accounts) this.check(account);
  }

  private charge(
    machine: Multiplexer,
    budget: MemoryBudget | undefined,
    what: string,
    maxBytes: number,
    bytesOf: Account["bytesOf"],
  ): void {
    if (budget === undefined) return;
    const known = this.accounts.find((account) => account.budget === budget);
    if (known === undefined) this.accounts.push({ what, budget, maxBytes, bytesOf, machines: [machine] });
    else known.machines.push(machine);
  }

  private check(account: Account): void {
    const { what, budget, maxBytes, bytesOf } = account;
    const { usedBytes } = budget;
    const heldBytes = account.machines.reduce((sum, machine) => sum + bytesOf(machine), 0);
    this.verdict.expect(
      usedBytes <= maxBytes,
      "I-8",
      () => `${usedBytes} bytes of a server ${what}, and ${maxBytes} may`,
    );
    this.verdict.expect(
      usedBytes === heldBytes,
      "I-8",
      () => `${heldBytes} bytes of a server ${what}, and its budget knows of ${usedBytes}`,
    );
  }
}

/** Items and parts of messages that have arrived, and requests whose handlers have not come to their end. */
function inboundOf({ messages, role }: Multiplexer): number {
  // Nobody else has to know what the requests of a connection take.
  const { requestBytes } = role as unknown as { readonly requestBytes: number };
  return messages.window.held + messages.partialBytes + requestBytes;
}

function outboundOf({ outbound }: Multiplexer): number {
  return outbound.waitingBytes;
}
