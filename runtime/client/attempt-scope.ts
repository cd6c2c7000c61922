import type { Compression } from "../compression/compression.ts";
import type { ClientConnection } from "../connection/connection.ts";
import type { ClientCallState } from "./client-call.ts";
import type { Picker } from "./cluster-pick.ts";
import type { Connections } from "./pool.ts";
import type { WaitScope } from "./wait.ts";

/** What an attempt needs of its channel. */
export interface AttemptScope extends WaitScope {
  /** Checks what is sent against the constraints of the schema. */
  readonly validate: boolean;
  readonly pool: Connections;
  /** The connection to the one address; not asked when there is a picker. @throws RpcError when the channel is closed */
  connection(): ClientConnection;
  /** Chooses among several endpoints. */
  readonly picker: Picker | undefined;
  readonly compression: Compression;
  /** Bytes of a reply, after decompression. */
  readonly maxMessageBytes: number;
}

/** Told how a call's only attempt so far ended, in place of its caller, and before it. */
export interface AttemptWatcher {
  /** @param nowMs when the reply came; undefined: just now */
  succeeded(call: ClientCallState, reply: unknown, nowMs: number | undefined): void;
  /** @returns what the caller gets in place of the error; undefined: the error */
  failed(call: ClientCallState, error: unknown): Promise<unknown> | undefined;
}
