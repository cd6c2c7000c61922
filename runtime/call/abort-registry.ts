interface Watch {
  readonly cancels: Set<() => void>;
  readonly listener: () => void;
}

/**
 * Calls to cancel when a signal fires. One listener per signal, however many calls use it: listeners are dear. Signals are held weakly, and the
 * listener goes with the last call.
 */
export class AbortRegistry {
  /** Made with the first signal: channels whose calls have none are many (bench `idle`). */
  private watches: WeakMap<AbortSignal, Watch> | undefined;

  constructor() {
    this.watches = undefined;
  }

  /** `cancel` is called when the signal fires, unless {@link AbortRegistry.remove} came first. */
  add(signal: AbortSignal, cancel: () => void): void {
    (this.watches?.get(signal) ?? this.watch(signal)).cancels.add(cancel);
  }

  remove(signal: AbortSignal, cancel: () => void): void {
    const found = this.watches?.get(signal);
    if (found?.cancels.delete(cancel) !== true || found.cancels.size > 0) return;
    this.watches?.delete(signal);
    signal.removeEventListener("abort", found.listener);
  }

  private watch(signal: AbortSignal): Watch {
    const watches = (this.watches ??= new WeakMap());
    const cancels = new Set<() => void>();
    const listener = (): void => {
      watches.delete(signal);
      for (const cancel of cancels) cancel();
    };
    const created = { cancels, listener };
    watches.set(signal, created);
    signal.addEventListener("abort", listener, { once: true });
    return created;
  }
}
