import type { Environment } from "../environment/environment.ts";
import { Queue } from "../environment/queue.ts";
import { systemEnvironment } from "../environment/system.ts";
import type { TurnPortion } from "./turn-portion.ts";

/** A turn that has lasted this long takes no more input. */
const fullTurnMs = 20;
/** What trusted connections that wait get of one turn, once more those that greet, and once more all others. */
const servedMs = 5;
/** What a slice is thought to take at least: a connection may ask for more than it did the last time. */
const leastCostMs = 1;
/** Input that may be held back. What comes above it is handed over at once: memory is dearer than fairness. */
export const mostHeldBytes: number = 16 * 1024 * 1024;

/**
 * Shares the turns of the event loop among the sockets of a thread. The system tells of all sockets with input in one turn, and Node reads up to 2 MB of
 * each, so without this a few peers whose calls are dear keep those of everybody else waiting for seconds (`npm run attack`).
 *
 * While turns are short, input is handed over as it comes, in slices that grow as long as they cost little. In a turn that has become long all input waits
 * for the next ones: those who use little go first, then greetings, then the others slice by slice, with a look at the sockets in between.
 */
export class TurnShare {
  private readonly environment: Environment;
  private readonly trusted: Queue<TurnPortion>;
  private readonly greeting: Queue<TurnPortion>;
  private readonly fresh: Queue<TurnPortion>;
  private readonly heavy: Queue<TurnPortion>;
  private readonly onTurn: () => void;
  private heldBytes: number;
  private nowMs: number;
  private beganMs: number;
  /** {@link onTurn} comes in the next turn. Not every turn is watched, for that costs it a look at the sockets more. */
  private isWatched: boolean;
  private freshIsNext: boolean;
  /** The last turn served trusted connections and greetings only. */
  private hasPutOff: boolean;
  /** When the first of those turns was. */
  private putOffFromMs: number;
  /** A connection has come since the last {@link serve}. */
  private hasArrived: boolean;
  /** Served at {@link servedFromMs}, to be charged when what their handlers did is over. */
  private served: TurnPortion[];
  private servedFromMs: number;

  constructor(environment: Environment = systemEnvironment) {
    this.environment = environment;
    this.trusted = new Queue();
    this.greeting = new Queue();
    this.fresh = new Queue();
    this.heavy = new Queue();
    this.onTurn = () => this.serve();
    this.heldBytes = 0;
    this.nowMs = 0;
    this.beganMs = -Infinity;
    this.isWatched = false;
    this.freshIsNext = false;
    this.hasPutOff = false;
    this.putOffFromMs = 0;
    this.hasArrived = false;
    this.served = [];
    this.servedFromMs = 0;
  }

  /** The time by which its owners say how long something was held back. */
  now(): number {
    return this.environment.now();
  }

  /** A connection was accepted. */
  onArrival(): void {
    this.hasArrived = true;
    if (!this.isWatched && this.hasPutOff) {
      this.look();
      if (!this.isWatched) this.watch();
    }
  }

  /** Asked when input has come. @returns false when it has to be held back until {@link PortionOwner.proceed} */
  hasRoom(portion: TurnPortion): boolean {
    this.look();
    if (this.isCrowded) return true;
    if (this.isFull) return false;
    const othersWait = this.fresh.length + this.heavy.length > 0 || (this.hasPutOff && this.isWatched);
    return !othersWait || portion.class === "trusted";
  }

  /** Right after {@link hasRoom}: hands input over. @returns how many bytes the owner got; it holds the others back */
  feed(portion: TurnPortion, bytes: Uint8Array): number {
    return portion.class === "trusted" ? this.feedTrusted(portion, bytes) : this.feedOne(portion, bytes);
  }

  /** Input is held back from now on. */
  hold(byteCount: number): void {
    this.heldBytes += byteCount;
  }

  /** Input that was held back has been taken or dropped. */
  release(byteCount: number): void {
    this.heldBytes -= byteCount;
  }

  /** The owner would take what it holds back: it gets its turns. */
  wait(portion: TurnPortion): void {
    if (portion.isWaiting) {
      portion.hasMore = true;
      return;
    }
    this.look();
    this.enqueue(portion);
    if (!this.isWatched) this.watch();
  }

  /** Slice after slice, as long as the turn has room. */
  private feedTrusted(portion: TurnPortion, bytes: Uint8Array): number {
    const { owner } = portion;
    let at = 0;
    do {
      const end = Math.min(at + portion.sliceBytes, bytes.length);
      const fromMs = this.nowMs;
      owner.deliver(end - at === bytes.length ? bytes : bytes.subarray(at, end));
      at = end;
      this.look();
      portion.charge(this.nowMs - fromMs);
    } while (at < bytes.length && !owner.takesNothing && (!this.isFull || this.isCrowded));
    return at;
  }

