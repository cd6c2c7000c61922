import type { Environment } from "../../environment/environment.ts";

/**
 * How long the event loop has been at its present turn. Requests that came in one piece are handed over one after the other in one turn: while handlers
 * that never wait compute, those behind them wait in the buffer, where neither a count of calls nor a look by timer sees them.
 */
export class TurnClock {
  private readonly environment: Environment;
  private startedAtMs: number | undefined = undefined;
  private readonly end = (): void => {
    this.startedAtMs = undefined;
  };

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Milliseconds since the first question of this turn. */
  ageMs(): number {
    const now = this.environment.now();
    if (this.startedAtMs === undefined) {
      this.startedAtMs = now;
      this.environment.yieldTurn(this.end);
    }
    return now - this.startedAtMs;
  }
}
