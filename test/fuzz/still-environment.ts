import type { Environment } from "../../runtime/environment/environment.ts";
import { Finding } from "./target.ts";

/** An environment that the case turns by hand. */
export interface StillEnvironment extends Environment {
  /** Those that are set. */
  readonly timers: number;
  /** Runs what was deferred, until nothing is. */
  flush(): void;
}

/** Time stands still; what is deferred runs when it is told to. */
export function createStillEnvironment(): StillEnvironment {
  return new Still();
}

/** A class, for one is made in each case. */
class Still implements StillEnvironment {
  timers: number;
  private deferred: (() => void)[];

  constructor() {
    this.timers = 0;
    this.deferred = [];
  }

  now(): number {
    return 1_000;
  }

  wallClock(): number {
    return 1_700_000_000_000;
  }

  setTimer(): ReturnType<Environment["setTimer"]> {
    let isSet = true;
    this.timers++;
    const cancel = (): void => {
      if (isSet) this.timers--;
      isSet = false;
    };
    return { cancel, ref: () => undefined, unref: () => undefined };
  }

  defer(action: () => void): void {
    this.deferred.push(action);
  }

  yieldTurn(action: () => void): void {
    this.deferred.push(action);
  }

  random(): number {
    return 0.5;
  }

  randomBytes(count: number): Uint8Array {
    return new Uint8Array(count);
  }

  flush(): void {
    for (let rounds = 0; this.deferred.length > 0; rounds++) {
      if (rounds > 1_000) throw new Finding("what is deferred never ends");
      const actions = this.deferred;
      this.deferred = [];
      for (const action of actions) action();
    }
  }
}
