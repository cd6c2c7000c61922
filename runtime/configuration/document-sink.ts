import type { ConfigDocument, ConfigSink } from "./source.ts";

/** Passes on what changed, and nothing after `close` or a throw of the sink. */
export class DocumentSink {
  private readonly sink: ConfigSink;
  private readonly onFault: () => void;
  private version: string | undefined;
  private isClosed: boolean;

  /** @param onFault the sink threw */
  constructor(sink: ConfigSink, onFault: () => void) {
    this.sink = sink;
    this.onFault = onFault;
    this.version = undefined;
    this.isClosed = false;
  }

  /** Tells the sink, unless it knows this version. */
  update(document: ConfigDocument): void {
    if (document.version === this.version) return;
    this.version = document.version;
    this.tell((sink) => sink.update(Object.freeze(document)));
  }

  error(error: Error): void {
    this.tell((sink) => sink.error(error));
  }

  private tell(action: (sink: ConfigSink) => void): void {
    if (this.isClosed) return;
    try {
      action(this.sink);
    } catch {
      this.close();
      this.onFault();
    }
  }

  close(): void {
    this.isClosed = true;
  }
}

/** @throws TypeError for a key that cannot be a path within the source's folder */
export function checkKey(key: string): string {
  const isPath = typeof key === "string" && key.length <= 512 && /^[\x21-\x7e]+$/.test(key);
  if (isPath && key.split("/").every((part) => part !== "" && part !== "." && part !== "..")) return key;
  throw new TypeError(
    `${JSON.stringify(key)} is not a key; write names of visible ASCII characters with "/" between them.`,
  );
}
