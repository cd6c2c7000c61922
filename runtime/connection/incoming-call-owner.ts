import type { RpcError } from "../errors/rpc-error.ts";
import type { ServerCall } from "./incoming-call.ts";
import type { Multiplexer } from "./multiplexer.ts";

/** What a call asks of its connection. */
export interface IncomingCallOwner {
  readonly link: Multiplexer;
  /** True for the number of a compressor that was offered to the peer. */
  reads(compressor: number): boolean;
  /** Charges bytes of a request beyond those that came. @returns false when the connection holds too many */
  charge(call: ServerCall, bytes: number): boolean;
  /** The request is complete: hand it to the server. */
  dispatch(call: ServerCall, body: Uint8Array): void;
  /** A one-way request is turned away. */
  drop(call: ServerCall, error: RpcError): void;
  /** Nothing more is sent or read for the call: its lane is free. */
  release(call: ServerCall): void;
  /** Released and settled: it no longer counts. */
  forget(call: ServerCall): void;
}
