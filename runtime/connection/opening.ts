import type { Environment, Timer } from "../environment/environment.ts";
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
  private readonly timer: Timer;

  /** @param handshakeMs milliseconds that the peer has */
  constructor(link: OpeningLink, handshakeMs: number) {
    this.link = link;
    this.reader = new OptionReader(link.limits.maxOptionBytes);
    this.timer = link.environment.setTimer(handshakeMs, () =>
      link.lose(`The handshake took longer than ${handshakeMs} ms.`),
    );
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
