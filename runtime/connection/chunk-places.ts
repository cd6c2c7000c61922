import { Queue } from "../environment/queue.ts";
import type { OutgoingLane } from "./outgoing-lane.ts";

/**
 * The places of messages in chunks on a connection [MSG-4], and who waits for one. Items get half of them at most: one whose reader is slow keeps its place
 * until it is read, and no unary call may wait for that [FLW-3].
 */
export class ChunkPlaces {
  private readonly count: number;
  private taken: number;
  private takenByItems: number;
  private readonly items: Queue<OutgoingLane>;
  private readonly others: Queue<OutgoingLane>;
  private itemsAreNext: boolean;

  constructor(count: number) {
    this.count = count;
    this.taken = 0;
    this.takenByItems = 0;
    this.items = new Queue();
    this.others = new Queue();
    this.itemsAreNext = false;
  }

  /** @returns false when the lane has to wait in line */
  take(lane: OutgoingLane, isItem: boolean): boolean {
    if (this.isFree(isItem)) {
      this.fill(lane, isItem);
      return true;
    }
    lane.state = "waiting";
    this.lineOf(isItem).push(lane);
    return false;
  }

  /** The place of a lane is free. @returns the lane that has it from now on */
  give(lane: OutgoingLane, isItem: boolean): OutgoingLane | undefined {
    lane.isChunking = false;
    this.taken--;
    if (isItem) this.takenByItems--;
    this.itemsAreNext = !this.itemsAreNext;
    return this.callNext(this.itemsAreNext) ?? this.callNext(!this.itemsAreNext);
  }

  private callNext(isItem: boolean): OutgoingLane | undefined {
    if (!this.isFree(isItem)) return undefined;
    const line = this.lineOf(isItem);
    for (let next = line.shift(); next !== undefined; next = line.shift()) {
      if (next.state !== "waiting") continue;
      this.fill(next, isItem);
      return next;
    }
    return undefined;
  }

  private fill(lane: OutgoingLane, isItem: boolean): void {
    lane.isChunking = true;
    this.taken++;
    if (isItem) this.takenByItems++;
  }

  private isFree(isItem: boolean): boolean {
    if (this.taken >= this.count) return false;
    return !isItem || this.takenByItems < Math.max(this.count >> 1, 1);
  }

  private lineOf(isItem: boolean): Queue<OutgoingLane> {
    return isItem ? this.items : this.others;
  }
}
