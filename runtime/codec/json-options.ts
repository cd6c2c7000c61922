import type { MessageType } from "./message-type.ts";

/** How JSON is read and written. */
export interface JsonOptions {
  /** Skip unknown fields and unknown names of closed enums instead of refusing them. Default: false. */
  readonly ignoreUnknown?: boolean | undefined;
  /** Messages that an `any` may hold, by wire name. One that is not listed keeps its bytes, as base64 under `@bytes`. */
  readonly types?: ReadonlyMap<string, MessageType<unknown, never>> | undefined;
  /**
   * Written in place of each `@sensitive` field that is set, at any depth, and of an `any` whose type is not listed. The result is for people to read: it cannot be read
   * back. Default: fields are written as they are.
   */
  readonly redact?: string | undefined;
}
