/** Counts connections by the machine they come from. */
export interface Admission {
  /** @returns false, and counts nothing, when this machine has as many connections as one may have */
  enter(address: string): boolean;
  /** A connection that entered has ended. */
  leave(address: string): void;
}

export function createAdmission(maxPerAddress: number): Admission {
  const counts = new Map<string, number>();
  return {
    enter(address) {
      const machine = machineOf(address);
      const count = counts.get(machine) ?? 0;
      if (count >= maxPerAddress) return false;
      counts.set(machine, count + 1);
      return true;
    },
    leave(address) {
      const machine = machineOf(address);
      const count = (counts.get(machine) ?? 1) - 1;
      if (count > 0) counts.set(machine, count);
      else counts.delete(machine);
    },
  };
}

/** `127.0.0.1:51234` and `tcp://[::1]:51234` without the port: every connection of a machine has its own. */
function machineOf(address: string): string {
  return address.replace(/:\d+$/, "");
}
