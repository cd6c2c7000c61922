import type { Environment, Timer } from "../environment/environment.ts";

/** What {@link Farewell} needs. */
export interface FarewellOptions {
  readonly environment: Environment;
  /** Milliseconds that a peer has to close. */
  readonly closeMs: number;
  /** Nothing is left to do but to close. */
  readonly isDrained: () => boolean;
  /** Ends the connection politely. */
  readonly onDone: () => void;
  /** Calls took longer than the grace. */
  readonly onGraceOver: (graceMs: number) => void;
}

/** The end of a connection that drains: how long its calls may take, and who closes. */
export class Farewell {
  private readonly options: FarewellOptions;
  private graceTimer: Timer | undefined;
  private graceEndMs: number;
  private patience: Timer | undefined;

  constructor(options: FarewellOptions) {
    this.options = options;
    this.graceTimer = undefined;
    this.graceEndMs = Infinity;
    this.patience = undefined;
  }

  /** From now on. The shortest grace counts. */
  limitGrace(graceMs: number): void {
    const { environment, isDrained, onDone, onGraceOver } = this.options;
    const endMs = environment.now() + graceMs;
    if (endMs >= this.graceEndMs) return;
    this.graceEndMs = endMs;
    this.graceTimer?.cancel();
    this.graceTimer = environment.setTimer(graceMs, () => (isDrained() ? onDone() : onGraceOver(graceMs)));
  }

  /**
   * A drained server lets its client close first, who has read everything then [GOA-2]. Closed from here, a client that was kept from its work for a while
   * might write before it reads: where somebody in between has closed both directions, or this side has after its patience, that write fails, and with it goes the
   * socket with the replies and the GOAWAY in it.
   */
  awaitPeer(): void {
    if (this.patience !== undefined) return;
    const { environment, closeMs, onDone } = this.options;
    const waitMs = Math.min(closeMs, this.graceEndMs - environment.now());
    this.patience = environment.setTimer(Math.max(waitMs, 0), onDone);
  }

  /** The connection has ended. */
  close(): void {
    this.graceTimer?.cancel();
    this.patience?.cancel();
  }
}
