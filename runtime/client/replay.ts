import type { OutgoingCall } from "../connection/connection.ts";

/** Bytes of items that a call keeps in case that its server turns out to be going away. */
export const maxReplayBytes: number = 64 * 1024;

/**
 * What a stream has sent, kept until the server shows that it took the call: a server that goes away refuses calls which crossed its word, and
 * then they begin again elsewhere. Longer ones cannot.
 */
export class Replay {
  /** False once too much was sent, or the server has answered. */
  isPossible: boolean;
  private items: Uint8Array[];
  private bytes: number;
  private isEnded: boolean;

  constructor() {
    this.isPossible = true;
    this.items = [];
    this.bytes = 0;
    this.isEnded = false;
  }

  /** `body` must not change any more. */
  add(body: Uint8Array): void {
    if (!this.isPossible) return;
    this.keep(body);
    this.bound();
  }

  /** An item that was sent nowhere yet, however long it is. As for {@link add}. */
  keep(body: Uint8Array): void {
    this.bytes += body.length;
    this.items.push(body);
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

  /** Sends everything again, and keeps it if that is not too much. @returns what the last `sendItem` said */
  run(call: OutgoingCall): boolean {
    let isWritable = true;
    for (const item of this.items) isWritable = call.sendItem(item);
    if (this.isEnded) call.endItems();
    this.bound();
    return isWritable;
  }

  private bound(): void {
    if (this.bytes > maxReplayBytes) this.drop();
  }
}
