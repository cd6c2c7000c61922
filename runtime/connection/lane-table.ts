import { laneMask, onewayLane } from "../protocol/frame.ts";

/** What a place in the table holds. */
export interface LaneCall {
  readonly idHigh: number;
  readonly idLow: number;
  /** Place in the table: the low bits of the id. */
  readonly lane: number;
}

/** Calls by the lane in the low bits of their id: a look-up is one array access (a Map costs a third of the throughput: bench `calls`). */
export class LaneTable<Call extends LaneCall> {
  /** Calls in the table. */
  size: number;
  private calls: (Call | undefined)[];
  private free: number[];
  private readonly choosesLanes: boolean;

  /** `choosesLanes`: this side gives out ids (the client), so it keeps a list of free lanes. */
  constructor(choosesLanes: boolean) {
    this.size = 0;
    this.choosesLanes = choosesLanes;
    this.calls = [];
    this.free = noLanes;
  }

  /** The call with this id; undefined when its lane is empty or belongs to another. */
  get(idHigh: number, idLow: number): Call | undefined {
    const call = this.calls[idLow & laneMask];
    return call !== undefined && call.idLow === idLow && call.idHigh === idHigh ? call : undefined;
  }

  /** Whoever holds the lane. */
  at(lane: number): Call | undefined {
    return this.calls[lane];
  }

  /** A free lane below `count`, or -1. It stays free until {@link set}. */
  takeLane(count: number): number {
    const limit = Math.min(count, onewayLane);
    for (let lane = this.free.pop(); lane !== undefined; lane = this.free.pop()) if (lane < limit) return lane;
    const next = this.calls.length;
    if (next < limit) return next;
    return this.size < limit ? this.searchLane(limit) : -1;
  }

  /** Puts a call into its lane, which must be empty. */
  set(call: Call): void {
    const { lane } = call;
    // A list of one has room for one, a first push makes room for 17 (bench `idle`).
    if (lane === 0 && this.calls.length === 0) this.calls = [call];
    while (this.calls.length <= lane) this.calls.push(undefined);
    this.calls[lane] = call;
    this.size++;
  }

  /** Takes the call out; without effect when it is not in. */
  delete(call: Call): void {
    const { lane } = call;
    if (this.calls[lane] !== call) return;
    this.calls[lane] = undefined;
    if (this.choosesLanes) this.leave(lane);
    this.size--;
  }

  /** Every call, in the order of lanes. */
  all(): Call[] {
    return this.calls.filter((call) => call !== undefined);
  }

  private leave(lane: number): void {
    if (this.free === noLanes) this.free = [lane];
    else this.free.push(lane);
  }

  private searchLane(limit: number): number {
    for (let lane = 0; lane < limit; lane++) if (this.calls[lane] === undefined) return lane;
    return -1;
  }
}

/** Nothing is put in here: whoever leaves the first lane makes a list of its own. */
const noLanes: number[] = [];
