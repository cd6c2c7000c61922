import type { VirtualEnvironment } from "../../runtime/testing/index.ts";

/** An environment that calls `look` after each timer, each deferred action and each turn: nothing of a run happens elsewhere, but for promise reactions. */
export function afterEveryStep(environment: VirtualEnvironment, look: () => void): VirtualEnvironment {
  const watched =
    (action: () => void): (() => void) =>
    () => {
      action();
      look();
    };
  const { setTimer, defer, yieldTurn } = environment;
  return Object.assign(Object.create(environment) as VirtualEnvironment, {
    setTimer: (delayMs: number, action: () => void) => setTimer(delayMs, watched(action)),
    defer: (action: () => void) => defer(watched(action)),
    yieldTurn: (action: () => void) => yieldTurn(watched(action)),
  });
}
