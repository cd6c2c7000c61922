import type { Compressor } from "../compression/compressor.ts";
import type { OptionExtras } from "../protocol/handshake.ts";

/** What both sides of a connection said about compression [CMP-1]. */
export class CompressorOffer {
  /** Numbers of the compressors that both sides know and the peer reads, in its order; empty until its Option came. */
  peerReads: readonly number[];
  private readonly ours: readonly Compressor[];

  /** @param ours what we read, best first */
  constructor(ours: readonly Compressor[] = []) {
    this.peerReads = noNumbers;
    this.ours = ours;
  }

  /** True for the number of a compressor that we offered. */
  reads(id: number): boolean {
    return this.ours.some((compressor) => compressor.id === id);
  }

  /** Takes the names of the peer's Option. */
  onPeer(names: readonly string[] | undefined): void {
    if (names === undefined || this.ours.length === 0) return;
    const known = names.map((name) => this.ours.find((compressor) => compressor.name === name)?.id);
    this.peerReads = known.filter((id) => id !== undefined);
  }

  /** The member of our Option; nothing when we read none. */
  toOption(): OptionExtras {
    return this.ours.length === 0 ? {} : { compressors: this.ours.map(({ name }) => name) };
  }
}

const noNumbers: readonly number[] = Object.freeze([]);
