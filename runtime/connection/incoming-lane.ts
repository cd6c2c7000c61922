import { initialStreamBytes } from "../protocol/limits.ts";
import { MessageAssembly } from "./message-assembly.ts";
import { ReceiveWindow } from "./receive-window.ts";

/** The incoming half of a call that gets items or a message in chunks. */
export class IncomingLane {
  readonly window: ReceiveWindow;
  assembly: MessageAssembly | undefined;

  constructor(streamCreditBytes: number) {
    this.window = new ReceiveWindow(initialStreamBytes, streamCreditBytes);
    this.assembly = undefined;
  }
}

/** A message that has arrived as a whole. */
export interface IncomingMessage {
  readonly body: Uint8Array;
  /** What it cost in credit; 0 for a request or response in one frame. */
  readonly cost: number;
  readonly serialization: number;
  /** Number of the compressor of the body; 0: none. */
  readonly compressor: number;
}
