import { peerNetwork } from "../call/peer-network.ts";

/** Counts connections by where they come from, see {@link peerNetwork}. */
export interface Admission {
  /** @returns false, and counts nothing, when as many have come from there as may */
  enter(address: string): boolean;
  /** A connection that entered has ended. */
  leave(address: string): void;
}

export function createAdmission(maxPerAddress: number): Admission {
  const counts = new Map<string, number>();
  return {
    enter(address) {
      const network = peerNetwork(address);
      const count = counts.get(network) ?? 0;
      if (count >= maxPerAddress) return false;
      counts.set(network, count + 1);
      return true;
    },
    leave(address) {
      const network = peerNetwork(address);
      const count = (counts.get(network) ?? 1) - 1;
      if (count > 0) counts.set(network, count);
      else counts.delete(network);
    },
  };
}
