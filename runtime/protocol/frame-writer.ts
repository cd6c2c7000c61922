import { takeMemory } from "../environment/memory.ts";
import { fixedBytes, frameMagicHigh, frameMagicLow, protocolVersion } from "./frame.ts";

const firstSlabBytes = 4 * 1024;
const lastSlabBytes = 128 * 1024;

/** A piece of memory that frames are written into. It goes back to work when all its bytes have been sent. */
interface Slab {
  readonly bytes: Uint8Array;
  /** Batches handed out and not yet written. */
  pending: number;
}

/** Bytes of slabs that are kept for the next writer, over all connections of the thread. */
const maxSpareBytes = 1024 * 1024;

/** Slabs that nobody uses, so that quiet connections need none. A cache, not state: whoever takes one takes it out. */
const spares: Slab[] = [];
let spareBytes = 0;

/** Of exactly this size: where a batch ends must not depend on what other connections did. */
function takeSlab(bytes: number): Slab {
  for (let at = spares.length - 1; at >= 0; at--) {
    const slab = spares[at] as Slab;
    const { length } = slab.bytes;
    if (length !== bytes) continue;
    if (at === spares.length - 1) spares.pop();
    else spares.splice(at, 1);
    spareBytes -= length;
    return slab;
  }
  return { bytes: takeMemory(bytes), pending: 0 };
}

function leaveSlab(slab: Slab): void {
  const { length } = slab.bytes;
  if (spareBytes + length > maxSpareBytes) return;
  spareBytes += length;
  spares.push(slab);
}

const noSlab: Slab = { bytes: new Uint8Array(0), pending: 0 };

/** Where a writer's batches go: the signature of a transport's `write`. */
export type BatchSink = (bytes: Uint8Array, onWritten: () => void) => boolean;

/**
 * Writes frames one behind the other, so that all frames of a turn leave in one write (a write per frame costs 8 times the throughput,
 * a fresh buffer per frame a third of it: bench `calls`). Use: {@link begin}, then exactly the announced header and body through
 * {@link bytes} and {@link position}, then at the end of the turn {@link flush}.
 */
export class FrameWriter {
  /** Memory being written; changes in {@link begin}. */
  bytes: Uint8Array;
  /** Next free place in {@link bytes}. */
  position: number;
  private start: number;
  private slab: Slab;
  private slabBytes: number;
  /** Size of the slab that was given back when everything had been sent. */
  private lastBytes: number;
  private full: { readonly slab: Slab; readonly start: number; readonly end: number }[];
  private fullBytes: number;

  constructor() {
    this.slabBytes = firstSlabBytes;
    this.lastBytes = 0;
    this.slab = noSlab;
    this.bytes = this.slab.bytes;
    this.position = 0;
    this.start = 0;
    this.full = [];
    this.fullBytes = 0;
  }

  /** Bytes written and not flushed. */
  get waitingBytes(): number {
    return this.fullBytes + this.position - this.start;
  }

  /** Writes the fixed part; `id` as its two halves. The caller writes `headerLength + bodyLength` bytes next. */
  begin(
    kind: number,
    serialization: number,
    flags: number,
    idHigh: number,
    idLow: number,
    headerLength: number,
    bodyLength: number,
  ): void {
    const payload = headerLength + bodyLength;
    if (this.bytes.length - this.position < fixedBytes + payload) this.grow(fixedBytes + payload);
    const bytes = this.bytes;
    const at = this.position;
    bytes[at] = frameMagicHigh;
    bytes[at + 1] = frameMagicLow;
    bytes[at + 2] = protocolVersion;
    bytes[at + 3] = kind;
    bytes[at + 4] = payload >>> 24;
    bytes[at + 5] = payload >>> 16;
    bytes[at + 6] = payload >>> 8;
    bytes[at + 7] = payload;
    bytes[at + 8] = headerLength >>> 8;
    bytes[at + 9] = headerLength;
    bytes[at + 10] = serialization;
    bytes[at + 11] = flags;
    bytes[at + 12] = idHigh >>> 24;
    bytes[at + 13] = idHigh >>> 16;
    bytes[at + 14] = idHigh >>> 8;
    bytes[at + 15] = idHigh;
    bytes[at + 16] = idLow >>> 24;
    bytes[at + 17] = idLow >>> 16;
    bytes[at + 18] = idLow >>> 8;
    bytes[at + 19] = idLow;
    this.position = at + fixedBytes;
  }

  /** A tag with a number of four bytes: 6 bytes of header. */
  tag32(tag: number, value: number): void {
    const bytes = this.bytes;
    const at = this.position;
    bytes[at] = tag;
    bytes[at + 1] = 4;
    bytes[at + 2] = value >>> 24;
    bytes[at + 3] = value >>> 16;
    bytes[at + 4] = value >>> 8;
    bytes[at + 5] = value;
    this.position = at + 6;
  }

  /** Copies the first `length` bytes of `source` (a part of a header or a body). A loop beats `set` up to a few dozen bytes. */
  copy(source: Uint8Array, length: number = source.length): void {
    const bytes = this.bytes;
    const at = this.position;
    // Stryker disable next-line ConditionalExpression,EqualityOperator: both ways copy the same
    if (length > 64) bytes.set(length === source.length ? source : source.subarray(0, length), at);
    else for (let index = 0; index < length; index++) bytes[at + index] = source[index] as number;
    this.position = at + length;
  }

  /** Bytes that are no frame: the Option. */
  raw(source: Uint8Array): void {
    if (this.bytes.length - this.position < source.length) this.grow(source.length);
    this.bytes.set(source, this.position);
    this.position += source.length;
  }

  /** Hands everything over, usually as one batch. @returns what the last write returned; true when there was nothing */
  flush(write: BatchSink): boolean {
    let writable = true;
    if (this.full.length > 0) {
      const full = this.full;
      this.full = [];
      this.fullBytes = 0;
      for (const { slab, start, end } of full) writable = this.send(slab, start, end, write);
    }
    if (this.position > this.start) {
      const start = this.start;
      this.start = this.position;
      writable = this.hand(this.slab, start, this.position, write);
    }
    return writable;
  }

  private hand(slab: Slab, start: number, end: number, write: BatchSink): boolean {
    slab.pending++;
    return this.send(slab, start, end, write);
  }

  /** `slab.pending` counts the batch already. */
  private send(slab: Slab, start: number, end: number, write: BatchSink): boolean {
    return write(slab.bytes.subarray(start, end), () => {
      if (--slab.pending > 0) return;
      if (slab !== this.slab) return leaveSlab(slab);
      if (this.start < this.position) return;
      this.lastBytes = slab.bytes.length;
      this.use(noSlab);
      leaveSlab(slab);
    });
  }

  private use(slab: Slab): void {
    this.slab = slab;
    this.bytes = slab.bytes;
    this.start = 0;
    this.position = 0;
  }

  /** A slab that fills within one turn is followed by a larger one. */
  private grow(room: number): void {
    const waiting = this.position - this.start;
    if (waiting > 0) {
      this.slab.pending++;
      this.full.push({ slab: this.slab, start: this.start, end: this.position });
      this.fullBytes += waiting;
      this.slabBytes = Math.min(this.slabBytes * 2, lastSlabBytes);
    }
    const mayRepeat = this.slab === noSlab && room <= this.lastBytes;
    this.use(takeSlab(mayRepeat ? this.lastBytes : Math.max(this.slabBytes, room)));
  }
}
