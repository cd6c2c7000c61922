import type { Environment, Timer } from "../environment/environment.ts";
import { setPatientTimer } from "../environment/patient-timer.ts";
import { type AnnouncedLimits, encodeOption, type Option, OptionReader, refuseOption } from "../protocol/handshake.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Outbound } from "./outbound.ts";
import type { Role } from "./role.ts";

/** The connection that {@link Opening} opens. */
export interface OpeningLink {
  readonly side: "client" | "server";
  readonly environment: Environment;
  readonly limits: Limits;
  readonly outbound: Outbound;
  readonly role: Pick<Role, "onOption">;
  /** Input waits that we have not got to. */
  readonly isBehind: boolean;
  /** The peer took too long. */
  lose(message: string): void;
}

/** What the bytes so far mean. */
export type OpeningProgress =
  | { readonly kind: "more" }
  /** `used` bytes of the piece belong to the handshake, the rest is frames. */
  | { readonly kind: "open"; readonly used: number; readonly peer: AnnouncedLimits }
  /** `isAnswered`: an Option that says why is on its way, so the end must be polite. */
  | { readonly kind: "refused"; readonly message: string; readonly isAnswered: boolean };

/** The handshake of a connection: collects the peer's Option, judges and answers it [OPT-1..9]. */
export class Opening {
  private readonly link: OpeningLink;
  private readonly reader: OptionReader;
  private timer: Timer;

  /** @param handshakeMs milliseconds that the peer has */
  constructor(link: OpeningLink, handshakeMs: number) {
    this.link = link;
    this.reader = new OptionReader(link.limits.maxOptionBytes);
    this.timer = this.startTimer(handshakeMs, true);
  }

  /** Takes the next bytes. Not called again after `open` or `refused`. */
  push(bytes: Uint8Array): OpeningProgress {
    const progress = this.reader.push(bytes);
    if (progress.kind === "more") return progress;
    this.timer.cancel();
    const isServer = this.link.side === "server";
    if (progress.kind === "fault") return this.refuse(progress.message, progress.isOurs && isServer);
    const { option, used } = progress;
    const answer = option.error === undefined ? this.link.role.onOption(option) : `The peer refused: ${option.error}`;
    if (typeof answer === "string") return this.refuse(answer, isServer && option.error === undefined);
    if (answer !== undefined) this.send(answer);
    return { kind: "open", used, peer: option.limits };
  }

  /** The connection ends before the handshake does. */
  close(): void {
    this.timer.cancel();
  }

  /** Where what the peer has sent waits for its turn, the delay is ours: it gets the time again, once, for we may be behind each time. */
  private startTimer(handshakeMs: number, isFirst: boolean): Timer {
    const { link } = this;
    return setPatientTimer(link.environment, handshakeMs, () => {
      if (isFirst && link.isBehind) this.timer = this.startTimer(handshakeMs, false);
      else link.lose(`The handshake took longer than ${handshakeMs} ms.`);
    });
  }

  /** [OPT-6, OPT-7] A scanner gets no answer. */
  private refuse(message: string, isAnswered: boolean): OpeningProgress {
    if (isAnswered) {
      this.send(refuseOption(message));
      this.link.outbound.flush();
    }
    return { kind: "refused", message, isAnswered };
  }

  private send(option: Option): void {
    this.link.outbound.writer.raw(encodeOption(option));
    this.link.outbound.wake();
  }
}