  /** One slice, with what follows from it before anything else. */
  private feedOne(portion: TurnPortion, bytes: Uint8Array): number {
    const count = this.isCrowded ? bytes.length : Math.min(portion.sliceBytes, bytes.length);
    this.servedFromMs = this.nowMs;
    this.served.push(portion);
    portion.isWaiting = true;
    portion.hasMore = count < bytes.length;
    portion.owner.deliver(count < bytes.length ? bytes.subarray(0, count) : bytes);
    if (!this.isWatched) this.watch();
    return count;
  }

  private get isFull(): boolean {
    return this.isWatched && this.nowMs - this.beganMs > fullTurnMs;
  }

  private get isCrowded(): boolean {
    return this.heldBytes >= mostHeldBytes;
  }

  private get isIdle(): boolean {
    const { trusted, greeting, fresh, heavy, served } = this;
    return trusted.length + greeting.length + fresh.length + heavy.length + served.length === 0;
  }

  private look(): void {
    this.nowMs = this.environment.now();
    if (this.served.length > 0) this.chargeServed();
    if (!this.isWatched && this.nowMs - this.beganMs > fullTurnMs) this.watch();
  }

  private watch(): void {
    this.isWatched = true;
    this.beganMs = this.nowMs;
    this.environment.yieldTurn(this.onTurn);
  }

  private enqueue(portion: TurnPortion): void {
    portion.isWaiting = true;
    this[portion.class].push(portion);
  }

  private serve(): void {
    this.nowMs = this.environment.now();
    if (this.served.length > 0) this.chargeServed();
    const { hasArrived } = this;
    this.hasArrived = false;
    this.hasPutOff = this.putsOff(hasArrived);
    this.beganMs = this.nowMs;
    this.serveCheap(this.trusted, this.nowMs + servedMs);
    this.serveCheap(this.greeting, this.nowMs + servedMs);
    if (!this.hasPutOff) this.serveOthers();
    this.isWatched = false;
    if (!this.isIdle || (this.hasPutOff && hasArrived)) this.watch();
  }

  /**
   * After a turn that was long before we began, the sockets are looked at first; but not for ever. Of connections that wait to be accepted each look brings one
   * only (libuv from 1.46 on), so as long as it does, another follows: at one in each long turn their time for the handshake would be over before they are in.
   */
  private putsOff(hasArrived: boolean): boolean {
    if (this.hasPutOff) return hasArrived && this.nowMs - this.putOffFromMs < servedMs;
    this.putOffFromMs = this.nowMs;
    return this.nowMs - this.beganMs > (hasArrived ? servedMs : fullTurnMs);
  }

  private serveCheap(queue: Queue<TurnPortion>, untilMs: number): void {
    for (let portion = takeFrom(queue); portion !== undefined; portion = takeFrom(queue)) {
      const fromMs = this.nowMs;
      portion.hasMore = portion.owner.proceed();
      this.nowMs = this.environment.now();
      this.settle(portion, this.nowMs - fromMs);
      if (this.nowMs >= untilMs) return;
    }
  }

  private serveOthers(): void {
    this.servedFromMs = this.nowMs;
    let leftMs = servedMs;
    do {
      const portion = this.next();
      if (portion === undefined) return;
      leftMs -= Math.max(portion.costMs, leastCostMs);
      portion.hasMore = portion.owner.proceed();
      this.served.push(portion);
    } while (leftMs > 0 && this.environment.now() - this.servedFromMs < servedMs);
  }

  /** In turns from those who have shown nothing yet and from those who are known to be dear. */
  private next(): TurnPortion | undefined {
    const [first, second] = this.freshIsNext ? [this.fresh, this.heavy] : [this.heavy, this.fresh];
    const portion = takeFrom(first) ?? takeFrom(second);
    if (portion !== undefined) this.freshIsNext = !this.freshIsNext;
    return portion;
  }

  private chargeServed(): void {
    const { served } = this;
    this.served = [];
    const costMs = (this.nowMs - this.servedFromMs) / served.length;
    for (const portion of served) this.settle(portion, costMs);
  }

  private settle(portion: TurnPortion, costMs: number): void {
    portion.charge(costMs);
    portion.isWaiting = false;
    if (portion.hasMore) this.enqueue(portion);
  }
}

/** The first that takes something. The others ask again when they do. */
function takeFrom(queue: Queue<TurnPortion>): TurnPortion | undefined {
  for (let portion = queue.shift(); portion !== undefined; portion = queue.shift()) {
    if (!portion.owner.takesNothing) return portion;
    portion.isWaiting = false;
  }
  return undefined;
}

/** That of this thread. */
export const turnShare: TurnShare = /* @__PURE__ */ new TurnShare();
