import type { Environment, Timer } from "../environment/environment.ts";
import { type AnnouncedLimits, encodeOption, type Option, OptionReader, refuseOption } from "../protocol/handshake.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Outbound } from "./outbound.ts";

/** What {@link Opening} asks and tells. */
export interface OpeningOptions {
  readonly side: "client" | "server";
  readonly environment: Environment;
  readonly limits: Limits;
  readonly outbound: Outbound;
  /** Judges the peer's Option. @returns the answer to send; undefined for none; text when it cannot be accepted */
  readonly onOption: (option: Option) => Option | undefined | string;
  /** The peer took longer than `handshakeMs`. */
  readonly onTimeout: () => void;
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
  private readonly options: OpeningOptions;
  private readonly reader: OptionReader;
  private readonly timer: Timer;

  constructor(options: OpeningOptions) {
    this.options = options;
    this.reader = new OptionReader(options.limits.maxOptionBytes);
    this.timer = options.environment.setTimer(options.limits.handshakeMs, options.onTimeout);
  }

  /** Takes the next bytes. Not called again after `open` or `refused`. */
  push(bytes: Uint8Array): OpeningProgress {
    const progress = this.reader.push(bytes);
    if (progress.kind === "more") return progress;
    this.timer.cancel();
    const isServer = this.options.side === "server";
    if (progress.kind === "fault") return this.refuse(progress.message, progress.isOurs && isServer);
    const { option, used } = progress;
    const answer = option.error === undefined ? this.options.onOption(option) : `The peer refused: ${option.error}`;
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
      this.options.outbound.flush();
    }
    return { kind: "refused", message, isAnswered };
  }

  private send(option: Option): void {
    this.options.outbound.writer.raw(encodeOption(option));
    this.options.outbound.wake();
  }
}
