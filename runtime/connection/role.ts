import type { RpcError } from "../errors/rpc-error.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import type { Option } from "../protocol/handshake.ts";

/** What client and server do differently. Called by `Multiplexer` only. */
export interface Role {
  /** A frame that belongs to a call; the header has been read into `Multiplexer.header`. */
  onStreamFrame(reader: FrameReader): void;
  /** Credit for a call. @returns false when the sum overflows */
  onStreamCredit(idHigh: number, idLow: number, bytes: number): boolean;
  /** A request whose header has a fault that only concerns the call. */
  onBadHeader(reader: FrameReader, verdict: "unsupported" | "metadata_limit" | "metadata_invalid"): void;
  /** The peer's Option. @returns the answer to send; undefined for none; text when it cannot be accepted */
  onOption(option: Option): Option | undefined | string;
  /** The peer sends GOAWAY. */
  onGoaway(idHigh: number, idLow: number, code: number): void;
  /** Every call ends with this error now. */
  terminate(error: RpcError): void;
  /** The peer has ended its side without a fault. @returns true when some calls go on that need nothing more of it, and no other is open any more [GOA-5] */
  outlive(): boolean;
  /** Calls in progress. */
  readonly callsInProgress: number;
  /** Those that both sides know to be open: only they justify pings. */
  readonly openCalls: number;
  onOpen(): void;
  onDraining(): void;
  onClose(error: RpcError | undefined): void;
  /** Id for GOAWAY: the last request that was accepted before there was any. */
  readonly lastIdHigh: number;
  readonly lastIdLow: number;
}
