/**
 * The receiver's side of flow control [FLW-3]: how much the peer may still send (`outstanding`) and how much arrived and was not used
 * (`held`). Invariant: a grant never lifts outstanding + held above the window.
 */
export class ReceiveWindow {
  /** Bytes that the peer may send before it gets new credit. */
  outstanding: number;
  /** Bytes of complete messages that wait to be used. */
  held: number;
  private readonly windowBytes: number;

  /** `initialBytes`: what every peer may send without being told; the rest of the window is granted. */
  constructor(initialBytes: number, windowBytes: number) {
    this.outstanding = initialBytes;
    this.held = 0;
    this.windowBytes = windowBytes;
  }

  /** A frame arrived. @returns false when the peer had no credit for it */
  receive(bytes: number): boolean {
    this.outstanding -= bytes;
    return this.outstanding >= 0;
  }

  /** A message is complete and waits to be used. */
  hold(bytes: number): void {
    this.held += bytes;
  }

  /** Messages were used, or given up. */
  release(bytes: number): void {
    this.held = Math.max(0, this.held - bytes);
  }

  /** True while no credit can be given, however much arrives: too much waits to be used. */
  get isHeldUp(): boolean {
    return this.held > this.windowBytes / 2;
  }

  /** Credit to give now; 0 when it is not worth a frame yet: half a window at a time. */
  takeGrant(): number {
    const grant = this.windowBytes - this.held - this.outstanding;
    if (grant < this.windowBytes / 2) return 0;
    this.outstanding += grant;
    return grant;
  }
}
