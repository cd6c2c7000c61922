import type { Environment } from "../environment/environment.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { PageLimits } from "../protocol/limits.ts";
import type { Lane, Outgoing } from "./lane.ts";

/**
 * opening: the socket and the handshake are under way; calls are taken already -> open, draining, closed
 * open -> draining (the server goes away, or we do), closed
 * draining: calls in progress go on -> closed
 */
export type LinkState = "opening" | "open" | "draining" | "closed";

/** One connection to the server, over one WebSocket. */
export interface Link {
  readonly state: LinkState;
  /** Connects. */
  dial(): void;
  /** Takes a call whose request is `request`. Its outcome never comes before this returns. */
  start(lane: Lane, request: Outgoing): void;
  /** More for a lane that was started. @returns false: wait for `onSent` before the next */
  send(lane: Lane, message: Outgoing): boolean;
  consume(lane: Lane, cost: number): void;
  /** Ends a call here and, when it was sent, at the server. */
  cancel(lane: Lane, error: RpcError): void;
  /** No new calls; closes when those in progress are over, or `graceMs` have passed. Resolves once it is closed. */
  drain(graceMs: number): Promise<void>;
}

/** What a {@link Link} needs. */
export interface LinkOptions {
  readonly target: string;
  readonly environment: Environment;
  readonly limits: PageLimits;
  readonly connectTimeoutMs: number;
  readonly peerName: string | undefined;
  /** Asked when the link is dialled. */
  token(): string | Promise<string> | undefined;
  /** The state has changed; with `closed`: and why, when the end was not polite. */
  onState(error?: RpcError): void;
  /** The server says goodbye. */
  onGoaway(code: number): void;
}
