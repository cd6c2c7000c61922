import type { ItemPump } from "./item-pump.ts";
import type { Items, MethodType } from "./method-type.ts";

/** Who gets the outcome of a call: exactly one of `onDone` and `onFailure`, once. */
export interface CallOutcome {
  onItem(value: unknown, cost: number): void;
  onDone(value?: unknown): void;
  onFailure(error: unknown): void;
}

/** What the reader of a stream tells its call. */
export interface RunningCall {
  /** Items of this cost were used. */
  consumed(cost: number): void;
  giveUp(error: unknown): void;
}

/** A call that sends items. */
export interface SendingCall {
  /** @throws RpcError for an item that does not fit the schema */
  encode(item: unknown): Uint8Array;
  /** @returns false: wait for {@link ItemPump.writable} before the next */
  send(message: { readonly kind: number; readonly flags: number; readonly body: Uint8Array }): boolean;
  giveUp(error: unknown): void;
}

/** What the small client for pages needs for streams and has from the methods that are some, so that pages without any do not load it. */
export interface StreamCode {
  /** Starts a call whose replies are items. */
  read(method: MethodType, start: (outcome: CallOutcome) => RunningCall): AsyncIterable<unknown>;
  /** Starts to send items. @throws TypeError when they cannot be iterated */
  send(method: MethodType, items: Items<unknown>, call: SendingCall): ItemPump;
}
