import type { Environment } from "../environment/environment.ts";

/** Questions that one reading answers at most: what runs between them (handlers, for one) takes its time. */
const mostAnswers = 16;

/** Who sees to it that {@link TurnClock.endTurn} is called at the end of a turn. */
export interface Turn {
  wake(): void;
}

/**
 * The clock of a connection, read once for the calls of a turn: a reading takes about 40 ns, and a call would need four (bench `calls`).
 * What it says may be old by the time that 16 calls take, and always belongs to the current turn.
 */
export class TurnClock {
  private readonly environment: Environment;
  private readonly turn: Turn;
  private nowMs: number;
  private answers: number;

  constructor(environment: Environment, turn: Turn) {
    this.environment = environment;
    this.turn = turn;
    this.nowMs = 0;
    this.answers = 0;
  }

  /** As `Environment.now`, at some moment of this turn. */
  now(): number {
    if (this.answers === 0) {
      this.turn.wake();
      return this.read();
    }
    this.answers--;
    return this.nowMs;
  }

  /** Looks at the clock. Whoever asks calls {@link endTurn} later in this turn. */
  read(): number {
    this.answers = mostAnswers;
    return (this.nowMs = this.environment.now());
  }

  /** What was read holds no longer. */
  endTurn(): void {
    this.answers = 0;
  }
}
