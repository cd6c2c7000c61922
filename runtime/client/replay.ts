import type { OutgoingCall } from "../connection/connection.ts";

/**
 * What a stream has sent, kept until the server shows that it took the call, by a reply or by credit: a server that goes away refuses calls which
 * crossed its word, and then they begin again elsewhere. Without credit no more leaves than every stream may send at first [FLW-2]; beyond
 * that an item waits here which has to wait anyway.
 */
export class Replay {
  /** False once the server has shown that it took the call. */
  isPossible: boolean;
  private items: Uint8Array[];
  private isEnded: boolean;

  constructor() {
    this.isPossible = true;
    this.items = [];
    this.isEnded = false;
  }

  /** `body` must not change any more. */
  add(body: Uint8Array): void {
    if (this.isPossible) this.items.push(body);
  }

  /** All items were sent. */
  end(): void {
    this.isEnded = true;
  }

  /** Nothing will have to be sent again. */
  drop(): void {
    this.isPossible = false;
    this.items = [];
  }

  /** Sends everything again. @returns what the last `sendItem` said */
  run(call: OutgoingCall): boolean {
    let isWritable = true;
    for (const item of this.items) isWritable = call.sendItem(item);
    if (this.isEnded) call.endItems();
    return isWritable;
  }
}
