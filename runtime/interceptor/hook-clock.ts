import type { Environment, Timer } from "../environment/environment.ts";

/**
 * The environment of plugins and fault modes. Its clock stands still while the hooks of one call run, one after the other and without a wait: they share one reading, which
 * costs as much as what most of them do (bench `governance`).
 */
export class HookClock implements Environment {
  /** Whose clock never stands still. */
  readonly environment: Environment;
  private isHeld: boolean;
  /** `NaN` until it is asked for. */
  private heldMs: number;

  constructor(environment: Environment) {
    this.environment = environment;
    this.isHeld = false;
    this.heldMs = Number.NaN;
  }

  /** Until {@link release}, which has to follow in the same turn, it is `nowMs`; without it, what the first who asks reads. */
  hold(nowMs: number = Number.NaN): void {
    this.isHeld = true;
    this.heldMs = nowMs;
  }

  /** @returns what was read since {@link hold}, or what that was given; `NaN`: nobody asked */
  release(): number {
    this.isHeld = false;
    return this.heldMs;
  }

  // Functions that may be taken off the object, as those of other environments.
  readonly now = (): number => {
    if (!this.isHeld) return this.environment.now();
    if (Number.isNaN(this.heldMs)) this.heldMs = this.environment.now();
    return this.heldMs;
  };

  readonly wallClock = (): number => this.environment.wallClock();
  readonly setTimer = (delayMs: number, action: () => void): Timer => this.environment.setTimer(delayMs, action);
  readonly defer = (action: () => void): void => this.environment.defer(action);
  readonly yieldTurn = (action: () => void): void => this.environment.yieldTurn(action);
  readonly random = (): number => this.environment.random();
  readonly randomBytes = (count: number): Uint8Array => this.environment.randomBytes(count);
}
