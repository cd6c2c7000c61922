import { laneMask, onewayLane } from "../protocol/frame.ts";
import type { Lane } from "./lane.ts";

/** The id of a call, by its halves. */
export type CallId = Pick<Lane, "idHigh" | "idLow">;

/** Which calls are on a connection, and their numbers [STR-1, STR-2]. */
export interface Lanes {
  /** Calls that were started and are not over; how many of them wait for a place, and how many have one. */
  readonly callsInProgress: number;
  readonly waiting: number;
  readonly open: number;
  /** Gives a call its place, or lets it wait for one. */
  add(lane: Lane): void;
  delete(lane: Lane): void;
  find(id: CallId): Lane | undefined;
  /** No call has had this number yet. */
  isUnused(id: CallId): boolean;
  /** Numbers rise in the order in which requests are written. */
  assignId(lane: Lane): void;
  all(): readonly Lane[];
}

/** The number of a call, from 1; 0: its request has not been written. */
export function sequenceOf({ idHigh, idLow }: CallId): number {
  return idHigh * 65_536 + (idLow >>> 16);
}

/** @param onPlace a call that waited has got its place */
export function createLanes(maxCalls: () => number, onPlace: (lane: Lane) => void): Lanes {
  const table: (Lane | undefined)[] = [];
  const oneways = new Set<Lane>();
  const waiting = new Set<Lane>();
  let free: number[] = [];
  let open = 0;
  let sequence = 0;

  function place(lane: Lane): boolean {
    if (lane.isOneway) {
      lane.place = onewayLane;
      oneways.add(lane);
      return true;
    }
    const limit = Math.min(maxCalls(), onewayLane);
    free = free.filter((candidate) => candidate < limit);
    const found = free.pop() ?? table.length;
    if (found >= limit) return false;
    lane.place = found;
    table[found] = lane;
    open++;
    return true;
  }

  function placeNext(): void {
    for (const lane of waiting) {
      if (!place(lane)) return;
      waiting.delete(lane);
      onPlace(lane);
    }
  }

  return {
    get callsInProgress() {
      return open + oneways.size + waiting.size;
    },
    get waiting() {
      return waiting.size;
    },
    get open() {
      return open;
    },
    add(lane) {
      if (waiting.size > 0 || !place(lane)) waiting.add(lane);
    },
    delete(lane) {
      waiting.delete(lane);
      oneways.delete(lane);
      if (table[lane.place] !== lane) return;
      table[lane.place] = undefined;
      free.push(lane.place);
      open--;
      placeNext();
    },
    find({ idHigh, idLow }) {
      const place = idLow & laneMask;
      const candidates = place === onewayLane ? [...oneways] : [table[place]];
      return candidates.find((lane) => lane?.idHigh === idHigh && lane.idLow === idLow);
    },
    isUnused: (id) => sequenceOf(id) > sequence,
    assignId(lane) {
      sequence++;
      lane.idHigh = Math.floor(sequence / 65_536);
      lane.idLow = (((sequence & laneMask) << 16) | lane.place) >>> 0;
    },
    all: () => [...table.filter((lane) => lane !== undefined), ...oneways, ...waiting],
  };
}
