/** Calls to cancel when a signal fires. One listener per signal, however many calls use it: listeners are dear. */
export interface AbortRegistry {
  /** `cancel` is called when the signal fires, unless {@link AbortRegistry.remove} came first. */
  add(signal: AbortSignal, cancel: () => void): void;
  remove(signal: AbortSignal, cancel: () => void): void;
}

interface Watch {
  readonly cancels: Set<() => void>;
  readonly listener: () => void;
}

/** A registry; signals are held weakly, and the listener goes with the last call. */
export function createAbortRegistry(): AbortRegistry {
  /** Made with the first signal: channels whose calls have none are many (bench `idle`). */
  let watches: WeakMap<AbortSignal, Watch> | undefined;

  function watch(signal: AbortSignal): Watch {
    const cancels = new Set<() => void>();
    const listener = (): void => {
      watches?.delete(signal);
      for (const cancel of cancels) cancel();
    };
    const created = { cancels, listener };
    (watches ??= new WeakMap()).set(signal, created);
    signal.addEventListener("abort", listener, { once: true });
    return created;
  }

  return {
    add(signal, cancel) {
      (watches?.get(signal) ?? watch(signal)).cancels.add(cancel);
    },
    remove(signal, cancel) {
      const found = watches?.get(signal);
      if (found === undefined || !found.cancels.delete(cancel) || found.cancels.size > 0) return;
      watches?.delete(signal);
      signal.removeEventListener("abort", found.listener);
    },
  };
}
