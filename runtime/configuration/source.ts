import type { Environment } from "../environment/environment.ts";

/** One document of configuration, as a source has it. */
export interface ConfigDocument {
  /** The text, JSON. Undefined: there is none (any more). */
  readonly text: string | undefined;
  /** Of the source: tells versions apart. */
  readonly version: string;
  /** Who wrote it, where the source knows. */
  readonly author?: string | undefined;
}

/** Who hears what a source finds. */
export interface ConfigSink {
  /** The document changed, or was read for the first time. */
  update(document: ConfigDocument): void;
  /** It cannot be read just now; the source goes on trying, and what was read last stays in force. */
  error(error: Error): void;
}

/** A watch that was begun. */
export interface ConfigWatch {
  /** Sockets, timers and listeners are gone when the promise resolves; the sink hears no more from the moment of the call. Idempotent. */
  close(): Promise<void>;
}

/** Where live configuration comes from. Delivers text; validating it and swapping it in is done once, above all sources. */
export interface ConfigSource {
  /** For messages: `file /etc/app/rpc.json`. Without secrets. */
  readonly name: string;
  /** Begins to watch one key, for ever, whatever the source does. Calls `sink` for the first time never before it returns. */
  watch(key: string, sink: ConfigSink, scope: { readonly environment: Environment }): ConfigWatch;
}
