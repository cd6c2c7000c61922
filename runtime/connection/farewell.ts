import type { Environment, Timer } from "../environment/environment.ts";
import { setPatientTimer } from "../environment/patient-timer.ts";
import type { Limits } from "../protocol/limits.ts";

/** The connection that {@link Farewell} ends. */
export interface FarewellLink {
  readonly environment: Environment;
  /** `closeMs`: how long a peer has to close. */
  readonly limits: Pick<Limits, "closeMs">;
  /** Nothing is left to do but to close. */
  readonly isDrained: boolean;
  /** Input waits that we have not got to. */
  readonly isBehind: boolean;
  /** Ends the connection politely. */
  closeDrained(): void;
  /** Calls took longer than the grace. */
  onGraceOver(graceMs: number): void;
}

/** The end of a connection that drains: how long its calls may take, and who closes. */
export class Farewell {
  private readonly link: FarewellLink;
  private graceTimer: Timer | undefined;
  private graceEndMs: number;
  private patience: Timer | undefined;

  constructor(link: FarewellLink) {
    this.link = link;
    this.graceTimer = undefined;
    this.graceEndMs = Infinity;
    this.patience = undefined;
  }

  /** As {@link limitGrace}, where there is no limit yet. */
  bound(graceMs: number): void {
    if (this.graceEndMs === Infinity) this.limitGrace(graceMs);
  }

  /** From now on. The shortest grace counts. */
  limitGrace(graceMs: number): void {
    const { link } = this;
    const endMs = link.environment.now() + graceMs;
    if (endMs >= this.graceEndMs) return;
    this.graceEndMs = endMs;
    this.graceTimer?.cancel();
    this.graceTimer = link.environment.setTimer(graceMs, () =>
      link.isDrained ? link.closeDrained() : link.onGraceOver(graceMs),
    );
  }

  /**
   * A drained server lets its client close first, who has read everything then [GOA-2]. Closed from here, a client that was kept from its work for a while
   * might write before it reads: where somebody in between has closed both directions, or this side has after its patience, that write fails, and with it goes the
   * socket with the replies and the GOAWAY in it.
   */
  awaitPeer(): void {
    if (this.patience !== undefined) return;
    const { link } = this;
    const waitMs = Math.min(link.limits.closeMs, this.graceEndMs - link.environment.now());
    this.patience = setPatientTimer(link.environment, Math.max(waitMs, 0), () => {
      this.patience = undefined;
      if (!link.isDrained) return;
      // One-way calls may be in what has come and was not read for want of time.
      if (link.isBehind) this.awaitPeer();
      else link.closeDrained();
    });
  }

  /** A call has ended that came in the meantime, so more of them may be on their way [GOA-5]. */
  renew(): void {
    this.patience?.cancel();
    this.patience = undefined;
  }

  /** The connection has ended. */
  close(): void {
    this.graceTimer?.cancel();
    this.patience?.cancel();
  }
}
