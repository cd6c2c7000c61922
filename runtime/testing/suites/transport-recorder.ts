import type { Transport } from "../../transport/transport.ts";

/** Starts a transport and remembers what it reports. */
export interface Recorder {
  /** Bytes received so far. */
  byteLength(): number;
  /** Waits until so many bytes have come and returns the first of them. */
  bytes(length: number): Promise<Uint8Array>;
  /** As {@link Recorder.bytes}, decoded. */
  text(length: number): Promise<string>;
  /** Waits for the next drain. */
  drained(): Promise<void>;
  /** Waits for the end and returns its error. */
  closed(): Promise<Error | undefined>;
}

/** Starts `transport`; `onData` runs after the bytes were noted. */
export function record(transport: Transport, onData?: () => void): Recorder {
  const chunks: Uint8Array[] = [];
  const watchers = new Set<() => void>();
  let length = 0;
  let drains = 0;
  let end: { readonly error: Error | undefined } | undefined;
  const notify = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watcher = (): void => {
        if (!condition()) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  transport.start({
    onData(bytes) {
      chunks.push(new Uint8Array(bytes));
      length += bytes.length;
      notify();
      onData?.();
    },
    onDrain() {
      drains++;
      notify();
    },
    onClose(error) {
      if (end !== undefined) throw new Error("onClose was called twice");
      end = { error };
      notify();
    },
  });
  const bytes = async (wanted: number): Promise<Uint8Array> => {
    await until(() => length >= wanted);
    return Buffer.concat(chunks).subarray(0, wanted);
  };
  return {
    byteLength: () => length,
    bytes,
    text: async (wanted) => new TextDecoder().decode(await bytes(wanted)),
    async drained() {
      const before = drains;
      await until(() => drains > before);
    },
    async closed() {
      await until(() => end !== undefined);
      return end?.error;
    },
  };
}
